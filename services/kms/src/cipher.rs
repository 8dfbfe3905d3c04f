//! Encrypting and decrypting with a key, whatever its kind.

use kms_api::{EncryptionAlgorithmSpec, KeySpec, KeyUsageType};
use platform::{Ctx, Result, Scope};

use crate::access::{self, Ask};
use crate::ciphertext::{self, Context, Header};
use crate::crypto::rsa::{self, OaepHash};
use crate::find::{self, Found};
use crate::{Kms, error};

/// What a key encrypted.
pub(crate) struct Encrypted {
    pub bytes: Vec<u8>,
    /// The material it was done with.
    pub material_id: String,
}

impl Kms {
    /// Encrypts with the current material of a symmetric key that may be used.
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
        let bytes = bytes.ok_or_else(error::broken_material)?;
        Ok(Encrypted { bytes, material_id: header.material_id })
    }

    /// Encrypts with a key of either kind.
    pub(crate) fn encrypt_with(
        &self,
        ctx: &Ctx,
        found: &Found,
        algorithm: EncryptionAlgorithmSpec,
        context: Option<&Context>,
        plaintext: &[u8],
    ) -> Result<Encrypted> {
        let Some(hash) = oaep(algorithm)? else {
            return self.encrypt(ctx, found, context, plaintext);
        };
        let material = self.vault.current(ctx, found)?;
        let (algorithm, spec) = (algorithm.as_str(), found.key.spec.as_str());
        let bits = rsa::bits(&material.bytes).map_err(|_| error::broken_material())?;
        let most = (bits / 8).saturating_sub(2 * hash.length() + 2);
        if plaintext.len() > most {
            return Err(error::invalid(format!(
                "Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {most} \
                 bytes."
            )));
        }
        let bytes = rsa::public(&material.bytes)
            .and_then(|public| rsa::encrypt(&public, hash, plaintext))
            .map_err(|_| error::broken_material())?;
        Ok(Encrypted { bytes, material_id: material.id })
    }

    /// Decrypts with a key of either kind; answers with which material.
    pub(crate) fn decrypt_with(
        &self,
        ctx: &Ctx,
        found: &Found,
        algorithm: EncryptionAlgorithmSpec,
        context: Option<&Context>,
        bytes: &[u8],
    ) -> Result<(Vec<u8>, String)> {
        if let Some(hash) = oaep(algorithm)? {
            let material = self.vault.current(ctx, found)?;
            let plaintext = rsa::decrypt(&material.bytes, hash, bytes);
            return Ok((plaintext.map_err(|_| error::bad_ciphertext())?, material.id));
        }
        let (header, length) = ciphertext::parse(bytes).ok_or_else(error::bad_ciphertext)?;
        let material = self.vault.open(ctx, found, &header.material_id)?;
        let material = material.ok_or_else(error::bad_ciphertext)?;
        let plaintext = ciphertext::decrypt(bytes, length, &material.bytes, context);
        Ok((plaintext.ok_or_else(error::bad_ciphertext)?, material.id))
    }
}

/// The hash of an algorithm of RSA; none for the one of symmetric keys.
fn oaep(algorithm: EncryptionAlgorithmSpec) -> Result<Option<OaepHash>> {
    match algorithm {
        EncryptionAlgorithmSpec::SymmetricDefault => Ok(None),
        EncryptionAlgorithmSpec::RsaesOaepSha1 => Ok(Some(OaepHash::Sha1)),
        EncryptionAlgorithmSpec::RsaesOaepSha256 => Ok(Some(OaepHash::Sha256)),
        other => Err(error::absent(&format!("EncryptionAlgorithm {}", other.as_str()))),
    }
}

/// The member of an answer that names the material, which only symmetric keys have.
pub(crate) fn told(algorithm: EncryptionAlgorithmSpec, material_id: String) -> Option<String> {
    (algorithm == EncryptionAlgorithmSpec::SymmetricDefault).then_some(material_id)
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

/// What a call is to do.
pub(crate) struct Asked<'a> {
    pub action: &'static str,
    pub context: Option<&'a Context>,
    pub algorithm: EncryptionAlgorithmSpec,
    pub grant_tokens: Option<&'a [String]>,
    /// Condition keys of the call.
    pub more: Vec<(&'static str, String)>,
}

/// Asks whether the caller may encrypt or decrypt with a key, and whether the key can.
pub(crate) async fn require(ctx: &Ctx, found: &Found, asked: Asked<'_>) -> Result<()> {
    let Asked { action, context, algorithm, grant_tokens, more } = asked;
    let mut ask = Ask::cipher(context, algorithm, grant_tokens);
    ask.more.extend(more);
    access::require(ctx, found, action, ask).await?;
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
