//! The resource policy of a catalog: who may do what with its databases and tables, people of other
//! accounts among them.
//!
//! A call that names another account's catalog acts on that account from before it is judged, and needs
//! leave of that catalog's policy for each name it means: catalog, database and table. Where policies
//! are not enforced, other accounts are judged all the same.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html>

use std::sync::Arc;

use aquifer_policy::{Document, DocumentKind};
use glue_api::{ExistCondition, GluePolicy};
use platform::{
    Arn, Asked, Ctx, Fail, Names, PrincipalKind, ReadTx, ResourceAccess, Resources, Result, Scope,
    WriteTx,
};

use crate::error;
use crate::store::POLICIES;

/// Bytes of a policy.
const POLICY_BYTES_MAX: usize = 10_240;

/// Types of resources that the policy of a catalog is about.
const OF_CATALOGS: [&str; 5] =
    ["catalog", "connection", "database", "table", "userDefinedFunction"];
/// What an account may always do to its policy, lest it lock itself out.
const OF_THE_POLICY: [&str; 3] =
    ["glue:GetResourcePolicy", "glue:PutResourcePolicy", "glue:DeleteResourcePolicy"];

/// The catalogs of all accounts.
pub(crate) struct Catalogs;

fn key(scope: &Scope) -> (String, String) {
    (scope.account.to_string(), scope.region.to_string())
}

/// The catalog that a resource is of, if it is of one.
fn catalog_of(resource: &Arn) -> Option<Scope> {
    let kind = resource.resource_type().unwrap_or(resource.resource());
    let is_of_one = resource.service() == "glue" && OF_CATALOGS.contains(&kind);
    Some(Scope::new(resource.account().filter(|_| is_of_one)?, resource.region()?))
}

impl Resources for Catalogs {
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        let Some(scope) = catalog_of(asked.resource) else { return Ok(None) };
        let mut access = ResourceAccess::of(scope.account);
        let own = ctx.caller().account == Some(scope.account);
        if !own || !OF_THE_POLICY.contains(&asked.action) {
            let stored = ctx.read(|tx| POLICIES.get(tx, &key(&scope)))?;
            access.policies.extend(stored.and_then(|row| row.0.policy_in_json).map(Arc::from));
        }
        Ok(Some(access))
    }

    fn opens_some(&self) -> bool {
        true
    }

    fn opens(&self, ctx: &Ctx, resource: &Arn) -> Result<bool> {
        let own = ctx.caller().account == resource.account();
        let service = ctx.caller().kind == PrincipalKind::Service;
        Ok(!own && !service && catalog_of(resource).is_some())
    }
}

impl Names for Catalogs {
    fn member(&self) -> &'static str {
        "CatalogId"
    }

    /// A request that names another account's catalog acts on that account from here on, and is
    /// judged by the policy of its catalog.
    fn resolve(
        &self,
        ctx: &Ctx,
        _operation: &'static str,
        name: &mut String,
    ) -> Result<Option<Ctx>> {
        let Ok(account) = name.parse() else { return Ok(None) };
        let scope = Scope::new(account, ctx.region().clone());
        let other = scope.account != ctx.scope().account;
        Ok(other.then(|| ctx.with_scope(scope)))
    }
}

/// The policy of the catalog that a context acts on, if `resource` means that.
///
/// # Errors
/// `EntityNotFoundException`.
pub(crate) fn get(ctx: &Ctx, tx: &ReadTx<'_>, resource: Option<&str>) -> Result<GluePolicy> {
    check_resource(ctx, resource)?;
    let stored = POLICIES.get(tx, &key(ctx.scope()))?;
    stored.map(|stored| stored.0).ok_or_else(error::no_policy)
}

/// The catalog's own is the only policy there is.
fn check_resource(ctx: &Ctx, resource: Option<&str>) -> Result<()> {
    let catalog = Arn::new("glue", ctx.scope(), "catalog");
    match resource {
        Some(resource) if resource != catalog.as_str() => Err(error::no_policy()),
        _ => Ok(()),
    }
}

