//! Grants: what someone may do with a key besides what its policy says, until it is retired or
//! revoked.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>

use std::collections::BTreeMap;
use std::sync::Arc;

use kms_api::{GrantConstraints, GrantListEntry, GrantOperation, error as api_error};
use platform::{Arn, Ctx, ReadTx, Result, Scope, StoreError, WriteTx, decode_token, encode_token};

use crate::ciphertext::Context;
use crate::find::Found;
use crate::model::GrantRow;
use crate::store;

/// Marks tokens of grants.
const TOKENS: &str = "kms.grant";
/// The most grants a key has.
pub(crate) const OF_KEY_MAX: usize = 50_000;

/// Where a grant is: whose key, and which grant of it.
pub(crate) struct Place {
    pub scope: Scope,
    pub key_id: String,
    pub grant_id: String,
}

impl Place {
    /// As clients hand it around.
    pub fn token(&self) -> String {
        let Scope { account, region } = &self.scope;
        encode_token(TOKENS, &format!("{account}/{region}/{}/{}", self.key_id, self.grant_id))
    }

    /// The place that a token names.
    pub fn of_token(token: &str) -> Option<Self> {
        let text = decode_token(TOKENS, token)?;
        let mut parts = text.splitn(4, '/');
        let (account, region) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let (key_id, grant_id) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        Some(Self { scope: Scope::new(account, region), key_id, grant_id })
    }

    /// The grant, if it is there.
    pub fn read(&self, tx: &ReadTx<'_>) -> Result<Option<GrantRow>, StoreError> {
        let key = (self.key_id.as_str(), self.grant_id.as_str());
        store::GRANTS.get(&tx.in_scope(&self.scope), &key)
    }

    /// Ends the grant, if it is there.
    pub fn delete(&self, tx: &WriteTx<'_>) -> Result<bool, StoreError> {
        let tx = &tx.in_scope(&self.scope);
        store::delete_grant(tx, &self.key_id, &self.grant_id)
    }
}

/// Refuses tokens that name no grant. Grants are known at once here, so that tokens add nothing.
pub(crate) fn check_tokens(ctx: &Ctx, tokens: &[String]) -> Result<()> {
    for token in tokens {
        let known = match Place::of_token(token) {
            Some(place) => ctx.read(|tx| place.read(tx))?.is_some(),
            None => false,
        };
        if !known {
            return Err(api_error::invalid_grant_token_exception(format!(
                "Grant token {token} is not valid."
            )));
        }
    }
    Ok(())
}

/// The grants of a key that let someone do something, as policies.
pub(crate) fn as_policies(
    ctx: &Ctx,
    found: &Found,
    action: &str,
    context: Option<&Context>,
) -> Result<Vec<Arc<str>>> {
    let operation = action.strip_prefix("kms:").unwrap_or(action);
    if GrantOperation::parse(operation).is_none() {
        return Ok(Vec::new());
    }
    ctx.read(|tx| {
        let mut grantees = std::collections::BTreeSet::new();
        for row in store::GRANTS.scan(&tx.in_scope(&found.scope)).prefix(&(found.key.id.as_str(),))
        {
            let (_, grant) = row?;
            if grant.operations.iter().any(|known| known == operation) && holds(&grant, context) {
                grantees.insert(grant.grantee);
            }
        }
        Ok(grantees.iter().map(|grantee| policy(grantee, action)).collect())
    })
}

/// Whether the encryption context is as a grant wants it.
fn holds(grant: &GrantRow, context: Option<&Context>) -> bool {
    let empty = BTreeMap::new();
    let context = context.unwrap_or(&empty);
    let equals = grant.equals.as_ref().is_none_or(|wanted| wanted == context);
    let has = |(key, value): (&String, &String)| context.get(key) == Some(value);
    equals && grant.subset.as_ref().is_none_or(|wanted| wanted.iter().all(has))
}

fn policy(grantee: &str, action: &str) -> Arc<str> {
    // Grantees are ARNs or account numbers, which need no escaping: the model's pattern says so.
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{grantee}"}},"Action":"{action}","Resource":"*"}}}}"#
    )
    .into()
}

/// A grant as lists have it.
pub(crate) fn entry(arn: &Arn, grant_id: String, grant: GrantRow) -> GrantListEntry {
    let constraints = GrantConstraints {
        encryption_context_equals: grant.equals,
        encryption_context_subset: grant.subset,
    };
    let constrained = constraints.encryption_context_equals.is_some()
        || constraints.encryption_context_subset.is_some();
    GrantListEntry {
        key_id: Some(arn.to_string()),
        grant_id: Some(grant_id),
        // Lists leave out no name: one that was not given is empty.
        name: Some(grant.name.unwrap_or_default()),
        creation_date: Some(grant.created),
        grantee_principal: Some(grant.grantee),
        retiring_principal: grant.retiring,
        issuing_account: Some(grant.issuer),
        operations: Some(
            grant.operations.iter().filter_map(|text| GrantOperation::parse(text)).collect(),
        ),
        constraints: constrained.then_some(constraints),
    }
}

#[cfg(test)]
mod tests {
    use platform::Timestamp;

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Context {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn contexts_must_be_as_grants_want_them() {
        let grant = |equals: Option<&[(&str, &str)]>, subset: Option<&[(&str, &str)]>| GrantRow {
            grantee: String::new(),
            retiring: None,
            operations: Vec::new(),
            equals: equals.map(pairs),
            subset: subset.map(pairs),
            name: None,
            issuer: String::new(),
            created: Timestamp::EPOCH,
        };
        let (one, two) = (pairs(&[("a", "1")]), pairs(&[("a", "1"), ("b", "2")]));
        let equals = grant(Some(&[("a", "1")]), None);
        assert!(holds(&equals, Some(&one)) && !holds(&equals, Some(&two)));
        assert!(!holds(&equals, None));
        let subset = grant(None, Some(&[("a", "1")]));
        assert!(holds(&subset, Some(&one)) && holds(&subset, Some(&two)));
        assert!(!holds(&subset, Some(&pairs(&[("A", "1")]))));
        assert!(holds(&grant(None, None), None));
    }

    #[test]
    fn tokens_name_their_grant() {
        let place = Place {
            scope: Scope::default(),
            key_id: "mrk-1".to_owned(),
            grant_id: "ab".to_owned(),
        };
        let again = Place::of_token(&place.token()).unwrap();
        assert_eq!((again.key_id.as_str(), again.grant_id.as_str()), ("mrk-1", "ab"));
        assert_eq!(again.scope, place.scope);
        assert!(Place::of_token("token").is_none());
    }
}
