//! The judgement over a request: whose policies have a say, and what they say together.
//!
//! The identities of the caller's account are read in one view of the store, so a judgement never
//! mixes two states. The only policies of resources known here are the trust policies of roles,
//! read with the scope of the role's account; those of other resources are their rooms' to bring.

use std::sync::Arc;

use aquifer_policy::{
    Attached, Context, Document, DocumentKind, PolicySet, Principal, PrincipalKind as Kind, Reason,
    Request, ResourceRule,
};
use futures::future::BoxFuture;
use iam_api::PolicySourceType;
use platform::{
    AccessRequest, Arn, Authorizer, Ctx, Decision, PrincipalKind, ReadTx, Scope, StoreError,
};

use crate::documents::Documents;
use crate::gather::{Gathered, Gatherer, Source};
use crate::model::Holder;
use crate::store;

/// The actions that a role's trust policy is about.
const ASSUME_ROLE: &str = "sts:AssumeRole";
const ABOUT_TRUST: [&str; 3] = [ASSUME_ROLE, "sts:TagSession", "sts:SetSourceIdentity"];

/// The judge of the house.
pub(crate) struct Judge {
    documents: Arc<Documents>,
}

impl Judge {
    pub fn new(documents: Arc<Documents>) -> Self {
        Self { documents }
    }

