//! Who may do what, case by case and against a naive model.

use proptest::prelude::*;

use crate::*;

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "444455556666";
const OBJECT: &str = "arn:aws:s3:::b/ann/x";

fn user(account: &str) -> Principal {
    Principal {
        kind: PrincipalKind::User { name: "ann".into() },
        account: account.into(),
        arn: format!("arn:aws:iam::{account}:user/ann"),
        user_id: "AIDAANN".into(),
        canonical_user_id: None,
        tags: [("team".to_owned(), "red".to_owned())].into(),
    }
}

fn session() -> Principal {
    Principal {
        kind: PrincipalKind::AssumedRole { role_arn: format!("arn:aws:iam::{ACCOUNT}:role/r") },
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/r/s"),
        user_id: "AROAR:s".into(),
        ..user(ACCOUNT)
    }
}

fn root(account: &str) -> Principal {
    Principal {
        kind: PrincipalKind::Root,
        arn: format!("arn:aws:iam::{account}:root"),
        ..user(account)
    }
}

fn statement(effect: &str, principal: Option<&str>, rest: &str) -> Document {
    let kind = if principal.is_some() { DocumentKind::Resource } else { DocumentKind::Identity };
    let principal = principal.map(|p| format!(r#""Principal":{p},"#)).unwrap_or_default();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"S","Effect":"{effect}",{principal}{rest}}}]}}"#
    );
    Document::parse(&text, kind).unwrap()
}

const ANYTHING: &str = r#""Action":"*","Resource":"*""#;

fn allow() -> Document {
    statement("Allow", None, ANYTHING)
}

fn deny() -> Document {
    statement("Deny", None, ANYTHING)
}

fn attached(document: &Document) -> Attached<'_> {
    Attached { name: "p", document }
}

fn decide(
    policies: &PolicySet<'_>,
    principal: &Principal,
    action: &str,
    resource: &str,
) -> Decision {
    let mut context = Context::default();
    principal.describe_in(&mut context);
    context.insert("aws:SourceIp", "203.0.113.9");
    policies.evaluate(&Request {
        principal,
        action,
        resource,
        resource_account: Some(ACCOUNT),
        context: &context,
    })
}

fn get(policies: &PolicySet<'_>, principal: &Principal) -> Reason {
    decide(policies, principal, "s3:GetObject", OBJECT).reason
}

/// Asks of one identity policy.
fn may(document: &Document, action: &str, resource: &str) -> bool {
    let policies = PolicySet { identity: vec![attached(document)], ..PolicySet::default() };
    decide(&policies, &user(ACCOUNT), action, resource).is_allowed()
}

#[test]
fn default_is_denial_and_explicit_denial_wins() {
    let (allow, deny) = (allow(), deny());
    let ask = |identity: &[&Document]| {
        let identity = identity.iter().map(|document| attached(document)).collect();
        decide(
            &PolicySet { identity, ..PolicySet::default() },
            &user(ACCOUNT),
            "s3:GetObject",
            OBJECT,
        )
    };
    assert_eq!(ask(&[]).outcome, Outcome::ImplicitDeny);
    assert_eq!(ask(&[&allow]).outcome, Outcome::Allow);
    assert_eq!(ask(&[&allow, &deny]).outcome, Outcome::ExplicitDeny);
    assert_eq!(ask(&[&deny, &allow]).outcome, Outcome::ExplicitDeny);
}

