//! Keys as bytes that sort as the values do.
//!
//! Text ends with `00 01` and its own zero bytes become `00 FF`, so that a tuple's parts never run
//! into each other and `("a", x)` sorts before `("ab", y)`. Numbers are big-endian, the sign bit
//! of signed ones flipped. Unlike rows, keys carry no version: changing a key type is a new table.

use std::{borrow::Cow, cmp::Reverse, sync::Arc};

use aquifer_types::{AccountId, Arn, Region, Scope, Timestamp};

/// A value that can stand in for a key of type `K` in a lookup: `K` itself, references to it, and
/// for text and tuples of text the borrowed forms.
pub trait AsKey<K> {
    /// Appends the ordered bytes.
    fn encode(&self, into: &mut Vec<u8>);
}

/// A type whose values can be the keys of a table.
pub trait Key: AsKey<Self> + Sized {
    /// Reads one value from the front, advancing; none if the bytes are not such a value.
    fn decode(from: &mut &[u8]) -> Option<Self>;
}

/// The leading parts of a tuple key: `(a,)` and `(a, b)` for a key `(A, B, C)`.
pub trait AsPrefix<K> {
    /// Appends the bytes all keys with these parts start with.
    fn encode_prefix(&self, into: &mut Vec<u8>);
}

/// Implements [`Key`] for a tuple struct around another key type:
/// `key_newtype!(QueueName(String));`. The macro must be used where the field is visible.
#[macro_export]
macro_rules! key_newtype {
    ($($name:ident($inner:ty)),+ $(,)?) => {$(
        impl $crate::AsKey<$name> for $name {
            fn encode(&self, into: &mut Vec<u8>) {
                $crate::AsKey::<$inner>::encode(&self.0, into);
            }
        }

        impl $crate::Key for $name {
            fn decode(from: &mut &[u8]) -> Option<Self> {
                <$inner as $crate::Key>::decode(from).map($name)
            }
        }
    )+};
}

const ESCAPED_ZERO: u8 = 0xFF;
const END: u8 = 0x01;

/// Appends text without its end, as a prefix of longer texts.
pub(crate) fn escape(bytes: &[u8], into: &mut Vec<u8>) {
    into.reserve(bytes.len() + 2);
    let mut rest = bytes;
    while let Some(zero) = memchr::memchr(0, rest) {
        into.extend_from_slice(&rest[..=zero]);
        into.push(ESCAPED_ZERO);
        rest = &rest[zero + 1..];
    }
    into.extend_from_slice(rest);
}

fn encode_bytes(bytes: &[u8], into: &mut Vec<u8>) {
    escape(bytes, into);
    into.extend_from_slice(&[0, END]);
}

fn decode_bytes(from: &mut &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let zero = memchr::memchr(0, from)?;
        bytes.extend_from_slice(&from[..zero]);
        let mark = *from.get(zero + 1)?;
        *from = &from[zero + 2..];
        match mark {
            END => return Some(bytes),
            ESCAPED_ZERO => bytes.push(0),
            _ => return None,
        }
    }
}

fn take<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = from.split_at_checked(count)?;
    *from = tail;
    Some(head)
}

impl<K, T: AsKey<K> + ?Sized> AsKey<K> for &T {
    fn encode(&self, into: &mut Vec<u8>) {
        (**self).encode(into);
    }
}

macro_rules! text_keys {
    ($($owned:ty),+) => {$(
        impl AsKey<$owned> for $owned {
            fn encode(&self, into: &mut Vec<u8>) {
                encode_bytes(self.as_bytes(), into);
            }
        }

        impl AsKey<$owned> for str {
            fn encode(&self, into: &mut Vec<u8>) {
                encode_bytes(self.as_bytes(), into);
            }
        }

        impl Key for $owned {
            fn decode(from: &mut &[u8]) -> Option<Self> {
                Some(String::from_utf8(decode_bytes(from)?).ok()?.into())
            }
        }
    )+};
}

text_keys!(String, Arc<str>, Box<str>);

/// A text in a key that is passed over rather than read. Written, it is the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread;

impl AsKey<Unread> for Unread {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_bytes(&[], into);
    }
}

impl Key for Unread {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        loop {
            let zero = memchr::memchr(0, from)?;
            let mark = *from.get(zero + 1)?;
            *from = &from[zero + 2..];
            match mark {
                END => return Some(Unread),
                ESCAPED_ZERO => {}
                _ => return None,
            }
        }
    }
}

impl AsKey<String> for Cow<'_, str> {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_bytes(self.as_bytes(), into);
    }
}

