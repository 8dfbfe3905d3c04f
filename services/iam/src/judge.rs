//! The judgement over a request: whose policies have a say, and what they say together.
//!
//! The identities of the caller's account are read in one view of the store, so a judgement never
//! mixes two states. The trust policies of roles are read here, with the scope of the role's
//! account; those of other resources come with the request, from their rooms.

use std::sync::Arc;

use aquifer_policy::{
    Attached, Context, Document, DocumentKind, PolicySet, Principal, PrincipalKind as Kind, Reason,
    Request, ResourceRule,
};
use futures::future::BoxFuture;
use iam_api::PolicySourceType;
use platform::{
    AccessRequest, Arn, Authorizer, Ctx, Decision, Identities, PrincipalKind, ReadTx, Scope,
    StoreError,
};

use crate::documents::Documents;
use crate::gather::{Gathered, Gatherer, Source};
use crate::model::Holder;
use crate::store;

/// The actions that a role's trust policy is about.
const ASSUME_ROLE: &str = "sts:AssumeRole";
const ABOUT_TRUST: [&str; 3] = [ASSUME_ROLE, "sts:TagSession", "sts:SetSourceIdentity"];

/// The policy of identities that are not to be judged.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// The judge of the house.
pub(crate) struct Judge {
    documents: Arc<Documents>,
}

impl Judge {
    pub fn new(documents: Arc<Documents>) -> Self {
        Self { documents }
    }

    fn judge(&self, ctx: &Ctx, request: &AccessRequest<'_>) -> anyhow::Result<Decision> {
        let arn = request.resource.parse::<Arn>().ok();
        let owner = arn.as_ref().and_then(Arn::account).unwrap_or(request.access.owner);
        let caller = ctx.caller();
        let rule = request.access.rule;
        // Nothing of an identity's narrows the root of an account within it; the endpoint of a
        // network does.
        if caller.kind == PrincipalKind::Root
            && ctx.passage().is_none()
            && caller.account == Some(owner)
            && request.access.policies.is_empty()
            && rule == platform::ResourceRule::EitherSide
        {
            return Ok(Decision::Allow);
        }
        let about_trust = ABOUT_TRUST.contains(&request.action.as_str());
        let judged = request.identities == Identities::Judged;
        let (found, trust, resource) = ctx.read(|tx| {
            let found = self.identity(ctx, tx, judged)?;
            let trust = match &arn {
                Some(arn) if about_trust => self.trust(tx, arn)?,
                _ => None,
            };
            let resource = match &arn {
                Some(arn) if ctx.service() == iam_api::SERVICE.name => full_name(ctx, tx, arn)?,
                _ => None,
            };
            Ok::<_, StoreError>((found, trust, resource))
        })?;
        let resource = resource.unwrap_or_else(|| request.resource.clone());
        let session = if judged { self.session_policies(ctx) } else { None };
        let granting = self.of_resource(request)?;
        let endpoint = self.of_endpoint(ctx)?;
        let named = |document| Attached { name: "resource", document };
        let mut set = PolicySet {
            identity: found.gathered.identity.iter().map(Source::attached).collect(),
            boundary: found.gathered.boundary.as_ref().map(Source::attached),
            session: session.as_ref().map(|list| list.iter().map(Source::attached).collect()),
            resource: granting.iter().map(|document| named(&**document)).collect(),
            resource_rule: match rule {
                platform::ResourceRule::EitherSide => ResourceRule::EitherSide,
                platform::ResourceRule::ResourceMustAllow => ResourceRule::ResourceMustAllow,
            },
            endpoint: endpoint.as_ref().map(|(name, document)| vec![Attached { name, document }]),
            ..PolicySet::default()
        };
        if about_trust {
            set.resource_rule = ResourceRule::ResourceMustAllow;
            let named = |document| Attached { name: "trust", document };
            set.resource = trust.as_deref().map(named).into_iter().collect();
        }
        let mut context = Context::default();
        for (key, values) in &request.conditions {
            context.insert_all(key, values.iter().cloned());
        }
        if let Some(late) = &request.late
            && asks_for(&set, late.prefixes)
        {
            for (key, values) in (late.find)(&request.conditions)? {
                context.insert_all(&key, values);
            }
        }
        found.principal.describe_in(&mut context);
        let decision = set.evaluate(&Request {
            principal: &found.principal,
            action: &request.action,
            resource: &resource,
            resource_account: Some(owner.as_str()),
            context: &context,
        });
        Ok(match decision.reason {
            _ if decision.is_allowed() => Decision::Allow,
            // Whether the role is not there or does not trust the caller, AWS does not say.
            Reason::NotAllowedBy(_) if about_trust => Decision::Deny(String::new()),
            _ => Decision::Deny(format!(" {}", decision.because(&request.action))),
        })
    }

