//! Who signed the request, and for which account and region.

use std::net::IpAddr;

use aquifer_schema::Protocol;
use aquifer_sigv4::{
    KeyCache, ParseError, Presented, PresignedV2, RequestParts, SignedForm, Verified, check_time,
    verify,
};
use platform::{
    AccountId, AuthMode, Credential, Ctx, Fail, Platform, Principal, Region, Result, Scope, Session,
};

use crate::{browser, refusal};

/// Keys that are derived once and remembered.
const KEYS_MAX: usize = 4_096;

/// Verifies signatures.
pub(crate) struct Gatekeeper {
    keys: KeyCache,
}

/// What a request says of its sender.
pub(crate) enum Claim {
    Nothing,
    Signed(Box<Presented>),
    /// A URL presigned with Signature Version 2.
    Older(PresignedV2),
    /// A form with a policy that somebody signed.
    Form(SignedForm),
}

impl Claim {
    /// The claims of a Signature Version 4, if that is what there is.
    pub fn signed(&self) -> Option<&Presented> {
        match self {
            Self::Signed(presented) => Some(presented),
            _ => None,
        }
    }
}

/// A request at the gate.
pub(crate) struct Arrival<'a> {
    pub platform: &'a Platform,
    pub ctx: &'a Ctx,
    pub protocol: Protocol,
    pub request: RequestParts<'a>,
    /// What the scope of a signature must call the service the request was routed to.
    pub signing_name: &'static str,
    /// The bucket, where the host names it.
    pub bucket: Option<&'a str>,
    /// The hash of a body in memory.
    pub body_hash: Option<&'a str>,
    pub peer: IpAddr,
    /// Whether the page that asks is one that the owner of the resource lets ask.
    pub welcome: bool,
}

impl Arrival<'_> {
    /// Refuses who cannot be checked where that matters: keys nobody issued, and no key at all, are
    /// taken from this machine only, and there not from pages of other sites.
    fn unchecked(&self, access_key: Option<&str>) -> Result<()> {
        let mode = self.platform.auth_mode();
        if mode == AuthMode::Verify && !self.peer.to_canonical().is_loopback() {
            return Err(match access_key {
                Some(access_key) => refusal::unknown_key(self.protocol, access_key),
                None => refusal::missing_token(self.protocol),
            });
        }
        // What a browser asks before it asks does nothing.
        let asks_first = self.request.method == "OPTIONS";
        let guarded = mode != AuthMode::Enforce && !asks_first && !self.welcome;
        if guarded && browser::is_elsewhere(self.request.headers) {
            return Err(refusal::foreign_page(self.protocol));
        }
        Ok(())
    }
}

/// A request whose sender is known as far as the mode asks.
pub(crate) struct Admitted {
    pub ctx: Ctx,
    /// Set when a signature was checked: chunks of the body continue from it.
    pub verified: Option<Verified>,
}

impl Gatekeeper {
    pub fn new() -> Self {
        Self { keys: KeyCache::new(KEYS_MAX) }
    }

    /// Admits a request or refuses it in the protocol's words.
    pub fn admit(&self, claim: &Claim, arrival: &Arrival<'_>) -> Result<Admitted> {
        match claim {
            Claim::Nothing => anonymous(arrival),
            Claim::Signed(presented) => self.admit_v4(presented, arrival),
            Claim::Older(presented) => admit_v2(presented, arrival),
            Claim::Form(form) => self.admit_form(form, arrival),
        }
    }

    fn admit_v4(&self, presented: &Presented, arrival: &Arrival<'_>) -> Result<Admitted> {
        let Arrival { platform, ctx, protocol, .. } = *arrival;
        let mode = platform.auth_mode();
        let region: Region = presented.region.parse().unwrap_or(Scope::default().region);
        if mode == AuthMode::Off {
            arrival.unchecked(Some(&presented.access_key))?;
            let ctx = as_root(ctx, account_of(&presented.access_key), region);
            return Ok(Admitted { ctx, verified: None });
        }
        // Headers chose the service before the scope was read: a signature for one service must not
        // be worth anything at another.
        if presented.service != arrival.signing_name {
            return Err(refusal::wrong_service(protocol, presented, arrival.signing_name));
        }
        let clock = ctx.clock();
        let now = ctx.now();
        let credential = platform.credential(ctx, &presented.access_key)?;
        let Some(credential) = credential else {
            if mode == AuthMode::Enforce {
                return Err(refusal::unknown_key(protocol, &presented.access_key));
            }
            arrival.unchecked(Some(&presented.access_key))?;
            // A key nobody issued cannot be checked, but its dates can: presigned URLs end.
            check_time(presented, clock.real_now().as_secs(), now.as_secs())
                .map_err(|error| refusal::time(protocol, presented, now, &error))?;
            let ctx = as_root(ctx, account_of(&presented.access_key), region);
            return Ok(Admitted { ctx, verified: None });
        };
        if !credential.active {
            return Err(refusal::unknown_key(protocol, &presented.access_key));
        }
        let verified =
            verify(presented, &arrival.request, arrival.body_hash, &credential.secret, &self.keys)
                .map_err(|error| refusal::mismatch(protocol, presented, error))?;
        check_time(presented, clock.real_now().as_secs(), now.as_secs())
            .map_err(|error| refusal::time(protocol, presented, now, &error))?;
        may_still(ctx, &credential, presented.session_token.as_ref(), protocol)?;
        let ctx = as_holder(ctx, credential, &presented.access_key, region);
        Ok(Admitted { ctx, verified: Some(verified) })
    }
}

