//! Message authentication codes with HMAC.

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::Unfit;

/// The hash of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MacHash {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// Calls a function with the hash's type.
macro_rules! of {
    ($hash:expr, $function:ident($($argument:expr),*)) => {
        match $hash {
            MacHash::Sha224 => $function::<Hmac<Sha224>>($($argument),*),
            MacHash::Sha256 => $function::<Hmac<Sha256>>($($argument),*),
            MacHash::Sha384 => $function::<Hmac<Sha384>>($($argument),*),
            MacHash::Sha512 => $function::<Hmac<Sha512>>($($argument),*),
        }
    };
}

/// The code of a message.
pub(crate) fn make(hash: MacHash, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Unfit> {
    fn make<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Unfit> {
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| Unfit)?;
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
    of!(hash, make(key, message))
}

/// Checks the code of a message.
pub(crate) fn verify(hash: MacHash, key: &[u8], message: &[u8], code: &[u8]) -> Result<(), Unfit> {
    fn verify<M: Mac + KeyInit>(key: &[u8], message: &[u8], code: &[u8]) -> Result<(), Unfit> {
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| Unfit)?;
        mac.update(message);
        mac.verify_slice(code).map_err(|_| Unfit)
    }
    of!(hash, verify(key, message, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_as_rfc_4231_has_them() {
        // Test case 2.
        let code = make(MacHash::Sha256, b"Jefe", b"what do ya want for nothing?").unwrap();
        let said = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(&code), said);
        let check = |message: &[u8]| verify(MacHash::Sha256, b"Jefe", message, &code);
        assert_eq!(check(b"what do ya want for nothing?"), Ok(()));
        assert_eq!(check(b"what do ya want for something?"), Err(Unfit));
    }
}