    /// The policies that came with the request. They parsed when they were put; one that no longer
    /// does may hold a denial, so nothing is decided without it.
    fn of_resource(&self, request: &AccessRequest<'_>) -> anyhow::Result<Vec<Arc<Document>>> {
        let parsed = |text: &Arc<str>| {
            self.documents.parsed(text, DocumentKind::Resource).map_err(|problem| {
                anyhow::anyhow!("a policy of {} cannot be read: {problem}", request.resource)
            })
        };
        request.access.policies.iter().map(parsed).collect()
    }

    /// The policy of the endpoint that the request came by, with the endpoint's id. It parsed when it
    /// was put, as those of resources did.
    fn of_endpoint<'c>(&self, ctx: &'c Ctx) -> anyhow::Result<Option<(&'c str, Arc<Document>)>> {
        let Some(passage) = ctx.passage() else { return Ok(None) };
        let parsed = self.documents.parsed(&passage.policy, DocumentKind::Resource);
        let document = parsed.map_err(|problem| {
            anyhow::anyhow!("the policy of {} cannot be read: {problem}", passage.endpoint)
        })?;
        Ok(Some((&passage.endpoint, document)))
    }

    /// The caller in the terms of the policy language, with what is attached to it; or with leave to
    /// do everything, where what is attached is not to be judged.
    fn identity(&self, ctx: &Ctx, tx: &ReadTx<'_>, judged: bool) -> Result<Caller, StoreError> {
        let caller = ctx.caller();
        let mut found = Caller {
            principal: Principal {
                kind: Kind::Anonymous,
                account: caller.account.map(|account| account.to_string()).unwrap_or_default(),
                arn: caller.arn.as_ref().map(ToString::to_string).unwrap_or_default(),
                user_id: caller.id.clone(),
                canonical_user_id: caller.account.map(platform::canonical_user_id),
                tags: caller.tags.clone().into_iter().collect(),
            },
            gathered: Gathered::default(),
        };
        if caller.kind == PrincipalKind::Service {
            // It is of no account, and has no policies of its own.
            found.principal.kind = Kind::Service { names: vec![caller.id.clone()] };
        }
        let Some(account) = caller.account else { return Ok(found) };
        let scope = Scope::new(account, ctx.region().clone());
        let tx = &tx.in_scope(&scope);
        let gatherer = Gatherer { tx, documents: &self.documents };
        let last_part = caller.arn.as_ref().and_then(|arn| arn.resource_id().rsplit('/').next());
        found.principal.kind = match caller.kind {
            PrincipalKind::Root => Kind::Root,
            PrincipalKind::User => {
                let name = last_part.unwrap_or_default();
                // Another user of the same name, created since, is someone else.
                let user = store::USERS.get(tx, &store::key(name))?;
                if let Some(user) = user.filter(|user| user.identity.id == caller.id) {
                    found.gathered = gatherer.of_user(&user)?;
                }
                Kind::User { name: name.to_owned() }
            }
            PrincipalKind::AssumedRole => {
                let name = caller.role_name().unwrap_or_default();
                let id = caller.id.split(':').next().unwrap_or_default();
                let role = store::ROLES.get(tx, &store::key(name))?;
                let role_arn = match role.filter(|role| role.identity.id == id) {
                    Some(role) => {
                        found.gathered = gatherer.of(&role)?;
                        role.arn(&scope).to_string()
                    }
                    None => String::new(),
                };
                Kind::AssumedRole { role_arn }
            }
            PrincipalKind::FederatedUser => Kind::FederatedUser,
            PrincipalKind::Service => Kind::Service { names: vec![caller.id.clone()] },
            PrincipalKind::Anonymous => Kind::Anonymous,
        };
        if !judged {
            found.gathered = Gathered { identity: self.everything(), boundary: None };
        }
        Ok(found)
    }

    /// Leave to do everything.
    fn everything(&self) -> Vec<Source> {
        let document = self.documents.parsed(EVERYTHING, DocumentKind::Identity).ok();
        let source = |document| Source {
            id: "presumed".to_owned(),
            kind: PolicySourceType::None,
            text: EVERYTHING.to_owned(),
            document,
        };
        document.map(source).into_iter().collect()
    }

    /// The trust policy of the role of an ARN, in whatever account it is.
    fn trust(&self, tx: &ReadTx<'_>, arn: &Arn) -> Result<Option<Arc<Document>>, StoreError> {
        let Some(account) = arn.account() else { return Ok(None) };
        let scope = Scope::new(account, tx.scope().region.clone());
        let name = arn.resource_id().rsplit('/').next().unwrap_or_default();
        let role = store::ROLES.get(&tx.in_scope(&scope), &store::key(name))?;
        let Some(role) = role.filter(|role| role.arn(&scope) == *arn) else { return Ok(None) };
        Ok(self.documents.parsed(&role.trust, DocumentKind::Trust).ok())
    }

    /// The policies the caller's session was narrowed by, if it was.
    fn session_policies(&self, ctx: &Ctx) -> Option<Vec<Source>> {
        let texts = &ctx.session().filter(|session| !session.policies.is_empty())?.policies;
        let source = |text: &String| {
            // One that cannot be read is left out, which allows nothing more.
            let document = self.documents.parsed(text, DocumentKind::Identity).ok()?;
            let (id, kind) = ("session".to_owned(), PolicySourceType::None);
            Some(Source { id, kind, text: text.clone(), document })
        };
        Some(texts.iter().filter_map(source).collect())
    }
}

