//! The stage that asks whether the caller may.

use std::sync::Arc;

use aquifer_authz::{
    AccessRequest, Authorizer, ConditionKeys, Decision, Identities, Late, ResourceAccess,
};
use aquifer_ctx::Ctx;
use aquifer_schema::{OperationSchema, Protocol, ServiceSchema, Structure, View};
use aquifer_types::{Arn, PrincipalKind};

use crate::fail::{Fail, Result};
use crate::request_tags;
use crate::resources::{Asked, ByService, Resources};

/// How much of a request's claim to an identity is examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthMode {
    /// Nothing is.
    Off,
    /// Signatures of known keys are; unknown keys are the root of the account they name.
    #[default]
    Verify,
    /// Signatures must be of known keys, and policies decide.
    Enforce,
}

/// What the stage consults; shared through the context.
pub(crate) struct Gate {
    pub mode: AuthMode,
    pub authorizer: Option<Arc<dyn Authorizer>>,
    pub resources: ByService,
}

/// How much of identities the platform examines.
pub fn auth_mode(ctx: &Ctx) -> AuthMode {
    ctx.ext::<Gate>().map_or(AuthMode::Verify, |gate| gate.mode)
}

/// Asks for every resource an operation names.
pub(crate) async fn authorize(
    ctx: &Ctx,
    schema: &'static OperationSchema,
    input: &dyn Structure,
) -> Result<()> {
    let Some(gate) = gate(ctx, schema.service) else { return Ok(()) };
    let with = |(member, action): &(&str, &'static str)| {
        member_text(input, member).is_some().then_some(*action)
    };
    let action = schema.actions_with.iter().find_map(with).unwrap_or(schema.action);
    for template in schema.resources {
        let resource = fill(template, ctx, input);
        let keys = || conditions_of(ctx, schema, input);
        ask(ctx, &gate, schema.service, action, resource, keys).await?;
    }
    Ok(())
}

/// Asks for an action on a resource that only the data names.
///
/// # Errors
/// The service's refusal, with AWS's sentence.
pub async fn require(
    ctx: &Ctx,
    service: &'static ServiceSchema,
    action: &str,
    resource: impl Into<String>,
) -> Result<()> {
    require_with(ctx, service, action, resource, &[]).await
}

/// Asks as [`require`] does, with condition keys besides those every request has. A key given more
/// than once has all its values.
///
/// # Errors
/// The service's refusal, with AWS's sentence.
pub async fn require_with(
    ctx: &Ctx,
    service: &'static ServiceSchema,
    action: &str,
    resource: impl Into<String>,
    more: &[(&str, &str)],
) -> Result<()> {
    let Some(gate) = gate(ctx, service) else { return Ok(()) };
    let keys = || {
        let mut keys = conditions(ctx);
        for (key, value) in more {
            keys.entry(key.to_lowercase()).or_default().push((*value).to_owned());
        }
        keys
    };
    ask(ctx, &gate, service, action, resource.into(), keys).await
}

/// Asks for an action that an operation needs besides its own, with the condition keys that its
/// input gives.
///
/// # Errors
/// The service's refusal, with AWS's sentence.
pub async fn require_also(
    ctx: &Ctx,
    schema: &'static OperationSchema,
    input: &dyn Structure,
    action: &str,
    resource: impl Into<String>,
) -> Result<()> {
    let Some(gate) = gate(ctx, schema.service) else { return Ok(()) };
    let keys = || conditions_of(ctx, schema, input);
    ask(ctx, &gate, schema.service, action, resource.into(), keys).await
}

