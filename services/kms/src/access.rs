//! Who may do what with a key.

use kms_api::{EncryptionAlgorithmSpec, KeyUsageType};
use platform::{Ctx, Result};

use crate::ciphertext::Context;
use crate::error;
use crate::find::Found;

/// What is asked for of a key, beyond the key itself.
#[derive(Default)]
pub(crate) struct Ask<'a> {
    pub context: Option<&'a Context>,
    /// Condition keys of the call.
    pub more: Vec<(&'static str, String)>,
}

impl<'a> Ask<'a> {
    /// A call that encrypts or decrypts.
    pub fn cipher(context: Option<&'a Context>, algorithm: EncryptionAlgorithmSpec) -> Self {
        let more = vec![("kms:EncryptionAlgorithm", algorithm.as_str().to_owned())];
        Self { context, more }
    }
}

/// Asks for an action on a key.
pub(crate) async fn require(ctx: &Ctx, found: &Found, action: &str, ask: Ask<'_>) -> Result<()> {
    let arn = found.arn();
    if platform::auth_mode(ctx) != platform::AuthMode::Enforce {
        return Ok(());
    }
    let keys = conditions(ctx, found, ask);
    let keys: Vec<(&str, &str)> =
        keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    platform::require_with(ctx, &kms_api::SERVICE, action, arn.as_str(), &keys).await
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

/// Refuses a key made for something else, and one in a state in which it does not work.
pub(crate) fn check_use(ctx: &Ctx, found: &Found, usage: KeyUsageType) -> Result<()> {
    found.key.works(&found.scope)?;
    if found.key.usage != usage {
        let (arn, has) = (found.arn(), found.key.usage.as_str());
        return Err(error::wrong_usage(&arn, has, ctx.operation()));
    }
    Ok(())
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
    keys.extend(ask.more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    keys
}
