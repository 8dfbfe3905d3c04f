//! Ciphertexts of symmetric keys: which key and material made them, and the encryption itself.
//!
//! The layout is ours, as AWS's is its own: a version, the account, the key's id, the material's id,
//! then what AES-256-GCM made. Everything before is authenticated with it, and so is the encryption
//! context. The region is not in it, so that replicas read each other's.

use std::collections::BTreeMap;

use platform::SealingKey;

/// The layout written today.
const VERSION: u8 = 1;
const ACCOUNT_BYTES: usize = 12;
const MATERIAL_BYTES: usize = 32;

/// What a client binds a ciphertext to.
pub(crate) type Context = BTreeMap<String, String>;

/// What stands before the encrypted bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub account: &'a str,
    pub key_id: &'a str,
    /// In hexadecimal digits, as the api has it.
    pub material_id: String,
}

/// Encrypts under a material of a symmetric key.
pub(crate) fn encrypt(
    header: &Header<'_>,
    material: &[u8],
    context: Option<&Context>,
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let mut bytes = header.encode()?;
    let associated = associated(&bytes, context);
    bytes.extend(sealing(material)?.seal(plaintext, &associated));
    Some(bytes)
}

/// The header of a ciphertext, and where it ends.
pub(crate) fn parse(bytes: &[u8]) -> Option<(Header<'_>, usize)> {
    let (&version, rest) = bytes.split_first()?;
    let (account, rest) = rest.split_at_checked(ACCOUNT_BYTES)?;
    let (&length, rest) = rest.split_first()?;
    let (key_id, rest) = rest.split_at_checked(usize::from(length))?;
    let (material, rest) = rest.split_at_checked(MATERIAL_BYTES)?;
    if version != VERSION || rest.len() < SealingKey::OVERHEAD {
        return None;
    }
    let header = Header {
        account: std::str::from_utf8(account).ok()?,
        key_id: std::str::from_utf8(key_id).ok()?,
        material_id: hex::encode(material),
    };
    Some((header, bytes.len() - rest.len()))
}

/// Decrypts what [`encrypt`] made under the same material and context.
pub(crate) fn decrypt(
    bytes: &[u8],
    header_length: usize,
    material: &[u8],
    context: Option<&Context>,
) -> Option<Vec<u8>> {
    let (header, sealed) = bytes.split_at_checked(header_length)?;
    sealing(material)?.open(sealed, &associated(header, context)).ok()
}

impl Header<'_> {
    fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.push(u8::try_from(self.key_id.len()).ok()?);
        bytes.extend_from_slice(self.key_id.as_bytes());
        bytes.extend(hex::decode(&self.material_id).ok()?);
        Some(bytes)
    }
}

fn sealing(material: &[u8]) -> Option<SealingKey> {
    material.try_into().ok().map(SealingKey::new)
}

/// Header and context in one, so that neither can be mistaken for the other: every text comes after
/// its length. No context is the same as an empty one.
fn associated(header: &[u8], context: Option<&Context>) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for text in context.into_iter().flatten().flat_map(|(key, value)| [key, value]) {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(pairs: &[(&str, &str)]) -> Context {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_ciphertext_names_its_key_and_opens_with_its_context_only() {
        let header =
            Header { account: "000000000001", key_id: "mrk-1", material_id: "ab".repeat(32) };
        let made_with = context(&[("table", "orders"), ("a", "")]);
        let bytes = encrypt(&header, &[7; 32], Some(&made_with), b"plain").unwrap();
        let (found, length) = parse(&bytes).unwrap();
        assert_eq!(found, header);
        let open = |context: Option<&Context>| decrypt(&bytes, length, &[7; 32], context);
        assert_eq!(open(Some(&made_with)).unwrap(), b"plain");
        assert_eq!(open(None), None);
        assert_eq!(open(Some(&context(&[("table", "ordersa")]))), None);
        assert_eq!(open(Some(&context(&[("table", "orders")]))), None);
        assert_eq!(decrypt(&bytes, length, &[8; 32], Some(&made_with)), None);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let opened = parse(&changed)
                .and_then(|(_, length)| decrypt(&changed, length, &[7; 32], Some(&made_with)));
            assert_eq!(opened, None, "byte {at}");
        }
    }

    #[test]
    fn no_context_is_an_empty_one() {
        let header = Header { account: "000000000001", key_id: "k", material_id: "00".repeat(32) };
        let bytes = encrypt(&header, &[1; 32], None, b"").unwrap();
        let (_, length) = parse(&bytes).unwrap();
        assert_eq!(decrypt(&bytes, length, &[1; 32], Some(&Context::new())).unwrap(), b"");
        assert_eq!(parse(&bytes[..bytes.len() - 1]), None);
        assert_eq!(parse(b"not a ciphertext"), None);
    }
}
