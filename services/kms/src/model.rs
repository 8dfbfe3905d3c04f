//! What a key is, and what may be done with it in which state.

use kms_api::{
    DataKeySpec, EncryptionAlgorithmSpec, KeyManagerType, KeyMetadata, KeySpec, KeyState,
    KeyUsageType, OriginType,
};
use platform::{Arn, Blob, Result, Row, Scope, Tags, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{as_text, error, spec};

/// A key, without its material.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRow {
    pub id: String,
    #[serde(with = "as_text")]
    pub spec: KeySpec,
    #[serde(with = "as_text")]
    pub usage: KeyUsageType,
    #[serde(with = "as_text")]
    pub origin: OriginType,
    /// The service whose key it is, for keys that AWS manages: `s3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub created: Timestamp,
    /// What the owner last said; a key in no other state is enabled or disabled.
    pub enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<Deletion>,
    /// The material that encrypts; none while none is imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    pub policy: String,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for KeyRow {}

/// A deletion to come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub days: i32,
    pub at: Timestamp,
}

/// Key material, sealed. A key has one at a time that encrypts, and keeps the earlier ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Material {
    /// Sealed under the root secret, for this key and this id.
    pub sealed: Blob,
    pub created: Timestamp,
}

impl Row for Material {}

/// A name for a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AliasRow {
    /// The key's id.
    pub target: String,
    pub created: Timestamp,
    pub updated: Timestamp,
}

impl Row for AliasRow {}

impl KeyRow {
    pub fn state(&self) -> KeyState {
        match self {
            Self { deletion: Some(_), .. } => KeyState::PendingDeletion,
            Self { current: None, .. } => KeyState::PendingImport,
            Self { enabled: true, .. } => KeyState::Enabled,
            Self { enabled: false, .. } => KeyState::Disabled,
        }
    }

    pub fn arn(&self, scope: &Scope) -> Arn {
        Arn::new(kms_api::SERVICE.name, scope, &format!("key/{}", self.id))
    }

    /// Whether AWS manages the key, so that its owner may only use it.
    pub fn is_aws_managed(&self) -> bool {
        self.service.is_some()
    }

    /// Refuses the state in which nothing but cancelling is possible.
    pub fn not_being_deleted(&self, scope: &Scope) -> Result<()> {
        match self.deletion {
            Some(_) => Err(error::pending_deletion(&self.arn(scope))),
            None => Ok(()),
        }
    }

    /// Refuses every state but the one in which a key works.
    pub fn works(&self, scope: &Scope) -> Result<()> {
        let arn = self.arn(scope);
        match self.state() {
            KeyState::Enabled => Ok(()),
            KeyState::Disabled => Err(error::disabled(&arn)),
            KeyState::PendingImport => Err(error::pending_import(&arn)),
            _ => Err(error::pending_deletion(&arn)),
        }
    }

    /// As the api answers it.
    pub fn metadata(&self, scope: &Scope) -> KeyMetadata {
        let state = self.state();
        let deletion = self.deletion;
        let symmetric = self.spec == KeySpec::SymmetricDefault;
        KeyMetadata {
            aws_account_id: Some(scope.account.to_string()),
            key_id: self.id.clone(),
            arn: Some(self.arn(scope).to_string()),
            creation_date: Some(self.created),
            enabled: Some(state == KeyState::Enabled),
            description: Some(self.description.clone()),
            key_usage: Some(self.usage),
            key_state: Some(state),
            deletion_date: deletion.map(|deletion| deletion.at),
            origin: Some(self.origin),
            key_manager: Some(match self.service {
                Some(_) => KeyManagerType::Aws,
                None => KeyManagerType::Customer,
            }),
            key_spec: Some(self.spec),
            customer_master_key_spec: spec::customer_master_key_spec(self.spec),
            encryption_algorithms: spec::encryption_algorithms(self.spec, self.usage),
            multi_region: Some(false),
            current_key_material_id: self.current.clone().filter(|_| symmetric),
            ..KeyMetadata::default()
        }
    }
}

/// How many bytes a data key is asked to have.
pub(crate) fn data_key_bytes(spec: Option<DataKeySpec>, bytes: Option<i32>) -> Result<usize> {
    match (spec, bytes) {
        (Some(DataKeySpec::Aes256), None) => Ok(32),
        (Some(DataKeySpec::Aes128), None) => Ok(16),
        (None, Some(bytes)) => Ok(usize::try_from(bytes).unwrap_or_default()),
        _ => Err(error::invalid(
            "Please specify either number of bytes or key spec, but not both or neither.",
        )),
    }
}

/// The algorithm of a call that leaves it out.
pub(crate) fn algorithm(asked: Option<EncryptionAlgorithmSpec>) -> EncryptionAlgorithmSpec {
    asked.unwrap_or(EncryptionAlgorithmSpec::SymmetricDefault)
}
