//! A request as the language sees it: who, what, on which, in what circumstances.

use std::collections::BTreeMap;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The action, `vendor:Name`; case does not matter.
    pub action: &'a str,
    /// The resource's ARN, or `*` if the action has none.
    pub resource: &'a str,
    /// The account that owns the resource; `None` if nobody in particular does.
    pub resource_account: Option<&'a str>,
    /// Everything conditions may ask about, the caller included ([`Principal::describe_in`]).
    pub context: &'a Context,
}

/// Condition keys and their values. Keys are the same whatever their case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// Sets a key to one value.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        self.values.insert(key.to_ascii_lowercase(), vec![value.into()]);
    }

    /// Sets a key to several values; none at all is not the same as an absent key only for those
    /// who ask whether it is `Null`.
    pub fn insert_all(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        self.values.insert(key.to_ascii_lowercase(), values.into_iter().collect());
    }

    /// The values of a key; `None` if it is absent.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.values.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// The value of a key that has exactly one.
    pub(crate) fn single(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What sort of principal, with what only that sort has.
    pub kind: PrincipalKind,
    /// The account; empty for services and the anonymous.
    pub account: String,
    /// The ARN as the caller's identity: of the session for assumed roles.
    pub arn: String,
    /// The unique id: `AIDA…`, `AROA…:session`, the account for its root.
    pub user_id: String,
    /// The account's canonical user id, if it has one.
    pub canonical_user_id: Option<String>,
    /// Tags of the principal and its session.
    pub tags: BTreeMap<String, String>,
}

/// Sorts of principals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalKind {
    /// The account itself.
    Root,
    /// A user of an account.
    User {
        /// The friendly name.
        name: String,
    },
    /// A session of a role.
    AssumedRole {
        /// The ARN of the role.
        role_arn: String,
    },
    /// A session of a federated user.
    FederatedUser,
    /// Someone an identity provider vouches for, before there is a session.
    Federated {
        /// The provider's host name or ARN.
        provider: String,
    },
    /// A service acting for itself.
    Service {
        /// The names it goes by.
        names: Vec<String>,
    },
    /// Nobody known.
    Anonymous,
}

impl Principal {
    /// Nobody known.
    pub fn anonymous() -> Principal {
        Principal {
            kind: PrincipalKind::Anonymous,
            account: String::new(),
            arn: String::new(),
            user_id: "anonymous".to_owned(),
            canonical_user_id: None,
            tags: BTreeMap::new(),
        }
    }

    /// The ARN that conditions know the principal by: the role's for a session.
    pub fn condition_arn(&self) -> &str {
        match &self.kind {
            PrincipalKind::AssumedRole { role_arn } => role_arn,
            _ => &self.arn,
        }
    }

    /// Writes the global keys about the principal into a context.
    pub fn describe_in(&self, context: &mut Context) {
        let kind = match &self.kind {
            PrincipalKind::Root => "Account",
            PrincipalKind::User { .. } => "User",
            PrincipalKind::AssumedRole { .. } => "AssumedRole",
            PrincipalKind::FederatedUser => "FederatedUser",
            PrincipalKind::Federated { .. } => "AssumedRole",
            PrincipalKind::Service { .. } => "Service",
            PrincipalKind::Anonymous => "Anonymous",
        };
        context.insert("aws:PrincipalType", kind);
        context.insert("aws:userid", self.user_id.as_str());
        if let PrincipalKind::User { name } = &self.kind {
            context.insert("aws:username", name.as_str());
        }
        if !self.account.is_empty() {
            context.insert("aws:PrincipalAccount", self.account.as_str());
        }
        if !self.arn.is_empty() {
            context.insert("aws:PrincipalArn", self.condition_arn());
        }
        let service_names = match &self.kind {
            PrincipalKind::Service { names } => names.as_slice(),
            _ => &[],
        };
        context.insert("aws:PrincipalIsAWSService", (!service_names.is_empty()).to_string());
        if let Some(name) = service_names.first() {
            context.insert("aws:PrincipalServiceName", name.as_str());
            context.insert_all("aws:PrincipalServiceNamesList", service_names.iter().cloned());
        }
        for (name, value) in &self.tags {
            context.insert(&format!("aws:PrincipalTag/{name}"), value.as_str());
        }
    }
}
