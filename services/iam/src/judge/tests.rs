//! Who is judged how.

use std::collections::BTreeMap;

use platform::{
    AccountId, Backend, Clock, Durability, Ids, PlatformParts, ResourceAccess, Session, Store,
    StoreOptions,
};

use super::*;
use crate::identities;
use crate::model::{Identity, Kind as Sort, Role, SESSION_SECONDS_DEFAULT, User};

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
        access: ResourceAccess::of(owner),
        conditions: BTreeMap::new(),
        late: None,
        identities: Identities::Judged,
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

/// A policy of the bucket, of one statement.
fn policy(effect: &str, principal: &str, more: &str) -> Arc<str> {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Principal":{principal},"Action":"s3:*","Resource":"*"{more}}}}}"#
    )
    .into()
}

fn request(owner: AccountId, policies: Vec<Arc<str>>) -> AccessRequest<'static> {
    AccessRequest {
        action: "s3:GetObject".to_owned(),
        resource: BUCKET.to_owned(),
        access: ResourceAccess { policies, ..ResourceAccess::of(owner) },
        conditions: BTreeMap::new(),
        late: None,
        identities: Identities::Judged,
    }
}

fn allows(ctx: &Ctx, request: &AccessRequest<'_>) -> bool {
    Judge::new(Arc::default()).judge(ctx, request).unwrap() == Decision::Allow
}

#[tokio::test]
async fn what_another_account_owns_opens_to_whom_both_sides_let_in() {
    let ctx = house();
    let ann = ctx.with_caller(ann(&ctx).await);
    let mut bob = ann.caller().clone();
    bob.id = "AIDANOBODY".to_owned();
    let bob = ctx.with_caller(bob);
    let anyone = ctx.with_caller(platform::Principal::anonymous());
    for (principal, by_ann, by_bob, by_anyone) in [
        (r#"{"AWS":"000000000001"}"#, true, false, false),
        (r#"{"AWS":"arn:aws:iam::000000000001:user/ann"}"#, true, false, false),
        (r#"{"AWS":"000000000003"}"#, false, false, false),
        (r#""*""#, true, false, true),
    ] {
        let request = request(account(2), vec![policy("Allow", principal, "")]);
        assert_eq!(allows(&ann, &request), by_ann, "{principal}");
        // Whom nothing of his own account's lets do anything.
        assert_eq!(allows(&bob, &request), by_bob, "{principal}");
        assert_eq!(allows(&anyone, &request), by_anyone, "{principal}");
    }
    let id = platform::canonical_user_id(account(1));
    let granted = policy("Allow", &format!(r#"{{"CanonicalUser":"{id}"}}"#), "");
    assert!(allows(&ann, &request(account(2), vec![granted])));
    // Where identities are not judged, what the resource says decides.
    let presumed = |policies| AccessRequest {
        identities: Identities::Presumed,
        ..request(account(2), policies)
    };
    let theirs = policy("Allow", r#"{"AWS":"000000000001"}"#, "");
    assert!(allows(&bob, &presumed(vec![theirs])));
    assert!(!allows(&bob, &presumed(Vec::new())));
}

#[tokio::test]
async fn what_the_resource_denies_is_denied_to_the_root_too() {
    let root = house();
    let denied = policy("Deny", r#""*""#, "");
    let open = policy("Allow", r#""*""#, "");
    assert!(allows(&root, &request(account(1), vec![Arc::clone(&open)])));
    assert!(!allows(&root, &request(account(1), vec![open, denied])));
    // One that cannot be read may deny.
    let unreadable = request(account(1), vec!["{}".into()]);
    assert!(Judge::new(Arc::default()).judge(&root, &unreadable).is_err());
}

#[tokio::test]
async fn where_the_resource_must_allow_it_leaves_to_identities_what_it_gives_their_account() {
    let root = house();
    let ann = root.with_caller(ann(&root).await);
    let must = |policies| {
        let mut request = request(account(1), policies);
        request.access.rule = platform::ResourceRule::ResourceMustAllow;
        request
    };
    let to_account = || must(vec![policy("Allow", r#"{"AWS":"000000000001"}"#, "")]);
    assert!(allows(&root, &to_account()) && allows(&ann, &to_account()));
    let to_other = || must(vec![policy("Allow", r#"{"AWS":"000000000002"}"#, "")]);
    assert!(!allows(&root, &to_other()) && !allows(&ann, &to_other()));
    assert!(!allows(&root, &must(Vec::new())));
}

#[tokio::test]
async fn keys_that_cost_a_look_are_looked_up_where_a_policy_asks_for_them() {
    let ctx = house();
    let looks = std::sync::atomic::AtomicU32::new(0);
    let asked = |more: &str| {
        let find = |_: &platform::ConditionKeys| {
            looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(BTreeMap::from([("s3:existingobjecttag/a".to_owned(), vec!["1".to_owned()])]))
        };
        let prefixes = &["s3:existingobjecttag/"][..];
        let request = AccessRequest {
            late: Some(platform::Late { prefixes, find: Box::new(find) }),
            ..request(account(1), vec![policy("Deny", r#""*""#, more)])
        };
        allows(&ctx, &request)
    };
    assert!(!asked(""));
    assert_eq!(looks.load(std::sync::atomic::Ordering::Relaxed), 0);
    let on = |value| {
        format!(r#","Condition":{{"StringEquals":{{"s3:ExistingObjectTag/A":"{value}"}}}}"#)
    };
    assert!(!asked(&on("1")) && asked(&on("2")));
    assert_eq!(looks.load(std::sync::atomic::Ordering::Relaxed), 2);
}
