//! The `Principal` element: whom a statement speaks of, and how directly.

use crate::request::{Principal, PrincipalKind};
use crate::value::arn_components;

/// The principals a statement lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PrincipalSet {
    everyone: bool,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
enum Entry {
    /// A whole account, by number or by the ARN of its root.
    Account(String),
    Arn(String),
    UniqueId(String),
    AnyService,
    Service(String),
    AnyFederated,
    Federated(String),
    CanonicalUser(String),
}

/// How directly a statement reaches a principal; what an allowance is worth depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Through its account, whose own policies must agree.
    Account,
    /// Through the role it has assumed, within the role's boundary and the session's policy.
    Role,
    /// By name, or because everyone is meant.
    Direct,
}

impl PrincipalSet {
    pub(crate) fn everyone() -> PrincipalSet {
        PrincipalSet { everyone: true, entries: Vec::new() }
    }

    /// Whether everyone is meant.
    pub(crate) fn holds_everyone(&self) -> bool {
        self.everyone
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.everyone && self.entries.is_empty()
    }

    /// Adds a value under a kind; `false` if no such principal can exist.
    #[must_use]
    pub(crate) fn add(&mut self, kind: &str, value: &str) -> bool {
        let wild = value.contains(['*', '?']);
        let entry = match (kind, value) {
            ("AWS", "*") => {
                self.everyone = true;
                return true;
            }
            ("Service", "*") => Entry::AnyService,
            ("Federated", "*") => Entry::AnyFederated,
            (_, _) if wild || value.is_empty() => return false,
            ("AWS", value) => match aws_entry(value) {
                Some(entry) => entry,
                None => return false,
            },
            ("Service", name) if name.contains('.') => Entry::Service(name.to_owned()),
            ("Federated", provider) => Entry::Federated(provider.to_owned()),
            ("CanonicalUser", id) => Entry::CanonicalUser(id.to_owned()),
            _ => return false,
        };
        self.entries.push(entry);
        true
    }

    /// How the set reaches the principal, by the most direct entry; `None` if not at all.
    pub(crate) fn reach(&self, principal: &Principal) -> Option<Reach> {
        if self.everyone {
            return Some(Reach::Direct);
        }
        self.entries.iter().filter_map(|entry| entry.reach(principal)).max()
    }

    /// Whether a `NotPrincipal` of this set leaves the principal out.
    ///
    /// An account and each identity within are principals of their own, so all of a caller's must
    /// be listed: user and account; session, role and account.
    pub(crate) fn spares(&self, principal: &Principal) -> bool {
        let has = |reach| self.entries.iter().any(|e| e.reach(principal) == Some(reach));
        self.everyone
            || match principal.kind {
                PrincipalKind::User { .. } | PrincipalKind::FederatedUser => {
                    has(Reach::Direct) && has(Reach::Account)
                }
                PrincipalKind::AssumedRole { .. } => {
                    has(Reach::Direct) && has(Reach::Role) && has(Reach::Account)
                }
                PrincipalKind::Root
                | PrincipalKind::Federated { .. }
                | PrincipalKind::Service { .. }
                | PrincipalKind::Anonymous => has(Reach::Direct),
            }
    }
}

impl Entry {
    fn reach(&self, principal: &Principal) -> Option<Reach> {
        let whole_account = match principal.kind {
            PrincipalKind::Root => Some(Reach::Direct),
            PrincipalKind::User { .. }
            | PrincipalKind::AssumedRole { .. }
            | PrincipalKind::FederatedUser => Some(Reach::Account),
            _ => None,
        };
        match (self, &principal.kind) {
            (Entry::Account(account), _) if *account == principal.account => whole_account,
            (Entry::CanonicalUser(id), _) if principal.canonical_user_id.as_ref() == Some(id) => {
                whole_account
            }
            (Entry::Arn(arn), _) if *arn == principal.arn => Some(Reach::Direct),
            (Entry::Arn(arn), PrincipalKind::AssumedRole { role_arn }) if arn == role_arn => {
                Some(Reach::Role)
            }
            (Entry::UniqueId(id), _) if *id == principal.user_id => Some(Reach::Direct),
            (Entry::UniqueId(id), PrincipalKind::AssumedRole { .. }) => {
                let role_id = principal.user_id.split_once(':').map(|(role, _)| role);
                (role_id == Some(id)).then_some(Reach::Role)
            }
            (Entry::Service(name), PrincipalKind::Service { names }) if names.contains(name) => {
                Some(Reach::Direct)
            }
            (Entry::AnyService, PrincipalKind::Service { .. })
            | (Entry::AnyFederated, PrincipalKind::Federated { .. }) => Some(Reach::Direct),
            (Entry::Federated(listed), PrincipalKind::Federated { provider })
                if listed == provider =>
            {
                Some(Reach::Direct)
            }
            _ => None,
        }
    }
}

/// An account number, an ARN, or a unique id.
fn aws_entry(value: &str) -> Option<Entry> {
    if is_account(value) {
        return Some(Entry::Account(value.to_owned()));
    }
    if let Some([_, partition, service, _, account, resource]) = arn_components(value) {
        if partition.is_empty() || service.is_empty() || resource.is_empty() {
            return None;
        }
        if resource == "root" && is_account(account) {
            return Some(Entry::Account(account.to_owned()));
        }
        return Some(Entry::Arn(value.to_owned()));
    }
    let unique_id = value.len() >= 16
        && value.starts_with('A')
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    unique_id.then(|| Entry::UniqueId(value.to_owned()))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
