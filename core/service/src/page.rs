//! Lists in pages, and the opaque tokens between them.

use crate::fail::Fail;

/// Marks our tokens, so that text that is none is told apart.
const MAGIC: &[u8] = b"aq1";

/// The token under which the next page starts after `key`, for one list of one operation.
///
/// Tokens are opaque to clients; a token of another list does not decode here.
pub fn encode_token(list: &str, key: &str) -> String {
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + key.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&checksum(list, key).to_be_bytes());
    bytes.extend_from_slice(key.as_bytes());
    to_hex(&bytes)
}

/// The key of a token of this list, or `None` for garbage.
pub fn decode_token(list: &str, token: &str) -> Option<String> {
    let bytes = from_hex(token)?;
    let rest = bytes.strip_prefix(MAGIC)?;
    let (sum, key) = rest.split_at_checked(4)?;
    let key = std::str::from_utf8(key).ok()?;
    (sum == checksum(list, key).to_be_bytes()).then(|| key.to_owned())
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next_token: Option<String>,
}

impl<T> Page<T> {
    /// Takes a page of at most `limit` items off an iterator that starts after the token's key;
    /// `key` names an item.
    ///
    /// # Errors
    /// The first error of the iterator.
    pub fn take<E: Into<Fail>>(
        list: &str,
        items: impl Iterator<Item = Result<T, E>>,
        limit: usize,
        key: impl Fn(&T) -> String,
    ) -> Result<Self, Fail> {
        let mut page = Vec::new();
        let mut next_token = None;
        for item in items {
            let item = item.map_err(Into::into)?;
            if page.len() == limit {
                next_token = page.last().map(|last| encode_token(list, &key(last)));
                break;
            }
            page.push(item);
        }
        Ok(Self { items: page, next_token })
    }
}

/// FNV-1a: tells garbage from tokens; nothing is protected by it.
fn checksum(list: &str, key: &str) -> u32 {
    list.bytes()
        .chain([0])
        .chain(key.bytes())
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to memory cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_belong_to_their_list() {
        let token = encode_token("GetTables/db", "flights");
        assert_eq!(decode_token("GetTables/db", &token).as_deref(), Some("flights"));
        assert_eq!(decode_token("GetTables/other", &token), None);
        assert_eq!(decode_token("GetTables/db", "garbage"), None);
        assert_eq!(decode_token("GetTables/db", "é"), None);
    }

    #[test]
    fn pages_end_where_the_items_do() {
        let take = |limit| {
            let items = ["a", "b", "c"].iter().map(|item| Ok::<_, Fail>((*item).to_owned()));
            Page::take("l", items, limit, Clone::clone).expect("no errors")
        };
        assert_eq!(take(2).items, ["a", "b"]);
        assert!(take(2).next_token.is_some());
        assert_eq!(take(3).next_token, None);
    }
}