impl AsKey<Vec<u8>> for [u8] {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_bytes(self, into);
    }
}

impl AsKey<Vec<u8>> for Vec<u8> {
    fn encode(&self, into: &mut Vec<u8>) {
        encode_bytes(self, into);
    }
}

impl Key for Vec<u8> {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        decode_bytes(from)
    }
}

macro_rules! number_keys {
    ($($type:ty, $flip:expr);+ $(;)?) => {$(
        impl AsKey<$type> for $type {
            fn encode(&self, into: &mut Vec<u8>) {
                into.extend_from_slice(&(*self ^ $flip).to_be_bytes());
            }
        }

        impl Key for $type {
            fn decode(from: &mut &[u8]) -> Option<Self> {
                let bytes = take(from, size_of::<$type>())?.try_into().ok()?;
                Some(<$type>::from_be_bytes(bytes) ^ $flip)
            }
        }
    )+};
}

number_keys! {
    u8, 0; u16, 0; u32, 0; u64, 0; u128, 0;
    i8, i8::MIN; i16, i16::MIN; i32, i32::MIN; i64, i64::MIN; i128, i128::MIN;
}

macro_rules! keys_as {
    ($($type:ty as $repr:ty: |$value:ident| $to:expr, |$from:ident| $back:expr);+ $(;)?) => {$(
        impl AsKey<$type> for $type {
            fn encode(&self, into: &mut Vec<u8>) {
                let $value = self;
                AsKey::<$repr>::encode($to, into);
            }
        }

        impl Key for $type {
            fn decode(from: &mut &[u8]) -> Option<Self> {
                let $from = <$repr as Key>::decode(from)?;
                $back
            }
        }
    )+};
}

keys_as! {
    bool as u8: |v| &u8::from(*v), |b| (b <= 1).then_some(b == 1);
    Timestamp as i64: |v| &v.as_micros(), |micros| Some(Timestamp::from_micros(micros));
    Region as String: |v| v.as_str(), |text| text.parse().ok();
    Arn as String: |v| v.as_str(), |text| text.parse().ok();
}

/// The key of a table with a single row per scope.
impl AsKey<()> for () {
    fn encode(&self, into: &mut Vec<u8>) {
        into.push(END);
    }
}

impl Key for () {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        (take(from, 1)? == [END]).then_some(())
    }
}

impl AsKey<AccountId> for AccountId {
    fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(self.as_bytes());
    }
}

impl Key for AccountId {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        std::str::from_utf8(take(from, 12)?).ok()?.parse().ok()
    }
}

impl AsKey<Scope> for Scope {
    fn encode(&self, into: &mut Vec<u8>) {
        self.account.encode(into);
        self.region.encode(into);
    }
}

impl Key for Scope {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        Some(Scope { account: AccountId::decode(from)?, region: Region::decode(from)? })
    }
}

/// `None` sorts first.
impl<K, T: AsKey<K>> AsKey<Option<K>> for Option<T> {
    fn encode(&self, into: &mut Vec<u8>) {
        into.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.encode(into);
        }
    }
}

impl<K: Key> Key for Option<K> {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        match take(from, 1)?[0] {
            0 => Some(None),
            1 => K::decode(from).map(Some),
            _ => None,
        }
    }
}

/// Sorts the other way round: newest first, for instance.
impl<K, T: AsKey<K>> AsKey<Reverse<K>> for Reverse<T> {
    fn encode(&self, into: &mut Vec<u8>) {
        let start = into.len();
        self.0.encode(into);
        into[start..].iter_mut().for_each(|byte| *byte = !*byte);
    }
}

impl<K: Key> Key for Reverse<K> {
    fn decode(from: &mut &[u8]) -> Option<Self> {
        let flipped: Vec<u8> = from.iter().map(|byte| !byte).collect();
        let mut rest = flipped.as_slice();
        let value = K::decode(&mut rest)?;
        take(from, flipped.len() - rest.len())?;
        Some(Reverse(value))
    }
}

macro_rules! tuple_keys {
    ($($part:ident $like:ident $index:tt),+) => {
        impl<$($part,)+ $($like: AsKey<$part>),+> AsKey<($($part,)+)> for ($($like,)+) {
            fn encode(&self, into: &mut Vec<u8>) {
                $(self.$index.encode(into);)+
            }
        }

        impl<$($part: Key),+> Key for ($($part,)+) {
            fn decode(from: &mut &[u8]) -> Option<Self> {
                Some(($($part::decode(from)?,)+))
            }
        }
    };
}

