//! Account ids: twelve digits, held inline so that they copy like an integer.

use std::str::FromStr;

use crate::{InvalidName, serde_as_text};

/// An account: exactly twelve ASCII digits, leading zeros kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// The account of requests that name none: `000000000000`.
    pub const DEFAULT: AccountId = AccountId(*b"000000000000");

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an account id holds ASCII digits only")
    }

    /// The twelve digits as bytes: fixed width, so they sort as the text does.
    pub fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let digits: [u8; 12] =
            text.as_bytes().try_into().map_err(|_| InvalidName::AccountId(text.to_owned()))?;
        if digits.iter().all(u8::is_ascii_digit) {
            Ok(AccountId(digits))
        } else {
            Err(InvalidName::AccountId(text.to_owned()))
        }
    }
}

serde_as_text!(AccountId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_twelve_digits_are_an_account() {
        assert_eq!("000000000042".parse::<AccountId>().unwrap().as_str(), "000000000042");
        for bad in ["", "1", "0000000000001", "00000000000a", "٠٠٠٠٠٠", "00000000000 "] {
            assert_eq!(bad.parse::<AccountId>(), Err(InvalidName::AccountId(bad.to_owned())));
        }
    }
}
