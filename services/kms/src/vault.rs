//! Key material: drawn, sealed for the table, opened for use.
//!
//! What is in the table is sealed for one account, key and material, so that rows cannot be passed
//! off for each other. The region is left out: replicas of a key have the same material.

use platform::{Blob, Ctx, Result, RootSecret, Scope, SealingKey, WriteTx, secret_bytes};

use crate::find::Found;
use crate::model::Material;
use crate::{error, store};

/// The only holder of the key that seals material.
pub(crate) struct Vault {
    sealing: SealingKey,
}

/// Opened material.
pub(crate) struct Opened {
    pub id: String,
    pub bytes: Vec<u8>,
}

impl Vault {
    pub fn new(secret: &RootSecret) -> Self {
        Self { sealing: secret.derive("kms.materials") }
    }

    /// The first or next material of a symmetric key, and its id.
    pub fn draw(&self, ctx: &Ctx, scope: &Scope, key_id: &str) -> (String, Material) {
        let id = hex::encode(secret_bytes::<32>());
        (id.clone(), self.seal(ctx, scope, key_id, &id, &secret_bytes::<32>()))
    }

    /// Seals material.
    pub fn seal(&self, ctx: &Ctx, scope: &Scope, key_id: &str, id: &str, bytes: &[u8]) -> Material {
        let sealed = self.sealing.seal(bytes, &associated(scope, key_id, id));
        Material { sealed: Blob(sealed), created: ctx.now().floor_millis() }
    }

    /// The material that a key encrypts with.
    pub fn current(&self, ctx: &Ctx, found: &Found) -> Result<Opened> {
        let id = found.key.current.as_deref();
        let id = id.ok_or_else(|| error::pending_import(&found.arn()))?;
        self.open(ctx, found, id)?.ok_or_else(|| error::pending_import(&found.arn()))
    }

    /// A material of a key, if it is there.
    pub fn open(&self, ctx: &Ctx, found: &Found, id: &str) -> Result<Option<Opened>> {
        let key_id = found.key.id.as_str();
        let row = ctx.read(|tx| store::MATERIALS.get(&tx.in_scope(&found.scope), &(key_id, id)))?;
        let Some(row) = row else { return Ok(None) };
        let bytes = self.sealing.open(&row.sealed.0, &associated(&found.scope, key_id, id));
        let bytes = bytes.map_err(platform::Fail::internal)?;
        Ok(Some(Opened { id: id.to_owned(), bytes }))
    }
}

/// Forgets all material of a key: what it encrypted is lost for good.
pub(crate) fn destroy(tx: &WriteTx<'_>, key_id: &str) -> Result<()> {
    store::MATERIALS.delete_prefix(tx, &(key_id,))?;
    Ok(())
}

fn associated(scope: &Scope, key_id: &str, id: &str) -> Vec<u8> {
    format!("{}/{key_id}/{id}", scope.account).into_bytes()
}