tuple_keys!(A X 0);
tuple_keys!(A X 0, B Y 1);
tuple_keys!(A X 0, B Y 1, C Z 2);
tuple_keys!(A X 0, B Y 1, C Z 2, D W 3);
tuple_keys!(A X 0, B Y 1, C Z 2, D W 3, E V 4);

macro_rules! tuple_prefixes {
    ($($part:ident $like:ident $index:tt),+; $($rest:ident),+) => {
        impl<$($part,)+ $($rest,)+ $($like: AsKey<$part>),+>
            AsPrefix<($($part,)+ $($rest,)+)> for ($($like,)+)
        {
            fn encode_prefix(&self, into: &mut Vec<u8>) {
                $(self.$index.encode(into);)+
            }
        }
    };
}

tuple_prefixes!(A X 0; B);
tuple_prefixes!(A X 0; B, C);
tuple_prefixes!(A X 0; B, C, D);
tuple_prefixes!(A X 0; B, C, D, E);
tuple_prefixes!(A X 0, B Y 1; C);
tuple_prefixes!(A X 0, B Y 1; C, D);
tuple_prefixes!(A X 0, B Y 1; C, D, E);
tuple_prefixes!(A X 0, B Y 1, C Z 2; D);
tuple_prefixes!(A X 0, B Y 1, C Z 2; D, E);
tuple_prefixes!(A X 0, B Y 1, C Z 2, D W 3; E);

/// No leading part: every key of the scope. Only useful before a text prefix.
impl<K: Key> AsPrefix<K> for () {
    fn encode_prefix(&self, _into: &mut Vec<u8>) {}
}

impl<K, T: AsPrefix<K>> AsPrefix<K> for &T {
    fn encode_prefix(&self, into: &mut Vec<u8>) {
        (**self).encode_prefix(into);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes<K: Key>(key: &K) -> Vec<u8> {
        let mut bytes = Vec::new();
        key.encode(&mut bytes);
        bytes
    }

    fn check<K: Key + Ord + std::fmt::Debug>(a: K, b: K) -> Result<(), TestCaseError> {
        prop_assert_eq!(bytes(&a).cmp(&bytes(&b)), a.cmp(&b));
        for key in [a, b] {
            let encoded = bytes(&key);
            let mut rest = encoded.as_slice();
            prop_assert_eq!(K::decode(&mut rest), Some(key));
            prop_assert!(rest.is_empty());
        }
        Ok(())
    }

    /// Few distinct characters, zero among them, so that prefixes and escapes collide often.
    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!['\0', '\u{1}', 'a', 'ÿ']), 0..5)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn texts_and_tuples_sort_as_values(
            a in (text(), any::<i64>(), prop::option::of(text())),
            b in (text(), any::<i64>(), prop::option::of(text())),
        ) {
            check(a.clone(), b.clone())?;
            check((a.0.clone(), Reverse(a.0.clone()), a.2), (b.0.clone(), Reverse(b.0), b.2))?;
            check(
                (Reverse(Timestamp::from_micros(a.1)), true, a.0.into_bytes()),
                (Reverse(Timestamp::from_micros(b.1)), false, b"".to_vec()),
            )?;
        }

        #[test]
        fn numbers_sort_as_values(a in any::<(i8, u16, i128)>(), b in any::<(i8, u16, i128)>()) {
            check(a, b)?;
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = <(String, Option<Scope>, Reverse<Vec<u8>>)>::decode(&mut bytes.as_slice());
            let _ = <(bool, AccountId, Arn)>::decode(&mut bytes.as_slice());
        }
    }

    #[test]
    fn a_text_is_passed_over_to_its_end() {
        let encoded = bytes(&("a\0b".to_owned(), "c".to_owned()));
        let mut rest = encoded.as_slice();
        assert_eq!(<(Unread, String)>::decode(&mut rest), Some((Unread, "c".to_owned())));
        assert!(rest.is_empty());
        assert_eq!(Unread::decode(&mut b"abc".as_slice()), None);
    }

    #[test]
    fn scopes_of_one_account_stay_together() {
        let scope = |account: &str, region: &str| {
            Scope::new(account.parse().unwrap(), region.parse().unwrap())
        };
        let (a, b) = (scope("000000000001", "us-east-1"), scope("000000000001", "us-east-10"));
        let c = scope("000000000002", "eu-west-1");
        assert!(bytes(&a) < bytes(&b) && bytes(&b) < bytes(&c));
        let mut account = Vec::new();
        a.account.encode(&mut account);
        assert!(bytes(&b).starts_with(&account));
        assert!(!bytes(&b).starts_with(&bytes(&a)));
    }
}
