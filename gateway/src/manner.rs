//! How a request came and was signed, as conditions of policies ask.

use aquifer_sigv4::{Kind, PayloadHash};
use platform::{Ctx, Manner, Timestamp};

use crate::authenticate::Claim;

/// What a signature of the newer kind is called in conditions.
const V4: &str = "AWS4-HMAC-SHA256";

/// What is said of a request with these claims.
pub(crate) fn of(ctx: &Ctx, claim: &Claim, tls: Option<&'static str>) -> Manner {
    let nothing = Manner { tls_version: tls, ..Manner::default() };
    match claim {
        Claim::Nothing => nothing,
        Claim::Signed(presented) => {
            let signed_at = presented.signed_at.saturating_mul(1_000);
            let age = |now: Timestamp| now.as_millis().saturating_sub(signed_at).max(0);
            let (now, real) = (age(ctx.now()), age(ctx.clock().real_now()));
            let (auth_type, age) = match presented.kind {
                // Clients sign by their own clocks, which nobody turned.
                Kind::Header => ("REST-HEADER", now.min(real)),
                Kind::Presigned { .. } => ("REST-QUERY-STRING", now),
            };
            let payload_unsigned = match presented.payload_hash {
                PayloadHash::Unsigned => true,
                PayloadHash::Absent => matches!(presented.kind, Kind::Presigned { .. }),
                _ => false,
            };
            Manner {
                auth_type: Some(auth_type),
                signature_version: Some(V4),
                signature_age: Some(age.unsigned_abs()),
                payload_unsigned,
                ..nothing
            }
        }
        // When they were made is not said.
        Claim::Older(_) => Manner {
            auth_type: Some("REST-QUERY-STRING"),
            signature_version: Some("AWS"),
            ..nothing
        },
        Claim::Form(form) => Manner {
            auth_type: Some("POST"),
            signature_version: Some(if form.region().is_some() { V4 } else { "AWS" }),
            ..nothing
        },
    }
}
