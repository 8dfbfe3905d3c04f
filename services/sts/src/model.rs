//! Sessions and their credentials.

use std::time::Duration;

use platform::{Ctx, Principal, Row, Timestamp};
use serde::{Deserialize, Serialize};

/// A session, as its access key finds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub secret: String,
    pub token: String,
    pub principal: Principal,
    pub expires: Timestamp,
    pub issued: Timestamp,
    /// Whether it was issued to who gave a second factor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mfa: bool,
    /// Session policies, as documents: they narrow what the identity may do.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Who is behind the session, as said when it or one before it began.
    #[serde(default)]
    pub source_identity: Option<String>,
    /// Keys of the tags that sessions of further roles have too.
    #[serde(default)]
    pub transitive_tag_keys: Vec<String>,
}

impl Row for Session {}

impl Session {
    /// A session with new credentials; the second part is its access key id.
    pub fn issue(ctx: &Ctx, principal: Principal, length: Duration) -> (Self, String) {
        let (ids, now) = (ctx.ids(), ctx.now());
        let session = Self {
            secret: ids.base64(40),
            token: ids.base64(356),
            principal,
            expires: (now + length).floor_secs(),
            issued: now,
            mfa: false,
            policies: Vec::new(),
            source_identity: None,
            transitive_tag_keys: Vec::new(),
        };
        (session, ids.with_prefix("ASIA", 16))
    }

    /// As the api answers it.
    pub fn credentials(&self, access_key: &str) -> sts_api::Credentials {
        sts_api::Credentials {
            access_key_id: access_key.to_owned(),
            secret_access_key: self.secret.clone(),
            session_token: self.token.clone(),
            expiration: self.expires,
        }
    }
}