/// Whether any policy asks for a key that begins so.
fn asks_for(set: &PolicySet<'_>, prefixes: &[&str]) -> bool {
    let asks = |attached: &Attached<'_>| attached.document.asks_for(prefixes);
    set.identity.iter().chain(&set.resource).chain(&set.boundary).any(asks)
        || set.session.iter().chain(&set.endpoint).flatten().any(asks)
}

struct Caller {
    principal: Principal,
    gathered: Gathered,
}

/// The full ARN of an identity that a call of this room names without its path, or leaves out to
/// mean the caller. None where the name is nobody's: then it stands for itself.
fn full_name(ctx: &Ctx, tx: &ReadTx<'_>, arn: &Arn) -> Result<Option<String>, StoreError> {
    fn of<H: Holder>(tx: &ReadTx<'_>, name: &str) -> Result<Option<String>, StoreError> {
        let row = H::table().get(tx, &store::key(name))?;
        Ok(row.map(|row| row.arn(tx.scope()).to_string()))
    }
    match arn.resource().split_once('/') {
        Some(("user", "*")) if ctx.caller().kind == PrincipalKind::User => {
            Ok(ctx.caller().arn.as_ref().map(ToString::to_string))
        }
        Some(("user", name)) if !name.contains('/') => of::<crate::model::User>(tx, name),
        Some(("group", name)) if !name.contains('/') => of::<crate::model::Group>(tx, name),
        Some(("role", name)) if !name.contains('/') => of::<crate::model::Role>(tx, name),
        _ => Ok(None),
    }
}

impl Authorizer for Judge {
    fn decide<'a>(
        &'a self,
        ctx: &'a Ctx,
        request: AccessRequest<'a>,
    ) -> BoxFuture<'a, anyhow::Result<Decision>> {
        Box::pin(std::future::ready(self.judge(ctx, &request)))
    }
}

#[cfg(test)]
mod tests;