/// Asks for an action on a resource whose room has its policies at hand, with condition keys besides
/// those every request has. Where policies are not enforced, other accounts still need a grant of the
/// resource's.
///
/// # Errors
/// The service's refusal, with AWS's sentence.
pub async fn require_on(
    ctx: &Ctx,
    service: &'static ServiceSchema,
    action: &str,
    resource: impl Into<String>,
    access: ResourceAccess,
    more: &[(&str, &str)],
) -> Result<()> {
    let Some(gate) = ctx.ext::<Gate>() else { return Ok(()) };
    let foreign = ctx.caller().account != Some(access.owner);
    let identities = match gate.mode {
        AuthMode::Enforce => Identities::Judged,
        AuthMode::Verify if foreign => Identities::Presumed,
        AuthMode::Verify | AuthMode::Off => return Ok(()),
    };
    // A service acting for itself is trusted: it is this process.
    if ctx.caller().kind == PrincipalKind::Service && !access.asks_services {
        return Ok(());
    }
    let resource = resource.into();
    let request = asked(ctx, action, &resource, access, identities, more);
    match authorizer(&gate)?.decide(ctx, request).await? {
        Decision::Allow => Ok(()),
        Decision::Deny(why) => Err(refusal(ctx, service, action, &resource, &why)),
    }
}

/// Whether policies of a resource would let the caller do something, if its own let it do
/// everything. For rooms that refuse policies which lock out whoever puts them. Without a judge in
/// the house nobody is locked out.
///
/// # Errors
/// When the store cannot be read.
pub async fn would_let(
    ctx: &Ctx,
    action: &str,
    resource: &str,
    access: ResourceAccess,
    more: &[(&str, &str)],
) -> Result<bool> {
    let Some(gate) = ctx.ext::<Gate>() else { return Ok(true) };
    let Some(authorizer) = &gate.authorizer else { return Ok(true) };
    let request = asked(ctx, action, resource, access, Identities::Presumed, more);
    Ok(authorizer.decide(ctx, request).await? == Decision::Allow)
}

/// A request with all that its room has to say.
fn asked<'a>(
    ctx: &Ctx,
    action: &str,
    resource: &str,
    access: ResourceAccess,
    identities: Identities,
    more: &[(&str, &str)],
) -> AccessRequest<'a> {
    let mut conditions = conditions(ctx);
    for (key, value) in more {
        conditions.entry(key.to_lowercase()).or_default().push((*value).to_owned());
    }
    conditions.insert("aws:resourceaccount".to_owned(), vec![access.owner.to_string()]);
    conditions.extend(access.conditions.clone());
    let (action, resource) = (action.to_owned(), resource.to_owned());
    AccessRequest { action, resource, access, conditions, late: None, identities }
}

fn authorizer(gate: &Gate) -> Result<&Arc<dyn Authorizer>> {
    let missing = || Fail::internal(anyhow::anyhow!("enforcement without an authorizer"));
    gate.authorizer.as_ref().ok_or_else(missing)
}

/// The gate, where something may have to be asked for a service at all: where policies are
/// enforced, and where resources of the service may be opened to other accounts.
fn gate(ctx: &Ctx, service: &ServiceSchema) -> Option<Arc<Gate>> {
    let gate = ctx.ext::<Gate>()?;
    let asks = match gate.mode {
        AuthMode::Off => false,
        AuthMode::Verify => gate.resources.of(service.name).is_some_and(Resources::opens_some),
        AuthMode::Enforce => true,
    };
    asks.then_some(gate)
}

/// Asks for an action on a resource, and on what has the name by which the request calls it.
async fn ask(
    ctx: &Ctx,
    gate: &Gate,
    service: &'static ServiceSchema,
    action: &str,
    resource: String,
    conditions: impl Fn() -> ConditionKeys,
) -> Result<()> {
    if let Some(called) = ctx.alias().and_then(|alias| alias.of(&resource)) {
        ask_of(ctx, gate, service, action, called, &conditions).await?;
    }
    ask_of(ctx, gate, service, action, resource, conditions).await
}

