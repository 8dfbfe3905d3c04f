//! `AssumeRole`: credentials of a role's session, for callers the role trusts.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use std::time::Duration;

use aquifer_policy::{Document, DocumentKind};
use iam_api::{GetPolicyInput, GetPolicyVersionInput, GetRoleInput, Role};
use platform::{
    Arn, AuthMode, Ctx, Fail, Handle, Operation, Principal, PrincipalKind, Result, Scope,
};
use sts_api::{AssumeRole, AssumeRoleInput, AssumeRoleOutput, AssumedRoleUser};

use crate::model::Session;
use crate::{Sts, chaining, error, store};

/// An hour, unless the caller says otherwise.
const SECONDS_DEFAULT: i32 = 3_600;
/// A role assumed by another role's session lasts an hour at most.
const SECONDS_CHAINED_MAX: i32 = 3_600;
/// The session policies of one call, together.
const POLICY_CHARACTERS_MAX: usize = 2_048;

impl Handle<AssumeRole> for Sts {
    async fn handle(&self, ctx: &Ctx, input: AssumeRoleInput) -> Result<AssumeRoleOutput> {
        if input.serial_number.is_some() || input.token_code.is_some() {
            return Err(error::unsupported("MFA devices are"));
        }
        if input.provided_contexts.is_some() {
            return Err(error::unsupported("ProvidedContexts is"));
        }
        let caller = ctx.caller().display_name();
        let refused = || error::may_not("sts:AssumeRole", caller, &input.role_arn);
        let arn: Arn = input
            .role_arn
            .parse()
            .map_err(|_| error::invalid(format!("{} is invalid", input.role_arn)))?;
        let owner = arn
            .account()
            .ok_or_else(|| error::invalid(format!("{} is invalid", input.role_arn)))?;
        let scope = Scope { account: owner, region: ctx.region().clone() };
        let service =
            ctx.with_scope(scope).with_caller(Principal::service(sts_api::SERVICE.principal));
        let role = role(&service, &arn).await?.ok_or_else(refused)?;

        // The trust policy was asked on the way here, as the role's resource policy.
        if platform::auth_mode(ctx) == AuthMode::Enforce && ctx.caller().kind == PrincipalKind::Root
        {
            return Err(error::root_may_not_assume());
        }
        let seconds = session_seconds(ctx, &role, &input)?;
        let policies = session_policies(&service, &input).await?;
        let from = store::session_of(ctx)?;
        let (tags, transitive_tag_keys) = chaining::tags(&role, from.as_ref(), &input)?;
        // What a session is told about itself, or brings along, each is a right of its own.
        if !transitive_tag_keys.is_empty()
            || input.tags.as_ref().is_some_and(|tags| !tags.is_empty())
        {
            also(ctx, &input, "sts:TagSession").await?;
        }
        if input.source_identity.is_some() {
            also(ctx, &input, "sts:SetSourceIdentity").await?;
        }
        let source_identity = chaining::source_identity(ctx, from.as_ref(), &input)?;
        let principal = Principal::assumed_role(
            service.scope().partition(),
            owner,
            &role.role_name,
            &role.role_id,
            &input.role_session_name,
        )
        .with_tags(tags);
        let user = AssumedRoleUser {
            assumed_role_id: principal.id.clone(),
            arn: principal.display_name().to_owned(),
        };
        let packed: usize = policies.iter().map(String::len).sum();
        let length = Duration::from_secs(seconds.unsigned_abs().into());
        let (session, key) = Session::issue(ctx, principal, length);
        let session = Session {
            policies,
            transitive_tag_keys,
            source_identity: source_identity.clone(),
            ..session
        };
        ctx.write(|tx| store::put(tx, &key, &session)).await?;
        Ok(AssumeRoleOutput {
            credentials: Some(session.credentials(&key)),
            assumed_role_user: Some(user),
            packed_policy_size: (packed > 0)
                .then(|| (packed * 100).div_ceil(POLICY_CHARACTERS_MAX) as i32),
            source_identity,
        })
    }
}

/// Asks for what the call does besides assuming the role.
async fn also(ctx: &Ctx, input: &AssumeRoleInput, action: &str) -> Result<()> {
    let role = input.role_arn.as_str();
    platform::require_also(ctx, AssumeRole::SCHEMA, input, action, role).await
}

/// The role of an ARN, if it is there under that very ARN.
async fn role(service: &Ctx, arn: &Arn) -> Result<Option<Role>> {
    let Some(name) = arn.resource_id().rsplit('/').next() else { return Ok(None) };
    let input = GetRoleInput { role_name: name.to_owned() };
    match iam_api::Client::get_role(service, input).await {
        Ok(output) => Ok(Some(output.role).filter(|role| role.arn == arn.as_str())),
        Err(fail) if fail.is("NoSuchEntity") || fail.is(service_validation()) => Ok(None),
        Err(fail) => Err(fail),
    }
}

fn service_validation() -> &'static str {
    iam_api::SERVICE.validation_code
}

fn session_seconds(ctx: &Ctx, role: &Role, input: &AssumeRoleInput) -> Result<i32, Fail> {
    let seconds = input.duration_seconds.unwrap_or(SECONDS_DEFAULT);
    if seconds > role.max_session_duration.unwrap_or(SECONDS_DEFAULT) {
        return Err(error::invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    if ctx.caller().kind == PrincipalKind::AssumedRole && seconds > SECONDS_CHAINED_MAX {
        return Err(error::invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    Ok(seconds)
}

/// The documents that narrow the session: the one in the call and the managed ones it names.
async fn session_policies(service: &Ctx, input: &AssumeRoleInput) -> Result<Vec<String>> {
    let mut documents = Vec::new();
    if let Some(policy) = &input.policy {
        if policy.chars().count() > POLICY_CHARACTERS_MAX {
            return Err(Fail::new(
                "PackedPolicyTooLarge",
                400,
                "Serialized session policies exceed the limit.",
            ));
        }
        Document::parse(policy, DocumentKind::Identity)
            .map_err(|problem| Fail::new("MalformedPolicyDocument", 400, problem.sentence()))?;
        documents.push(policy.clone());
    }
    for descriptor in input.policy_arns.iter().flatten() {
        let Some(arn) = &descriptor.arn else { continue };
        let policy = GetPolicyInput { policy_arn: arn.clone() };
        let policy = iam_api::Client::get_policy(service, policy).await?.policy;
        let version_id = policy.and_then(|policy| policy.default_version_id).unwrap_or_default();
        let version = GetPolicyVersionInput { policy_arn: arn.clone(), version_id };
        let version = iam_api::Client::get_policy_version(service, version).await?.policy_version;
        let document = version.and_then(|version| version.document).unwrap_or_default();
        documents.push(decoded(&document));
    }
    Ok(documents)
}

/// IAM answers documents percent-encoded.
fn decoded(document: &str) -> String {
    percent_encoding::percent_decode_str(document).decode_utf8_lossy().into_owned()
}