impl Gatekeeper {
    /// Admits a form. When its policy ends is for whoever reads the policy.
    fn admit_form(&self, form: &SignedForm, arrival: &Arrival<'_>) -> Result<Admitted> {
        let Arrival { platform, ctx, protocol, .. } = *arrival;
        let mode = platform.auth_mode();
        let region = form.region().and_then(|region| region.parse().ok());
        let region = region.unwrap_or_else(|| ctx.region().clone());
        let credential = match mode {
            AuthMode::Off => None,
            _ => platform.credential(ctx, &form.access_key)?,
        };
        if let Some(service) = form.service().filter(|service| *service != arrival.signing_name) {
            return Err(refusal::form_of_another_service(service, arrival.signing_name));
        }
        let Some(credential) = credential else {
            if mode == AuthMode::Enforce {
                return Err(refusal::unknown_key(protocol, &form.access_key));
            }
            arrival.unchecked(Some(&form.access_key))?;
            let ctx = as_root(ctx, account_of(&form.access_key), region);
            return Ok(Admitted { ctx, verified: None });
        };
        if !credential.active {
            return Err(refusal::unknown_key(protocol, &form.access_key));
        }
        if !form.verify(&credential.secret, &self.keys) {
            return Err(Fail::new("SignatureDoesNotMatch", 403, refusal::SIGNATURE_SENTENCE)
                .with("AWSAccessKeyId", &form.access_key)
                .with("StringToSign", &form.policy)
                .with("SignatureProvided", &form.signature));
        }
        may_still(ctx, &credential, form.session_token.as_ref(), protocol)?;
        let ctx = as_holder(ctx, credential, &form.access_key, region);
        Ok(Admitted { ctx, verified: None })
    }
}

/// Refuses a temporary key without its token, or after its end.
fn may_still(
    ctx: &Ctx,
    credential: &Credential,
    token: Option<&String>,
    protocol: Protocol,
) -> Result<()> {
    if credential.session_token.as_ref() != token {
        return Err(refusal::wrong_token(protocol));
    }
    if credential.expires.is_some_and(|end| end <= ctx.now()) {
        return Err(refusal::expired_token(protocol));
    }
    Ok(())
}

/// Admits a URL presigned the older way.
fn admit_v2(presented: &PresignedV2, arrival: &Arrival<'_>) -> Result<Admitted> {
    let Arrival { platform, ctx, protocol, .. } = *arrival;
    if protocol != Protocol::RestXml {
        return Err(refusal::malformed(protocol, &ParseError::SignatureV2));
    }
    let mode = platform.auth_mode();
    let now = ctx.now();
    let region = ctx.region().clone();
    let credential = match mode {
        AuthMode::Off => None,
        _ => platform.credential(ctx, &presented.access_key)?,
    };
    if mode != AuthMode::Off && presented.expires < now.as_secs() {
        return Err(refusal::expired(now, presented.expires));
    }
    let Some(credential) = credential else {
        if mode == AuthMode::Enforce {
            return Err(refusal::unknown_key(protocol, &presented.access_key));
        }
        arrival.unchecked(Some(&presented.access_key))?;
        let ctx = as_root(ctx, account_of(&presented.access_key), region);
        return Ok(Admitted { ctx, verified: None });
    };
    if !credential.active {
        return Err(refusal::unknown_key(protocol, &presented.access_key));
    }
    if !presented.verify(&arrival.request, arrival.bucket, &credential.secret) {
        return Err(Fail::new("SignatureDoesNotMatch", 403, refusal::SIGNATURE_SENTENCE));
    }
    may_still(ctx, &credential, presented.session_token.as_ref(), protocol)?;
    Ok(Admitted { ctx: as_holder(ctx, credential, &presented.access_key, region), verified: None })
}

/// The request as the key's holder asks it.
fn as_holder(ctx: &Ctx, credential: Credential, access_key: &str, region: Region) -> Ctx {
    let account = credential.principal.account.unwrap_or(ctx.scope().account);
    let session = Session {
        access_key_id: Some(access_key.to_owned()),
        policies: credential.session_policies,
        issued_at: credential.issued,
        mfa_present: credential.mfa,
        ..Session::default()
    };
    ctx.with_holder(Scope { account, region }, credential.principal, Some(session))
}

fn anonymous(arrival: &Arrival<'_>) -> Result<Admitted, Fail> {
    let Arrival { platform, ctx, protocol, .. } = *arrival;
    arrival.unchecked(None)?;
    if platform.auth_mode() == AuthMode::Off {
        return Ok(Admitted { ctx: ctx.clone(), verified: None });
    }
    // Only S3 knows requests without a signature.
    if protocol != Protocol::RestXml {
        return Err(refusal::missing_token(protocol));
    }
    Ok(Admitted { ctx: ctx.with_caller(Principal::anonymous()), verified: None })
}

/// A key of twelve digits names its account; any other unknown key is the default account's.
fn account_of(access_key: &str) -> AccountId {
    access_key.parse().unwrap_or(Scope::default().account)
}

fn as_root(ctx: &Ctx, account: AccountId, region: Region) -> Ctx {
    let scope = Scope { account, region };
    let root = Principal::root(scope.partition(), account);
    ctx.with_holder(scope, root, None)
}
