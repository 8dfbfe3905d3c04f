//! Encrypting and decrypting with a key, whatever its kind.

use kms_api::{EncryptionAlgorithmSpec, KeySpec, KeyUsageType};
use platform::{Ctx, Result, Scope};

use crate::access::{self, Ask};
use crate::ciphertext::{self, Context, Header};
use crate::find::{self, Found};
use crate::{Kms, error};

/// What a key encrypted.
pub(crate) struct Encrypted {
    pub bytes: Vec<u8>,
    /// The material it was done with.
    pub material_id: String,
}

impl Kms {
    /// Encrypts with the current material of a key that may be used.
    pub(crate) fn encrypt(
        &self,
        ctx: &Ctx,
        found: &Found,
        context: Option<&Context>,
        plaintext: &[u8],
    ) -> Result<Encrypted> {
        let material = self.vault.current(ctx, found)?;
        let header = Header {
            account: found.scope.account.as_str(),
            key_id: &found.key.id,
            material_id: material.id,
        };
        let bytes = ciphertext::encrypt(&header, &material.bytes, context, plaintext);
        let bytes = bytes.ok_or_else(|| {
            platform::Fail::internal(anyhow::anyhow!("the material of a key has another length"))
        })?;
        Ok(Encrypted { bytes, material_id: header.material_id })
    }

    /// Decrypts what a symmetric key encrypted.
    pub(crate) fn decrypt(
        &self,
        ctx: &Ctx,
        found: &Found,
        context: Option<&Context>,
        bytes: &[u8],
    ) -> Result<(Vec<u8>, String)> {
        let (header, length) = ciphertext::parse(bytes).ok_or_else(error::bad_ciphertext)?;
        let material = self.vault.open(ctx, found, &header.material_id)?;
        let material = material.ok_or_else(error::bad_ciphertext)?;
        let plaintext = ciphertext::decrypt(bytes, length, &material.bytes, context);
        Ok((plaintext.ok_or_else(error::bad_ciphertext)?, material.id))
    }
}

/// The key that a ciphertext is to be decrypted with: the one it names, which must be the one that
/// the call names, if it names one.
pub(crate) async fn key_of(
    kms: &Kms,
    ctx: &Ctx,
    bytes: &[u8],
    named: Option<&str>,
    algorithm: EncryptionAlgorithmSpec,
) -> Result<Found> {
    let symmetric = algorithm == EncryptionAlgorithmSpec::SymmetricDefault;
    let named = match named {
        Some(name) => Some(find::by_any(kms, ctx, name).await?),
        None if symmetric => None,
        None => return Err(error::invalid("KeyId is required with this EncryptionAlgorithm.")),
    };
    if !symmetric {
        return named.ok_or_else(error::bad_ciphertext);
    }
    let Some((header, _)) = ciphertext::parse(bytes) else {
        return Err(error::bad_ciphertext());
    };
    let account = header.account.parse().map_err(|_| error::bad_ciphertext())?;
    if let Some(named) = named {
        let same = named.scope.account == account && named.key.id == header.key_id;
        return if same { Ok(named) } else { Err(error::another_key()) };
    }
    let scope = Scope::new(account, ctx.region().clone());
    // A key of another region or one that is gone: AWS does not tell which.
    ctx.read(|tx| find::read(tx, scope, header.key_id.to_owned(), None))
        .map_err(|fail| if fail.is("NotFoundException") { error::bad_ciphertext() } else { fail })
}

/// Asks whether the caller may encrypt or decrypt with a key, and whether the key can.
pub(crate) async fn require(
    ctx: &Ctx,
    found: &Found,
    action: &str,
    context: Option<&Context>,
    algorithm: EncryptionAlgorithmSpec,
) -> Result<()> {
    access::require(ctx, found, action, Ask::cipher(context, algorithm)).await?;
    access::check_use(ctx, found, KeyUsageType::EncryptDecrypt)?;
    let spec = found.key.spec;
    let has = crate::spec::encryption_algorithms(spec, found.key.usage).unwrap_or_default();
    if !has.contains(&algorithm) {
        return Err(error::wrong_algorithm(algorithm.as_str(), spec.as_str()));
    }
    if spec != KeySpec::SymmetricDefault && context.is_some_and(|context| !context.is_empty()) {
        return Err(error::invalid(
            "The EncryptionContext parameter is not supported for asymmetric keys.",
        ));
    }
    Ok(())
}