async fn ask_of(
    ctx: &Ctx,
    gate: &Gate,
    service: &'static ServiceSchema,
    action: &str,
    resource: String,
    conditions: impl Fn() -> ConditionKeys,
) -> Result<()> {
    // A room knows its resources by their ARNs; what has none is of the account acted on.
    let arn = resource.parse::<Arn>().ok();
    let room = arn.as_ref().and_then(|arn| Some((gate.resources.of(arn.service())?, arn)));
    let identities = match (gate.mode, room) {
        (AuthMode::Enforce, _) => Identities::Judged,
        (_, Some((room, arn))) if room.opens(ctx, arn)? => Identities::Presumed,
        _ => return Ok(()),
    };
    let mut conditions = conditions();
    // A part of what another room has is asked for as the whole.
    let whole = match room {
        Some((room, resource)) => {
            room.stands_for(ctx, Asked { action, resource, conditions: &conditions })?
        }
        None => None,
    };
    let (action, resource, room) = match &whole {
        Some((action, arn)) => {
            let room = gate.resources.of(arn.service()).map(|room| (room, arn));
            (action.as_str(), arn.to_string(), room)
        }
        None => (action, resource, room),
    };
    let access = match room {
        Some((room, resource)) => {
            room.access(ctx, Asked { action, resource, conditions: &conditions })?
        }
        None => None,
    };
    let access = access.unwrap_or_else(|| ResourceAccess::of(ctx.scope().account));
    // A service acting for itself is trusted: it is this process.
    if ctx.caller().kind == PrincipalKind::Service && !access.asks_services {
        return Ok(());
    }
    let authorizer = authorizer(gate)?;
    let late = room.filter(|(room, _)| !room.late_keys().is_empty()).map(|(room, resource)| Late {
        prefixes: room.late_keys(),
        find: Box::new(move |conditions| {
            room.late(ctx, Asked { action, resource, conditions }).map_err(anyhow::Error::from)
        }),
    });
    conditions.insert("aws:resourceaccount".to_owned(), vec![access.owner.to_string()]);
    conditions.extend(access.conditions.clone());
    let request = AccessRequest {
        action: action.to_owned(),
        resource: resource.clone(),
        access,
        conditions,
        late,
        identities,
    };
    match authorizer.decide(ctx, request).await? {
        Decision::Allow => Ok(()),
        Decision::Deny(why) => Err(refusal(ctx, service, action, &resource, &why)),
    }
}

fn refusal(
    ctx: &Ctx,
    service: &'static ServiceSchema,
    action: &str,
    resource: &str,
    why: &str,
) -> Fail {
    let who = match ctx.caller().kind {
        PrincipalKind::Anonymous => "anonymous",
        _ => ctx.caller().display_name(),
    };
    let on = match (resource, service.name) {
        ("*", _) => String::new(),
        (_, "s3") => format!(" on resource: \"{resource}\""),
        _ => format!(" on resource: {resource}"),
    };
    let message = format!("User: {who} is not authorized to perform: {action}{on}{why}");
    match service.protocols.first() {
        Some(Protocol::AwsQuery | Protocol::RestXml) => Fail::new("AccessDenied", 403, message),
        Some(Protocol::Ec2Query) => {
            let message = format!("You are not authorized to perform this operation. {message}");
            Fail::new("UnauthorizedOperation", 403, message)
        }
        Some(Protocol::RestJson) => Fail::new("AccessDeniedException", 403, message),
        _ => Fail::new("AccessDeniedException", 400, message),
    }
}

/// Condition keys every request has, and those that an input gives.
fn conditions_of(ctx: &Ctx, schema: &OperationSchema, input: &dyn Structure) -> ConditionKeys {
    let mut keys = conditions(ctx);
    for (key, path) in schema.conditions {
        if let Some(value) = member_text(input, path) {
            keys.insert(key.to_lowercase(), vec![value]);
        }
    }
    request_tags::add(input, &mut keys);
    keys
}

