//! Which policies have a say about an identity, gathered in one view of the store.

use std::sync::Arc;

use aquifer_policy::{Attached, Document, DocumentKind};
use iam_api::PolicySourceType;
use platform::{ReadTx, StoreError};

use crate::documents::Documents;
use crate::model::{Holder, Kind, User};
use crate::policies::Managed;
use crate::store;

/// A policy with where it comes from.
pub(crate) struct Source {
    /// As the simulator names it: the policy's name, with its holder's for inline policies.
    pub id: String,
    pub kind: PolicySourceType,
    pub text: String,
    pub document: Arc<Document>,
}

impl Source {
    pub fn attached(&self) -> Attached<'_> {
        Attached { name: &self.id, document: &self.document }
    }
}

/// Everything that is attached to an identity.
#[derive(Default)]
pub(crate) struct Gathered {
    pub identity: Vec<Source>,
    pub boundary: Option<Source>,
}

/// Gathers within the scope of the identity's account.
pub(crate) struct Gatherer<'a, 't> {
    pub tx: &'a ReadTx<'t>,
    pub documents: &'a Documents,
}

impl Gatherer<'_, '_> {
    /// What a user holds, its groups' policies included.
    pub fn of_user(&self, user: &User) -> Result<Gathered, StoreError> {
        let mut gathered = self.of(user)?;
        for group in &user.groups {
            if let Some(group) = store::GROUPS.get(self.tx, group)? {
                self.add_policies(&group, &mut gathered.identity)?;
            }
        }
        Ok(gathered)
    }

    /// What one identity holds itself.
    pub fn of<H: Holder>(&self, holder: &H) -> Result<Gathered, StoreError> {
        let mut identity = Vec::new();
        self.add_policies(holder, &mut identity)?;
        let boundary = match &holder.identity().boundary {
            // A boundary that is gone bounds everything: nothing is allowed any more.
            Some(arn) => Some(self.managed(arn)?.unwrap_or_else(nothing)),
            None => None,
        };
        Ok(Gathered { identity, boundary })
    }

    fn add_policies<H: Holder>(
        &self,
        holder: &H,
        into: &mut Vec<Source>,
    ) -> Result<(), StoreError> {
        let identity = holder.identity();
        for (name, text) in &identity.inline {
            let id = format!("{}_{}_{name}", H::KIND.noun(), identity.name);
            into.extend(self.source(id, source_kind(H::KIND), text.clone()));
        }
        for arn in &identity.attached {
            into.extend(self.managed(arn)?);
        }
        Ok(())
    }

    fn managed(&self, arn: &str) -> Result<Option<Source>, StoreError> {
        let Some(policy) = Managed::find(self.tx, arn)? else { return Ok(None) };
        let kind = match policy {
            Managed::Own(_) => PolicySourceType::UserManaged,
            Managed::Aws(_) => PolicySourceType::AwsManaged,
        };
        let text = policy.document(self.tx)?;
        Ok(self.source(policy.name().to_owned(), kind, text))
    }

    /// A stored text parses, for it did when it was put; one that no longer does has no say.
    pub fn source(&self, id: String, kind: PolicySourceType, text: String) -> Option<Source> {
        match self.documents.parsed(&text, DocumentKind::Identity) {
            Ok(document) => Some(Source { id, kind, text, document }),
            Err(problem) => {
                tracing::error!(policy = id, "a stored policy cannot be read: {problem}");
                None
            }
        }
    }
}

fn source_kind(kind: Kind) -> PolicySourceType {
    match kind {
        Kind::User => PolicySourceType::User,
        Kind::Group => PolicySourceType::Group,
        Kind::Role => PolicySourceType::Role,
    }
}

/// A policy without any statement.
fn nothing() -> Source {
    let document = Arc::new(Document::new(None, Vec::new()));
    Source { id: String::new(), kind: PolicySourceType::None, text: String::new(), document }
}