    fn judge(&self, ctx: &Ctx, request: &AccessRequest) -> Result<Decision, StoreError> {
        let arn = request.resource.parse::<Arn>().ok();
        let owner = arn.as_ref().and_then(Arn::account).unwrap_or(request.owner);
        let caller = ctx.caller();
        // Nothing narrows the root of an account within it.
        if caller.kind == PrincipalKind::Root && caller.account == Some(owner) {
            return Ok(Decision::Allow);
        }
        let about_trust = ABOUT_TRUST.contains(&request.action.as_str());
        let (found, trust, resource) = ctx.read(|tx| {
            let found = self.identity(ctx, tx)?;
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
        let session = self.session_policies(ctx);
        let mut set = PolicySet {
            identity: found.gathered.identity.iter().map(Source::attached).collect(),
            boundary: found.gathered.boundary.as_ref().map(Source::attached),
            session: session.as_ref().map(|list| list.iter().map(Source::attached).collect()),
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

    /// The caller in the terms of the policy language, with what is attached to it.
    fn identity(&self, ctx: &Ctx, tx: &ReadTx<'_>) -> Result<Caller, StoreError> {
        let caller = ctx.caller();
        let mut found = Caller {
            principal: Principal {
                kind: Kind::Anonymous,
                account: caller.account.map(|account| account.to_string()).unwrap_or_default(),
                arn: caller.arn.as_ref().map(ToString::to_string).unwrap_or_default(),
                user_id: caller.id.clone(),
                canonical_user_id: None,
                tags: caller.tags.clone().into_iter().collect(),
            },
            gathered: Gathered::default(),
        };
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
        Ok(found)
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
        request: AccessRequest,
    ) -> BoxFuture<'a, anyhow::Result<Decision>> {
        let decision = self.judge(ctx, &request).map_err(anyhow::Error::from);
        Box::pin(std::future::ready(decision))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use platform::{
        AccountId, Backend, Clock, Durability, Ids, PlatformParts, Session, Store, StoreOptions,
    };

    use super::*;
    use crate::identities;
    use crate::model::{Identity, Kind as Sort, Role, SESSION_SECONDS_DEFAULT, User};

    const EVERYTHING: &str =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    const BUCKET: &str = "arn:aws:s3:::b";
    const ROLE: &str = "arn:aws:iam::000000000002:role/jobs/etl";

    fn account(n: u8) -> AccountId {
        format!("{n:012}").parse().unwrap()
    }

    fn house() -> Ctx {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let store = Store::open(options).unwrap();
        let parts = PlatformParts::new(store, Clock::new(), Ids::seeded(1));
        Ctx::root(&parts, Scope::new(account(1), Default::default()))
    }

    /// A user who may do everything, as a caller.
    async fn ann(ctx: &Ctx) -> platform::Principal {
        let mut identity = Identity::new(ctx, Sort::User, "ann".into(), None);
        identity.inline.insert("all".into(), EVERYTHING.into());
        let user = User { identity, groups: Default::default() };
        ctx.write(|tx| identities::put(tx, &user)).await.unwrap();
        let (partition, account) = (ctx.scope().partition(), ctx.scope().account);
        platform::Principal::user(partition, account, "ann", &user.identity.id)
    }

    /// A role of the second account that trusts a principal.
    async fn role(ctx: &Ctx, trusted: &str) {
        let there = ctx.with_scope(Scope::new(account(2), Default::default()));
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{trusted}"}},"Action":"sts:AssumeRole"}}}}"#
        );
        let role = Role {
            identity: Identity::new(&there, Sort::Role, "etl".into(), Some("/jobs/".into())),
            trust,
            description: None,
            session_seconds_max: SESSION_SECONDS_DEFAULT,
        };
        there.write(|tx| identities::put(tx, &role)).await.unwrap();
    }

    fn decide(ctx: &Ctx, action: &str, resource: &str, owner: AccountId) -> Decision {
        let judge = Judge::new(Arc::default());
        let request = AccessRequest {
            action: action.to_owned(),
            resource: resource.to_owned(),
            owner,
            conditions: BTreeMap::new(),
        };
        judge.judge(ctx, &request).unwrap()
    }

    #[tokio::test]
    async fn what_another_account_owns_is_closed_to_those_who_may_do_everything() {
        let ctx = house();
        let ctx = ctx.with_caller(ann(&ctx).await);
        assert_eq!(decide(&ctx, "s3:GetObject", BUCKET, account(1)), Decision::Allow);
        let refused = " because no resource-based policy allows the s3:GetObject action";
        let theirs = decide(&ctx, "s3:GetObject", BUCKET, account(2));
        assert_eq!(theirs, Decision::Deny(refused.to_owned()));
        // An account in the name counts, whatever the request's scope.
        let table = "arn:aws:glue:us-east-1:000000000002:table/d/t";
        assert_ne!(decide(&ctx, "glue:GetTable", table, account(1)), Decision::Allow);
    }

    #[tokio::test]
    async fn the_root_rules_its_own_account_only() {
        let ctx = house();
        assert_eq!(decide(&ctx, "iam:DeleteUser", "*", account(1)), Decision::Allow);
        assert_ne!(decide(&ctx, "s3:GetObject", BUCKET, account(2)), Decision::Allow);
    }

    #[tokio::test]
    async fn a_role_is_assumed_by_those_it_trusts_and_the_others_learn_nothing() {
        let silence = Decision::Deny(String::new());
        let ctx = house();
        let ctx = ctx.with_caller(ann(&ctx).await);
        assert_eq!(decide(&ctx, ASSUME_ROLE, ROLE, account(1)), silence);
        role(&ctx, "000000000003").await;
        assert_eq!(decide(&ctx, ASSUME_ROLE, ROLE, account(1)), silence);
        role(&ctx, "000000000001").await;
        assert_eq!(decide(&ctx, ASSUME_ROLE, ROLE, account(1)), Decision::Allow);
        // The path is part of the name.
        let without_path = ROLE.replace("jobs/", "");
        assert_eq!(decide(&ctx, ASSUME_ROLE, &without_path, account(1)), silence);
    }

    #[tokio::test]
    async fn a_session_policy_narrows_and_one_that_cannot_be_read_allows_nothing() {
        let ctx = house();
        let ctx = ctx.with_caller(ann(&ctx).await);
        let with = |text: &str| {
            let session = Session { policies: vec![text.to_owned()], ..Session::default() };
            decide(&ctx.with_session(session), "s3:GetObject", BUCKET, account(1))
        };
        assert_eq!(with(EVERYTHING), Decision::Allow);
        assert_ne!(with(&EVERYTHING.replace("\"*\",", "\"glue:*\",")), Decision::Allow);
        assert_ne!(with("nonsense"), Decision::Allow);
    }

    #[tokio::test]
    async fn a_user_of_the_same_name_and_another_id_has_nothing() {
        let ctx = house();
        let mut other = ann(&ctx).await;
        other.id = "AIDAANOTHER".to_owned();
        assert_ne!(
            decide(&ctx.with_caller(other), "s3:GetObject", BUCKET, account(1)),
            Decision::Allow
        );
    }
}