#[test]
fn actions_and_resources() {
    let own = statement(
        "Allow",
        None,
        r#""Action":["s3:Get*","S3:putobject"],"Resource":"arn:aws:s3:::b/${aws:username}/*""#,
    );
    assert!(may(&own, "s3:GetObject", OBJECT));
    assert!(may(&own, "s3:PutObject", OBJECT));
    assert!(!may(&own, "s3:DeleteObject", OBJECT));
    assert!(!may(&own, "s3:GetObject", "arn:aws:s3:::b/bob/x"));

    let all_but =
        statement("Allow", None, r#""NotAction":"iam:*","NotResource":"arn:aws:s3:::secret*""#);
    assert!(may(&all_but, "s3:GetObject", OBJECT));
    assert!(!may(&all_but, "IAM:GetUser", "*"));
    assert!(!may(&all_but, "s3:GetObject", "arn:aws:s3:::secret/x"));

    let short = statement("Allow", None, r#""Action":"*","Resource":"arn:aws:s3""#);
    assert!(may(&short, "s3:GetObject", OBJECT));
    assert!(!may(&short, "sqs:SendMessage", "arn:aws:sqs:r:1:q"));
}

#[test]
fn conditions_must_all_hold() {
    let with = |condition: &str| {
        statement("Allow", None, &format!("{ANYTHING},\"Condition\":{condition}"))
    };
    for (condition, expected) in [
        (r#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"red","aws:userid":"AIDAANN"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"red","aws:userid":"x"}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"red"},"Null":{"aws:SourceIp":true}}"#, false),
        (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/a*"}}"#, true),
        (r#"{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}"#, false),
    ] {
        assert_eq!(may(&with(condition), "s3:GetObject", OBJECT), expected, "{condition}");
    }
}

#[test]
fn within_an_account_either_side_suffices() {
    let identity = allow();
    let by_name = statement(
        "Allow",
        Some(&format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:user/ann"}}"#)),
        ANYTHING,
    );
    let only_identity = PolicySet { identity: vec![attached(&identity)], ..PolicySet::default() };
    let only_resource = PolicySet { resource: vec![attached(&by_name)], ..PolicySet::default() };
    assert_eq!(get(&only_identity, &user(ACCOUNT)), Reason::AllowedBy(Layer::Identity));
    assert_eq!(get(&only_resource, &user(ACCOUNT)), Reason::AllowedBy(Layer::Resource));
    assert_eq!(get(&only_resource, &session()), Reason::NotAllowedBy(Layer::Identity));
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let identity = allow();
    for principal in [format!("\"{OTHER}\""), format!(r#""arn:aws:iam::{OTHER}:user/ann""#)] {
        let bucket = statement("Allow", Some(&format!(r#"{{"AWS":{principal}}}"#)), ANYTHING);
        let both = PolicySet {
            identity: vec![attached(&identity)],
            resource: vec![attached(&bucket)],
            ..PolicySet::default()
        };
        let only_resource = PolicySet { identity: vec![], ..both.clone() };
        let only_identity = PolicySet { resource: vec![], ..both.clone() };
        assert_eq!(get(&both, &user(OTHER)), Reason::AllowedBy(Layer::Resource));
        assert_eq!(get(&only_resource, &user(OTHER)), Reason::NotAllowedBy(Layer::Identity));
        assert_eq!(get(&only_identity, &user(OTHER)), Reason::NotAllowedBy(Layer::Resource));
        assert_eq!(get(&only_identity, &root(OTHER)), Reason::NotAllowedBy(Layer::Resource));
    }
    let bucket = statement("Allow", Some(&format!(r#"{{"AWS":"{OTHER}"}}"#)), ANYTHING);
    let policies = PolicySet { resource: vec![attached(&bucket)], ..PolicySet::default() };
    assert_eq!(get(&policies, &root(OTHER)), Reason::Root);
}

#[test]
fn an_account_as_principal_delegates_and_does_not_grant() {
    let key =
        statement("Allow", Some(&format!(r#"{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}}"#)), ANYTHING);
    let identity = allow();
    let resource_only = PolicySet {
        resource: vec![attached(&key)],
        resource_rule: ResourceRule::ResourceMustAllow,
        ..PolicySet::default()
    };
    let both = PolicySet { identity: vec![attached(&identity)], ..resource_only.clone() };
    let identity_only = PolicySet { resource: vec![], ..both.clone() };
    assert_eq!(get(&resource_only, &user(ACCOUNT)), Reason::NotAllowedBy(Layer::Identity));
    assert_eq!(get(&both, &user(ACCOUNT)), Reason::AllowedBy(Layer::Identity));
    assert_eq!(get(&identity_only, &user(ACCOUNT)), Reason::NotAllowedBy(Layer::Resource));
    assert_eq!(get(&resource_only, &root(ACCOUNT)), Reason::AllowedBy(Layer::Resource));
    assert_eq!(get(&identity_only, &root(ACCOUNT)), Reason::NotAllowedBy(Layer::Resource));
}

#[test]
fn root_needs_no_permission_but_obeys_denials_and_controls() {
    let (allow, deny) = (allow(), deny());
    let sqs = statement("Allow", None, r#""Action":"sqs:*","Resource":"*""#);
    assert_eq!(get(&PolicySet::default(), &root(ACCOUNT)), Reason::Root);
    for (level, expected) in [
        (&allow, Reason::Root),
        (&deny, Reason::DeniedBy(Layer::ServiceControl)),
        (&sqs, Reason::NotAllowedBy(Layer::ServiceControl)),
    ] {
        let policies = PolicySet {
            service_controls: vec![vec![attached(&allow)], vec![attached(level)]],
            ..PolicySet::default()
        };
        assert_eq!(get(&policies, &root(ACCOUNT)), expected);
    }
}

#[test]
fn boundaries_and_sessions_narrow() {
    let allow = allow();
    let s3 = statement("Allow", None, r#""Action":"s3:*","Resource":"*""#);
    let base = PolicySet { identity: vec![attached(&allow)], ..PolicySet::default() };
    let bounded = PolicySet { boundary: Some(attached(&s3)), ..base.clone() };
    assert!(decide(&bounded, &user(ACCOUNT), "s3:GetObject", OBJECT).is_allowed());
    assert_eq!(
        decide(&bounded, &user(ACCOUNT), "dynamodb:GetItem", "*").reason,
        Reason::NotAllowedBy(Layer::Boundary)
    );
    let in_session = PolicySet { session: Some(vec![attached(&s3)]), ..base.clone() };
    assert_eq!(
        decide(&in_session, &session(), "dynamodb:GetItem", "*").reason,
        Reason::NotAllowedBy(Layer::Session)
    );
    let nothing = PolicySet { session: Some(vec![]), ..base };
    assert_eq!(get(&nothing, &session()), Reason::NotAllowedBy(Layer::Session));
}

#[test]
fn grants_to_a_role_are_narrowed_and_grants_to_its_session_are_not() {
    let sqs = statement("Allow", None, r#""Action":"sqs:*","Resource":"*""#);
    for (principal, expected) in [
        (format!("arn:aws:iam::{ACCOUNT}:role/r"), Reason::NotAllowedBy(Layer::Session)),
        (format!("arn:aws:sts::{ACCOUNT}:assumed-role/r/s"), Reason::AllowedBy(Layer::Resource)),
        ("*".to_owned(), Reason::AllowedBy(Layer::Resource)),
    ] {
        let bucket = statement("Allow", Some(&format!(r#"{{"AWS":"{principal}"}}"#)), ANYTHING);
        let policies = PolicySet {
            resource: vec![attached(&bucket)],
            session: Some(vec![attached(&sqs)]),
            ..PolicySet::default()
        };
        assert_eq!(get(&policies, &session()), expected, "{principal}");
    }
}

#[test]
fn services_and_the_anonymous_live_by_resource_policies() {
    let service = Principal {
        kind: PrincipalKind::Service { names: vec!["logs.example.com".into()] },
        ..Principal::anonymous()
    };
    for (principal, for_service, for_anyone) in [
        (r#"{"Service":"logs.example.com"}"#, true, false),
        (r#"{"Service":"other.example.com"}"#, false, false),
        (r#""*""#, true, true),
        (r#"{"AWS":"*"}"#, true, true),
        (r#"{"AWS":"111122223333"}"#, false, false),
    ] {
        let bucket = statement("Allow", Some(principal), ANYTHING);
        let policies = PolicySet { resource: vec![attached(&bucket)], ..PolicySet::default() };
        let allowed = |who| get(&policies, who) == Reason::AllowedBy(Layer::Resource);
        assert_eq!(allowed(&service), for_service, "{principal}");
        assert_eq!(allowed(&Principal::anonymous()), for_anyone, "{principal}");
    }
}

#[test]
fn endpoint_and_resource_controls_narrow() {
    let (identity, sqs) =
        (allow(), statement("Allow", Some("\"*\""), r#""Action":"sqs:*","Resource":"*""#));
    let base = PolicySet { identity: vec![attached(&identity)], ..PolicySet::default() };
    let endpoint = PolicySet { endpoint: Some(vec![attached(&sqs)]), ..base.clone() };
    let controlled = PolicySet { resource_controls: vec![vec![attached(&sqs)]], ..base };
    assert_eq!(get(&endpoint, &user(ACCOUNT)), Reason::NotAllowedBy(Layer::Endpoint));
    assert_eq!(get(&controlled, &user(ACCOUNT)), Reason::NotAllowedBy(Layer::ResourceControl));
}

#[test]
fn not_principal_spares_only_who_is_listed_in_every_capacity() {
    let all = allow();
    let denies = |listed: &str, who: &Principal| {
        let text = format!(
            r#"{{"Statement":{{"Effect":"Deny","NotPrincipal":{{"AWS":{listed}}},{ANYTHING}}}}}"#
        );
        let bucket = Document::parse(&text, DocumentKind::Resource).unwrap();
        let policies = PolicySet {
            identity: vec![attached(&all)],
            resource: vec![attached(&bucket)],
            ..PolicySet::default()
        };
        get(&policies, who) == Reason::DeniedBy(Layer::Resource)
    };
    let ann = format!(r#""arn:aws:iam::{ACCOUNT}:user/ann""#);
    assert!(denies(&ann, &user(ACCOUNT)));
    assert!(!denies(&format!(r#"[{ann},"{ACCOUNT}"]"#), &user(ACCOUNT)));
    assert!(denies(&format!(r#"[{ann},"{ACCOUNT}"]"#), &session()));
    assert!(!denies(&format!(r#""{ACCOUNT}""#), &root(ACCOUNT)));
}

#[test]
fn decisions_explain_themselves() {
    let (allow, deny) = (allow(), deny());
    let policies = PolicySet {
        identity: vec![
            attached(&allow),
            Attached { name: "arn:aws:iam::111122223333:policy/no", document: &deny },
        ],
        ..PolicySet::default()
    };
    let decision = decide(&policies, &user(ACCOUNT), "s3:GetObject", OBJECT);
    assert_eq!(
        decision.because("s3:GetObject"),
        "with an explicit deny in an identity-based policy"
    );
    assert_eq!(
        decision.explain(),
        "denied explicitly by an identity-based policy\n  statement 1 'S' of identity-based \
         policy 'arn:aws:iam::111122223333:policy/no'"
    );
    let nothing = decide(&PolicySet::default(), &user(ACCOUNT), "s3:GetObject", OBJECT);
    assert_eq!(
        nothing.because("s3:GetObject"),
        "because no identity-based policy allows the s3:GetObject action"
    );
}

/// A policy over a tiny universe, as data that a naive evaluator can read.
#[derive(Debug, Clone)]
struct Toy {
    deny: bool,
    action: &'static str,
    resource: &'static str,
}

fn toys() -> impl Strategy<Value = Vec<Toy>> {
    let action = prop_oneof![Just("a:x"), Just("a:y"), Just("a:*"), Just("*")];
    let resource = prop_oneof![Just("arn:aws:a:::1"), Just("arn:aws:a:::2"), Just("*")];
    let toy = (any::<bool>(), action, resource).prop_map(|(deny, action, resource)| Toy {
        deny,
        action,
        resource,
    });
    proptest::collection::vec(toy, 0..3)
}

fn document_of(toys: &[Toy], principal: bool) -> Option<Document> {
    let statements: Vec<String> = toys
        .iter()
        .map(|toy| {
            let effect = if toy.deny { "Deny" } else { "Allow" };
            let principal = if principal { r#""Principal":"*","# } else { "" };
            format!(
                r#"{{"Effect":"{effect}",{principal}"Action":"{}","Resource":"{}"}}"#,
                toy.action, toy.resource
            )
        })
        .collect();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    let kind = if principal { DocumentKind::Resource } else { DocumentKind::Identity };
    (!toys.is_empty()).then(|| Document::parse(&text, kind).unwrap())
}

/// What the toys say of `a:x` on `arn:aws:a:::1`: (denied, allowed).
fn naive(toys: &[Toy]) -> (bool, bool) {
    let hits: Vec<&Toy> =
        toys.iter().filter(|t| t.action != "a:y" && t.resource != "arn:aws:a:::2").collect();
    (hits.iter().any(|t| t.deny), hits.iter().any(|t| !t.deny))
}

proptest! {
    #[test]
    fn agrees_with_the_naive_model(
        identity in toys(), boundary in toys(), session in toys(), resource in toys(),
        control in toys(), same_account in any::<bool>(),
    ) {
        let documents = [&identity, &boundary, &session, &control].map(|t| document_of(t, false));
        let bucket = document_of(&resource, true);
        let [of_identity, of_boundary, of_session, of_control] =
            documents.each_ref().map(|document| document.as_ref().map(attached));
        let policies = PolicySet {
            identity: of_identity.into_iter().collect(),
            boundary: of_boundary,
            session: of_session.map(|policy| vec![policy]),
            service_controls: of_control.map(|policy| vec![policy]).into_iter().collect(),
            resource: bucket.as_ref().map(attached).into_iter().collect(),
            ..PolicySet::default()
        };
        let who = user(if same_account { ACCOUNT } else { OTHER });
        let found = decide(&policies, &who, "a:x", "arn:aws:a:::1").outcome;

        let all = [&identity, &boundary, &session, &resource, &control];
        let passes = |toys: &[Toy]| toys.is_empty() || naive(toys).1;
        let own = naive(&identity).1 && passes(&boundary) && passes(&session);
        let sides = if same_account {
            own || naive(&resource).1
        } else {
            own && naive(&resource).1
        };
        let expected = if all.iter().any(|toys| naive(toys).0) {
            Outcome::ExplicitDeny
        } else if sides && passes(&control) {
            Outcome::Allow
        } else {
            Outcome::ImplicitDeny
        };
        prop_assert_eq!(found, expected);
    }
}
