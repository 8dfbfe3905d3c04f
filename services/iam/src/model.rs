//! Rows: identities, policies and keys, and how the api shows them.

use std::collections::{BTreeMap, BTreeSet};

use iam_api::{AttachedPermissionsBoundary, PermissionsBoundaryAttachmentType, Tag};
use platform::{AccountId, Arn, Ctx, Row, Scope, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

use crate::documents::encoded;
use crate::store;

/// The sorts of identities that hold policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Group,
    Role,
}

impl Kind {
    /// As it stands in ARNs, sentences and keys.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::User => "user",
            Kind::Group => "group",
            Kind::Role => "role",
        }
    }

    /// As it begins a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Kind::User => "User",
            Kind::Group => "Group",
            Kind::Role => "Role",
        }
    }

    /// What ids of the sort begin with.
    pub fn id_prefix(self) -> &'static str {
        match self {
            Kind::User => "AIDA",
            Kind::Group => "AGPA",
            Kind::Role => "AROA",
        }
    }

    /// Characters other than white space that all inline policies of one may have together.
    pub fn inline_length_max(self) -> usize {
        match self {
            Kind::User => 2_048,
            Kind::Group => 5_120,
            Kind::Role => 10_240,
        }
    }
}

/// A row that holds policies.
pub(crate) trait Holder: Row {
    const KIND: Kind;
    fn table() -> &'static Table<String, Self>;
    fn identity(&self) -> &Identity;
    fn identity_mut(&mut self) -> &mut Identity;

    /// The full name.
    fn arn(&self, scope: &Scope) -> Arn {
        self.identity().arn(Self::KIND, scope)
    }
}

/// What users, groups and roles have in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub name: String,
    /// Starts and ends with a slash.
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    #[serde(default)]
    pub tags: Tags,
    /// Name → document, as it was put.
    #[serde(default)]
    pub inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    #[serde(default)]
    pub attached: BTreeSet<String>,
    /// The ARN of the managed policy that bounds it.
    #[serde(default)]
    pub boundary: Option<String>,
}

impl Identity {
    /// A new identity without policies.
    pub fn new(ctx: &Ctx, kind: Kind, name: String, path: Option<String>) -> Self {
        Self {
            name,
            path: path.unwrap_or_else(|| "/".to_owned()),
            id: ctx.ids().with_prefix(kind.id_prefix(), 17),
            created: ctx.now().floor_secs(),
            tags: Tags::new(),
            inline: BTreeMap::new(),
            attached: BTreeSet::new(),
            boundary: None,
        }
    }

    pub fn arn(&self, kind: Kind, scope: &Scope) -> Arn {
        Arn::global("iam", scope, &format!("{}{}{}", kind.noun(), self.path, self.name))
    }

    fn api_boundary(&self) -> Option<AttachedPermissionsBoundary> {
        self.boundary.as_ref().map(|arn| AttachedPermissionsBoundary {
            permissions_boundary_arn: Some(arn.clone()),
            permissions_boundary_type: Some(
                PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy,
            ),
        })
    }

    fn api_tags(&self) -> Option<Vec<Tag>> {
        (!self.tags.is_empty()).then(|| api_tags(&self.tags))
    }
}

/// Tags as the api lists them.
pub(crate) fn api_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() }).collect()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub identity: Identity,
    /// Table keys of the groups it is in.
    #[serde(default)]
    pub groups: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub identity: Identity,
}

/// How long sessions of a role may last unless it says otherwise.
pub(crate) const SESSION_SECONDS_DEFAULT: i32 = 3_600;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Role {
    pub identity: Identity,
    /// The document that says who may assume it, as it was put.
    pub trust: String,
    #[serde(default)]
    pub description: Option<String>,
    pub session_seconds_max: i32,
}

impl Row for User {}
impl Row for Group {}
impl Row for Role {}

macro_rules! holder {
    ($row:ident, $table:ident) => {
        impl Holder for $row {
            const KIND: Kind = Kind::$row;

            fn table() -> &'static Table<String, Self> {
                &store::$table
            }

            fn identity(&self) -> &Identity {
                &self.identity
            }

            fn identity_mut(&mut self) -> &mut Identity {
                &mut self.identity
            }
        }
    };
}

holder!(User, USERS);
holder!(Group, GROUPS);
holder!(Role, ROLES);

impl User {
    /// As lists show it: without what only a look at the one user tells.
    pub fn summary(&self, scope: &Scope) -> iam_api::User {
        let identity = &self.identity;
        iam_api::User {
            arn: self.arn(scope).to_string(),
            create_date: identity.created,
            path: identity.path.clone(),
            user_id: identity.id.clone(),
            user_name: identity.name.clone(),
            ..iam_api::User::default()
        }
    }

    /// With tags and boundary.
    pub fn detail(&self, scope: &Scope) -> iam_api::User {
        iam_api::User {
            permissions_boundary: self.identity.api_boundary(),
            tags: self.identity.api_tags(),
            ..self.summary(scope)
        }
    }
}

impl Group {
    pub fn detail(&self, scope: &Scope) -> iam_api::Group {
        let identity = &self.identity;
        iam_api::Group {
            arn: self.arn(scope).to_string(),
            create_date: identity.created,
            group_id: identity.id.clone(),
            group_name: identity.name.clone(),
            path: identity.path.clone(),
        }
    }
}

impl Role {
    /// As lists show it: without what only a look at the one role tells.
    pub fn summary(&self, scope: &Scope) -> iam_api::Role {
        let identity = &self.identity;
        iam_api::Role {
            arn: self.arn(scope).to_string(),
            assume_role_policy_document: Some(encoded(&self.trust)),
            create_date: identity.created,
            description: self.description.clone(),
            max_session_duration: Some(self.session_seconds_max),
            path: identity.path.clone(),
            role_id: identity.id.clone(),
            role_name: identity.name.clone(),
            ..iam_api::Role::default()
        }
    }

    /// With tags and boundary.
    pub fn detail(&self, scope: &Scope) -> iam_api::Role {
        iam_api::Role {
            permissions_boundary: self.identity.api_boundary(),
            tags: self.identity.api_tags(),
            ..self.summary(scope)
        }
    }
}

/// A managed policy of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    #[serde(default)]
    pub description: Option<String>,
    /// The number of the version in force.
    pub default_version: u32,
    /// The number given last; numbers are not given again.
    pub last_version: u32,
    #[serde(default)]
    pub tags: Tags,
}

impl Row for Policy {}

impl Policy {
    pub fn arn(&self, scope: &Scope) -> Arn {
        Arn::global("iam", scope, &format!("policy{}{}", self.path, self.name))
    }
}

/// One version of a managed policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    pub created: Timestamp,
    pub document: String,
}

impl Row for Version {}

/// A long-term access key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    pub account: AccountId,
    /// The table key of the user; none for the account itself.
    pub user: Option<String>,
    /// Kept as it is: signatures cannot be checked otherwise. Never logged, shown once.
    pub secret: String,
    pub active: bool,
    pub created: Timestamp,
}

impl Row for AccessKey {}

/// When and for what a key was used last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyUse {
    pub at: Timestamp,
    pub service: String,
    pub region: String,
}

impl Row for KeyUse {}
