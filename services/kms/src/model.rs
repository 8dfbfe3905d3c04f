//! What a key is, and what may be done with it in which state.

use std::collections::{BTreeMap, BTreeSet};

use kms_api::{
    DataKeySpec, EncryptionAlgorithmSpec, ExpirationModelType, KeyManagerType, KeyMetadata,
    KeySpec, KeyState, KeyUsageType, MultiRegionConfiguration, MultiRegionKey, MultiRegionKeyType,
    OriginType,
};
use platform::{Arn, Blob, Region, Result, Row, Scope, Tags, Timestamp};
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
    /// Whether it gets new material from time to time, and when next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
    /// The keys of other regions that are one with this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_region: Option<MultiRegion>,
    /// The id of the material that was imported, which outlives the material: only the same may be
    /// imported again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<String>,
    /// When imported material expires, while it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Row for KeyRow {}

/// A deletion to come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub days: i32,
    /// None while replicas are there that have to go first.
    pub at: Option<Timestamp>,
}

/// Rotation by time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Rotation {
    pub days: i32,
    pub next: Timestamp,
}

/// Which regions have the same key. Every one of them has this in its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MultiRegion {
    pub primary: Region,
    pub replicas: BTreeSet<Region>,
}

/// Key material, sealed. A key has one at a time that encrypts, and keeps the earlier ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Material {
    /// Sealed under the root secret, for this key and this id.
    pub sealed: Blob,
    pub created: Timestamp,
    /// Where a rotation brought it: which kind of rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationKind>,
}

/// What a rotation came of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RotationKind {
    Automatic,
    OnDemand,
}

/// What someone may do with a key besides what its policy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantRow {
    pub grantee: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring: Option<String>,
    pub operations: Vec<String>,
    /// What the encryption context must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<BTreeMap<String, String>>,
    /// What the encryption context must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subset: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub issuer: String,
    pub created: Timestamp,
}

impl Row for GrantRow {}

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
            Self { deletion: Some(Deletion { at: None, .. }), .. } => {
                KeyState::PendingReplicaDeletion
            }
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

    /// Whether this is the one of several that the others follow, or the only one.
    pub fn is_primary(&self, scope: &Scope) -> bool {
        self.multi_region.as_ref().is_none_or(|multi| multi.primary == scope.region)
    }

    /// As the api answers it.
    pub fn metadata(&self, scope: &Scope) -> KeyMetadata {
        let state = self.state();
        let symmetric = self.spec == KeySpec::SymmetricDefault;
        let external = self.origin == OriginType::External && self.current.is_some();
        KeyMetadata {
            aws_account_id: Some(scope.account.to_string()),
            key_id: self.id.clone(),
            arn: Some(self.arn(scope).to_string()),
            creation_date: Some(self.created),
            enabled: Some(state == KeyState::Enabled),
            description: Some(self.description.clone()),
            key_usage: Some(self.usage),
            key_state: Some(state),
            deletion_date: self.deletion.and_then(|deletion| deletion.at),
            pending_deletion_window_in_days: self
                .deletion
                .filter(|deletion| deletion.at.is_none())
                .map(|deletion| deletion.days),
            origin: Some(self.origin),
            key_manager: Some(match self.service {
                Some(_) => KeyManagerType::Aws,
                None => KeyManagerType::Customer,
            }),
            key_spec: Some(self.spec),
            customer_master_key_spec: spec::customer_master_key_spec(self.spec),
            encryption_algorithms: spec::encryption_algorithms(self.spec, self.usage),
            signing_algorithms: spec::signing_algorithms(self.spec, self.usage),
            mac_algorithms: spec::mac_algorithms(self.spec),
            key_agreement_algorithms: spec::key_agreement_algorithms(self.usage),
            multi_region: Some(self.multi_region.is_some()),
            multi_region_configuration: self.configuration(scope),
            expiration_model: external.then_some(match self.expires {
                Some(_) => ExpirationModelType::KeyMaterialExpires,
                None => ExpirationModelType::KeyMaterialDoesNotExpire,
            }),
            valid_to: self.expires.filter(|_| external),
            current_key_material_id: self.current.clone().filter(|_| symmetric),
            ..KeyMetadata::default()
        }
    }

    fn configuration(&self, scope: &Scope) -> Option<MultiRegionConfiguration> {
        let multi = self.multi_region.as_ref()?;
        let key = |region: &Region| MultiRegionKey {
            arn: Some(self.arn(&scope.in_region(region.clone())).to_string()),
            region: Some(region.to_string()),
        };
        Some(MultiRegionConfiguration {
            multi_region_key_type: Some(match multi.primary == scope.region {
                true => MultiRegionKeyType::Primary,
                false => MultiRegionKeyType::Replica,
            }),
            primary_key: Some(key(&multi.primary)),
            replica_keys: Some(multi.replicas.iter().map(key).collect()),
        })
    }
}

impl MultiRegion {
    /// All regions that have the key.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        std::iter::once(&self.primary).chain(&self.replicas)
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
