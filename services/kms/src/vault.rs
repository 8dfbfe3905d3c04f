//! Key material: drawn, sealed for the table, opened for use.
//!
//! What is in the table is sealed for one account, key and material, so that rows cannot be passed
//! off for each other. The region is left out: replicas of a key have the same material.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use platform::{Blob, Ctx, Fail, Result, RootSecret, Scope, SealingKey, WriteTx, secret_bytes};
use sha2::Sha256;

use crate::crypto::mac::MacHash;
use crate::crypto::{ecc, rsa};
use crate::find::Found;
use crate::model::Material;
use crate::spec::Kind;
use crate::{error, store};

/// The only holder of the key that seals material.
#[derive(Clone)]
pub(crate) struct Vault {
    sealing: SealingKey,
    naming: [u8; 32],
    /// Seals what comes back from clients, such as tokens of imports.
    pub tokens: SealingKey,
}

/// Opened material.
pub(crate) struct Opened {
    pub id: String,
    pub bytes: Vec<u8>,
}

impl Vault {
    pub fn new(secret: &RootSecret) -> Self {
        Self {
            sealing: secret.derive("kms.materials"),
            naming: secret.derive_bytes("kms.material_ids"),
            tokens: secret.derive("kms.tokens"),
        }
    }

    /// Seals material that is new to a key; its id comes with it.
    pub fn seal(
        &self,
        ctx: &Ctx,
        scope: &Scope,
        key_id: &str,
        bytes: &[u8],
    ) -> Result<(String, Material)> {
        let id = self.name(key_id, bytes)?;
        let sealed = Blob(self.sealing.seal(bytes, &associated(scope, key_id, &id)));
        Ok((id, Material { sealed, created: ctx.now().floor_millis(), rotation: None }))
    }

    /// The id of material, by which it is known when it is imported again.
    pub fn name(&self, key_id: &str, bytes: &[u8]) -> Result<String> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.naming)
            .map_err(|error| Fail::internal(anyhow::anyhow!("{error}")))?;
        mac.update(key_id.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        Ok(hex::encode(mac.finalize().into_bytes()))
    }

    /// The material that a key works with.
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
        let bytes = bytes.map_err(Fail::internal)?;
        Ok(Some(Opened { id: id.to_owned(), bytes }))
    }
}

/// New material for a kind of key.
pub(crate) async fn draw(ctx: &Ctx, kind: Kind) -> Result<Vec<u8>> {
    let unfit = |_| Fail::internal(anyhow::anyhow!("a key could not be drawn"));
    Ok(match kind {
        Kind::Symmetric => secret_bytes::<32>().to_vec(),
        Kind::Mac(MacHash::Sha224) => secret_bytes::<28>().to_vec(),
        Kind::Mac(MacHash::Sha256) => secret_bytes::<32>().to_vec(),
        Kind::Mac(MacHash::Sha384) => secret_bytes::<48>().to_vec(),
        Kind::Mac(MacHash::Sha512) => secret_bytes::<64>().to_vec(),
        Kind::Ecc(curve) => ecc::generate(curve).map_err(unfit)?,
        Kind::Rsa { bits } => {
            // Seconds of computing, which requests must not wait behind.
            let drawn = ctx.spawn_blocking("rsa key", move || rsa::generate(bits)).await;
            drawn.map_err(Fail::internal)?.map_err(unfit)?
        }
    })
}

/// Forgets all material of a key: what it encrypted is lost for good.
pub(crate) fn destroy(tx: &WriteTx<'_>, key_id: &str) -> Result<()> {
    store::MATERIALS.delete_prefix(tx, &(key_id,))?;
    Ok(())
}

fn associated(scope: &Scope, key_id: &str, id: &str) -> Vec<u8> {
    format!("{}/{key_id}/{id}", scope.account).into_bytes()
}