/// What is asked of the policy that is there before it is changed.
#[derive(Default)]
pub(crate) struct If<'a> {
    pub hash: Option<&'a str>,
    pub exists: Option<ExistCondition>,
    pub resource: Option<&'a str>,
}

impl If<'_> {
    /// The policy that is there, if all is as asked.
    fn check(&self, ctx: &Ctx, tx: &ReadTx<'_>) -> Result<Option<GluePolicy>> {
        check_resource(ctx, self.resource)?;
        let there = POLICIES.get(tx, &key(ctx.scope()))?.map(|stored| stored.0);
        let exists = match self.exists {
            Some(ExistCondition::MustExist) => there.is_some(),
            Some(ExistCondition::NotExist) => there.is_none(),
            _ => true,
        };
        let is_that = |hash: &str| {
            there.as_ref().is_some_and(|there| there.policy_hash.as_deref() == Some(hash))
        };
        if !exists || !self.hash.is_none_or(is_that) {
            return Err(error::policy_condition());
        }
        Ok(there)
    }
}

/// Puts the policy of the catalog; its hash.
///
/// # Errors
/// `InvalidInputException`, `ConditionCheckFailureException`.
pub(crate) async fn put(ctx: &Ctx, text: String, given: If<'_>) -> Result<String> {
    check(ctx, &text)?;
    let hash = ctx.ids().base64(22) + "==";
    ctx.write(|tx| {
        let there = given.check(ctx, tx)?;
        let created = there.and_then(|there| there.create_time).unwrap_or_else(|| ctx.now());
        let policy = GluePolicy {
            policy_in_json: Some(text),
            policy_hash: Some(hash.clone()),
            create_time: Some(created),
            update_time: Some(ctx.now()),
        };
        Ok::<_, Fail>(POLICIES.put(tx, &key(ctx.scope()), &platform::Stored(policy))?)
    })
    .await?;
    Ok(hash)
}

/// Removes the policy of the catalog.
///
/// # Errors
/// `EntityNotFoundException`, `ConditionCheckFailureException`.
pub(crate) fn delete(ctx: &Ctx, tx: &WriteTx<'_>, given: &If<'_>) -> Result<()> {
    given.check(ctx, tx)?.ok_or_else(error::no_policy)?;
    POLICIES.delete(tx, &key(ctx.scope()))?;
    Ok(())
}

/// Refuses what is no policy of this catalog.
fn check(ctx: &Ctx, text: &str) -> Result<()> {
    if text.len() > POLICY_BYTES_MAX {
        return Err(error::invalid("The resource policy is larger than 10 KB."));
    }
    Document::parse(text, DocumentKind::Resource)
        .map_err(|problem| error::invalid(format!("Policy is invalid: {}", problem.sentence())))?;
    let document: serde_json::Value = serde_json::from_str(text).map_err(Fail::internal)?;
    let statements = match document.get("Statement") {
        Some(serde_json::Value::Array(all)) => all.iter().collect(),
        other => other.into_iter().collect::<Vec<_>>(),
    };
    let resources = statements.iter().flat_map(|one| [one.get("Resource"), one.get("NotResource")]);
    let texts = resources.flatten().flat_map(|named| match named {
        serde_json::Value::Array(all) => all.iter().collect(),
        one => vec![one],
    });
    for resource in texts.filter_map(serde_json::Value::as_str) {
        let own = resource.parse::<Arn>().is_ok_and(|arn| {
            let region = ctx.region().as_str();
            let account = ctx.scope().account;
            let fits = |text: &str, own: &str| aquifer_policy::Wildcard::new(text).matches(own);
            arn.service() == "glue"
                && fits(arn.region_text(), region)
                && fits(arn.account_text(), account.as_str())
        });
        if !own {
            let message = format!("Policy names a resource of another catalog: {resource}");
            return Err(error::invalid(message));
        }
    }
    Ok(())
}