/// Condition keys every request has.
fn conditions(ctx: &Ctx) -> ConditionKeys {
    let mut keys = ConditionKeys::new();
    let mut put = |key: &str, value: String| {
        keys.insert(key.to_owned(), vec![value]);
    };
    let caller = ctx.caller();
    put("aws:currenttime", ctx.now().rfc3339());
    put("aws:epochtime", ctx.now().as_secs().to_string());
    put("aws:securetransport", ctx.secure_transport().to_string());
    put("aws:requestedregion", ctx.region().to_string());
    put("aws:userid", caller.id.clone());
    match (ctx.passage(), ctx.source_ip()) {
        // The address is one of the private network: policies know it by another key.
        (Some(passage), _) => {
            put("aws:sourcevpce", passage.endpoint.clone());
            put("aws:sourcevpc", passage.network.clone());
            put("aws:vpcsourceip", passage.address.to_string());
        }
        (None, Some(ip)) => put("aws:sourceip", ip.to_string()),
        (None, None) => {}
    }
    // Only temporary keys tell when they were made, and whether a device was asked then.
    if let Some((session, issued)) = ctx.session().and_then(|s| Some((s, s.issued_at?))) {
        put("aws:tokenissuetime", issued.rfc3339());
        put("aws:multifactorauthpresent", session.mfa_present.to_string());
        if session.mfa_present {
            put("aws:multifactorauthage", ctx.now().since(issued).as_secs().to_string());
        }
    }
    if let Some(source) = ctx.source() {
        put("aws:sourcearn", source.arn.clone());
        put("aws:sourceaccount", source.account.clone());
    }
    if let Some(agent) = ctx.user_agent() {
        put("aws:useragent", agent.to_owned());
    }
    if let Some(arn) = &caller.arn {
        put("aws:principalarn", arn.to_string());
        if caller.kind == PrincipalKind::User
            && let Some((_, name)) = arn.as_str().rsplit_once('/')
        {
            put("aws:username", name.to_owned());
        }
    }
    if let Some(account) = &caller.account {
        put("aws:principalaccount", account.to_string());
    }
    let kind = match caller.kind {
        PrincipalKind::Root => "Account",
        PrincipalKind::User => "User",
        PrincipalKind::AssumedRole => "AssumedRole",
        PrincipalKind::FederatedUser => "FederatedUser",
        PrincipalKind::Service => "Service",
        PrincipalKind::Anonymous => "Anonymous",
    };
    put("aws:principaltype", kind.to_owned());
    for (key, value) in caller.tags.iter() {
        put(&format!("aws:principaltag/{}", key.to_lowercase()), value.to_string());
    }
    let manner = ctx.manner();
    let said = [
        ("s3:authtype", manner.auth_type.map(str::to_owned)),
        ("s3:signatureversion", manner.signature_version.map(str::to_owned)),
        ("s3:signatureage", manner.signature_age.map(|age| age.to_string())),
        ("s3:tlsversion", manner.tls_version.map(str::to_owned)),
        ("s3:x-amz-content-sha256", manner.payload_unsigned.then(|| "UNSIGNED-PAYLOAD".to_owned())),
    ];
    for (key, value) in said {
        if let Some(value) = value {
            put(key, value);
        }
    }
    for (key, value) in ctx.alias().iter().flat_map(|alias| &alias.conditions) {
        put(key, value.clone());
    }
    if !ctx.called_via().is_empty() {
        let via = ctx.called_via().iter().map(|service| (*service).to_owned()).collect();
        keys.insert("aws:calledvia".to_owned(), via);
    }
    keys
}

/// Fills a resource template: `{account}` and `{region}` from the scope, all else from the input,
/// where a dot goes into a structure. What the input leaves out matches anything, unless the
/// template says what it then is: `{Path|/}`. Of a URL, `{QueueUrl:name}` is the last part of its
/// path, and `{QueueUrl:account}` the one before.
pub(crate) fn fill(template: &str, ctx: &Ctx, input: &dyn Structure) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        match name {
            "account" => text.push_str(ctx.scope().account.as_str()),
            "region" => text.push_str(ctx.region().as_str()),
            path => {
                let (path, otherwise) = path.split_once('|').unwrap_or((path, "*"));
                let (path, part) = path.split_once(':').unwrap_or((path, ""));
                let value = member_text(input, path);
                let value = value.as_deref().unwrap_or(otherwise);
                let mut parts = value.trim_end_matches('/').rsplit('/');
                text.push_str(match part {
                    "name" => parts.next().unwrap_or(value),
                    "account" => parts.nth(1).unwrap_or(ctx.scope().account.as_str()),
                    _ => value,
                });
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

fn member_text(value: &dyn Structure, path: &str) -> Option<String> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(n, r)| (n, Some(r)));
    let index = value.schema().members.iter().position(|member| member.name == name)?;
    match (value.member(index).view(), rest) {
        (View::Str(text), None) => Some(text.to_owned()),
        (View::Int(number), None) => Some(number.to_string()),
        (View::Struct(inner), Some(rest)) => member_text(inner, rest),
        _ => None,
    }
}
