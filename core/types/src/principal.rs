//! Who asks: the authenticated identity behind a request. What it may do is decided elsewhere.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Arn, Partition, Tags};

/// The sort of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PrincipalKind {
    /// The account itself.
    Root,
    /// An IAM user.
    User,
    /// A session of an IAM role.
    AssumedRole,
    /// A federated user's session.
    FederatedUser,
    /// A service such as `glue.amazonaws.com`, acting for itself.
    Service,
    /// A request without credentials.
    Anonymous,
}

/// An authenticated identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The sort of identity.
    pub kind: PrincipalKind,
    /// Its account; none for services and the anonymous.
    pub account: Option<AccountId>,
    /// Its name; none for services and the anonymous.
    pub arn: Option<Arn>,
    /// The unique id: the account for root, `AIDA…` for a user, `AROA…:session` for a role
    /// session, the host name for a service, `ANONYMOUS` otherwise.
    pub id: String,
    /// The session's name, for sessions.
    #[serde(default)]
    pub session_name: Option<String>,
    /// The tags of the user, or of the role and session together.
    #[serde(default)]
    pub tags: Tags,
}

impl Principal {
    /// The root of an account.
    pub fn root(partition: Partition, account: AccountId) -> Principal {
        Principal::named(PrincipalKind::Root, partition, "iam", account, "root", account.as_str())
    }

    /// A user, by its path with name (`team/alice`) and its `AIDA…` id.
    pub fn user(partition: Partition, account: AccountId, path_name: &str, id: &str) -> Principal {
        let resource = format!("user/{}", path_name.trim_start_matches('/'));
        Principal::named(PrincipalKind::User, partition, "iam", account, &resource, id)
    }

    /// A session of a role, by the role's bare name and `AROA…` id. AWS leaves the role's path
    /// out of the session's ARN.
    pub fn assumed_role(
        partition: Partition,
        account: AccountId,
        role_name: &str,
        role_id: &str,
        session_name: &str,
    ) -> Principal {
        let resource = format!("assumed-role/{role_name}/{session_name}");
        let id = format!("{role_id}:{session_name}");
        let kind = PrincipalKind::AssumedRole;
        let mut principal = Principal::named(kind, partition, "sts", account, &resource, &id);
        principal.session_name = Some(session_name.to_owned());
        principal
    }

    /// A service, by its host name (`glue.amazonaws.com`).
    pub fn service(host: &str) -> Principal {
        Principal::unnamed(PrincipalKind::Service, host)
    }

    /// Nobody known.
    pub fn anonymous() -> Principal {
        Principal::unnamed(PrincipalKind::Anonymous, "ANONYMOUS")
    }

    /// The same identity with tags.
    pub fn with_tags(mut self, tags: Tags) -> Principal {
        self.tags = tags;
        self
    }

    /// For a role session: the bare name of the role.
    pub fn role_name(&self) -> Option<&str> {
        let arn = self.arn.as_ref()?;
        if self.kind != PrincipalKind::AssumedRole {
            return None;
        }
        arn.resource_id().rsplit_once('/').map(|(role, _)| role)
    }

    /// The ARN's text, or the id of those who have none: for logs and messages.
    pub fn display_name(&self) -> &str {
        self.arn.as_ref().map_or(&self.id, |arn| arn.as_str())
    }

    fn named(
        kind: PrincipalKind,
        partition: Partition,
        service: &str,
        account: AccountId,
        resource: &str,
        id: &str,
    ) -> Principal {
        // Names of users, roles and sessions are at most a few hundred characters, but they come
        // from outside: an over-long one leaves the identity without an ARN, which matches nothing.
        let arn = Arn::from_parts(partition.as_str(), service, "", account.as_str(), resource);
        let account = Some(account);
        let (session_name, tags) = (None, Tags::new());
        Principal { kind, account, arn: arn.ok(), id: id.to_owned(), session_name, tags }
    }

    fn unnamed(kind: PrincipalKind, id: &str) -> Principal {
        let (account, arn, session_name, tags) = (None, None, None, Tags::new());
        Principal { kind, account, arn, id: id.to_owned(), session_name, tags }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_carry_the_names_aws_gives_them() {
        let account: AccountId = "000000000042".parse().unwrap();
        let role = Principal::assumed_role(Partition::Aws, account, "Etl", "AROAX", "job-1");
        assert_eq!(role.display_name(), "arn:aws:sts::000000000042:assumed-role/Etl/job-1");
        assert_eq!((role.id.as_str(), role.role_name()), ("AROAX:job-1", Some("Etl")));
        let root = Principal::root(Partition::Aws, account);
        assert_eq!(root.display_name(), "arn:aws:iam::000000000042:root");
        let user = Principal::user(Partition::Aws, account, "/team/alice", "AIDAX");
        assert_eq!(user.display_name(), "arn:aws:iam::000000000042:user/team/alice");
        assert_eq!(user.role_name(), None);
        assert_eq!(Principal::anonymous().display_name(), "ANONYMOUS");
    }
}
