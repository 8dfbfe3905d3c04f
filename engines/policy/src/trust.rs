//! Whether a role lets a service assume it.

use crate::{
    Attached, Context, Document, DocumentKind, PolicySet, Principal, PrincipalKind, Request,
    ResourceRule,
};

/// Whether a trust policy lets `service`, acting for `account`, assume `role`. A document that
/// cannot be read lets nobody.
pub fn service_may_assume(document: &str, service: &str, role: &str, account: &str) -> bool {
    let Ok(document) = Document::parse(document, DocumentKind::Trust) else { return false };
    let kind = PrincipalKind::Service { names: vec![service.to_owned()] };
    let party = Principal { kind, ..Principal::anonymous() };
    let mut context = Context::default();
    context.insert("aws:SourceAccount", account);
    party.describe_in(&mut context);
    let set = PolicySet {
        resource: vec![Attached { name: "trust", document: &document }],
        resource_rule: ResourceRule::ResourceMustAllow,
        ..PolicySet::default()
    };
    let request = Request {
        principal: &party,
        action: "sts:AssumeRole",
        resource: role,
        resource_account: Some(account),
        context: &context,
    };
    set.evaluate(&request).is_allowed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trusted_service_may_and_no_other() {
        let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"Service":"s3.amazonaws.com"},"Action":"sts:AssumeRole",
            "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}"#;
        let role = "arn:aws:iam::123456789012:role/r";
        let may = |document, service, account| service_may_assume(document, service, role, account);
        assert!(may(document, "s3.amazonaws.com", "123456789012"));
        assert!(!may(document, "glue.amazonaws.com", "123456789012"));
        assert!(!may(document, "s3.amazonaws.com", "210987654321"));
        assert!(!may("no document", "s3.amazonaws.com", "123456789012"));
    }
}
