//! Who may do what with a key: its policy, with what its account leaves to identities' own policies,
//! and its grants.
//!
//! A grant is told to the judge as one more policy of the key that names its grantee, once what it
//! says of the encryption context is known to hold; so a denial goes before it, as before any
//! permission.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/determining-access.html>

use std::sync::Arc;

use kms_api::{EncryptionAlgorithmSpec, KeyUsageType, Tag};
use platform::{AuthMode, Ctx, ResourceAccess, ResourceRule, Result};

use crate::ciphertext::Context;
use crate::find::Found;
use crate::{error, grants};

/// What is asked for of a key, beyond the key itself.
#[derive(Default)]
pub(crate) struct Ask<'a> {
    pub context: Option<&'a Context>,
    /// The tokens of grants that may be too young to be known otherwise.
    pub grant_tokens: Option<&'a [String]>,
    /// Labels that the call is to put.
    pub tags: &'a [Tag],
    /// Condition keys of the call.
    pub more: Vec<(&'static str, String)>,
}

impl<'a> Ask<'a> {
    /// A call with condition keys of its own.
    pub fn with(more: Vec<(&'static str, String)>) -> Self {
        Self { more, ..Self::default() }
    }

    /// A call that encrypts or decrypts.
    pub fn cipher(
        context: Option<&'a Context>,
        algorithm: EncryptionAlgorithmSpec,
        grant_tokens: Option<&'a [String]>,
    ) -> Self {
        let more = vec![("kms:EncryptionAlgorithm", algorithm.as_str().to_owned())];
        Self { context, grant_tokens, more, ..Self::default() }
    }
}

/// Asks for an action on a key.
pub(crate) async fn require(ctx: &Ctx, found: &Found, action: &str, ask: Ask<'_>) -> Result<()> {
    if let Some(tokens) = ask.grant_tokens {
        grants::check_tokens(ctx, tokens)?;
    }
    // The account's own calls are not judged where policies are not enforced: spare what it costs.
    let own = ctx.caller().account == Some(found.scope.account);
    if own && platform::auth_mode(ctx) != AuthMode::Enforce {
        return Ok(());
    }
    let mut access = access_of(found, &found.key.policy);
    access.policies.extend(grants::as_policies(ctx, found, action, ask.context)?);
    let keys = conditions(ctx, found, ask);
    let keys: Vec<(&str, &str)> =
        keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let arn = found.arn();
    platform::require_on(ctx, &kms_api::SERVICE, action, arn.as_str(), access, &keys).await
}

/// Asks for a change of a key that AWS does not make itself.
pub(crate) async fn require_change(ctx: &Ctx, found: &Found, action: &str) -> Result<()> {
    require_change_with(ctx, found, action, Ask::default()).await
}

/// As [`require_change`], with what only this call has.
pub(crate) async fn require_change_with(
    ctx: &Ctx,
    found: &Found,
    action: &str,
    ask: Ask<'_>,
) -> Result<()> {
    require(ctx, found, action, ask).await?;
    match found.key.is_aws_managed() {
        true => Err(error::refused(ctx.caller().display_name(), action, &found.arn())),
        false => Ok(()),
    }
}

/// Whether a policy lets the caller put another in its place: one that does not may be a mistake
/// that nobody can undo.
pub(crate) async fn lets_put_policy(ctx: &Ctx, found: &Found, policy: &str) -> Result<bool> {
    let keys = conditions(ctx, found, Ask::default());
    let keys: Vec<(&str, &str)> =
        keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let access = access_of(found, policy);
    let arn = found.arn();
    platform::would_let(ctx, "kms:PutKeyPolicy", arn.as_str(), access, &keys).await
}

/// Refuses a key made for something else, and one in a state in which it does not work.
pub(crate) fn check_use(ctx: &Ctx, found: &Found, usage: KeyUsageType) -> Result<()> {
    found.key.works(&found.scope)?;
    if found.key.usage != usage {
        let (arn, has) = (found.arn(), found.key.usage.as_str());
        return Err(error::wrong_usage(&arn, has, ctx.operation()));
    }
    Ok(())
}

fn access_of(found: &Found, policy: &str) -> ResourceAccess {
    ResourceAccess {
        policies: vec![Arc::from(policy)],
        rule: ResourceRule::ResourceMustAllow,
        ..ResourceAccess::of(found.scope.account)
    }
}

/// Condition keys of KMS.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>
fn conditions(ctx: &Ctx, found: &Found, ask: Ask<'_>) -> Vec<(String, String)> {
    let key = &found.key;
    let mut keys: Vec<(String, String)> = vec![
        ("kms:KeySpec".into(), key.spec.as_str().into()),
        ("kms:KeyUsage".into(), key.usage.as_str().into()),
        ("kms:KeyOrigin".into(), key.origin.as_str().into()),
        ("kms:MultiRegion".into(), key.multi_region.is_some().to_string()),
    ];
    if let Some(account) = ctx.caller().account {
        keys.push(("kms:CallerAccount".into(), account.to_string()));
    }
    if let Some(service) = ctx.called_via().last() {
        // `s3.amazonaws.com` called in us-east-1 is `s3.us-east-1.amazonaws.com`.
        let (name, domain) = service.split_once('.').unwrap_or((service, "amazonaws.com"));
        keys.push(("kms:ViaService".into(), format!("{name}.{}.{domain}", ctx.region())));
    }
    for (name, value) in ask.context.into_iter().flatten() {
        keys.push((format!("kms:EncryptionContext:{name}"), value.clone()));
        keys.push(("kms:EncryptionContextKeys".into(), name.clone()));
    }
    if let Some(alias) = &found.alias {
        keys.push(("kms:RequestAlias".into(), alias.clone()));
    }
    for (name, value) in key.tags.iter() {
        keys.push((format!("aws:ResourceTag/{name}"), value.to_owned()));
    }
    for tag in ask.tags {
        keys.push((format!("aws:RequestTag/{}", tag.tag_key), tag.tag_value.clone()));
        keys.push(("aws:TagKeys".into(), tag.tag_key.clone()));
    }
    keys.extend(ask.more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    keys
}
