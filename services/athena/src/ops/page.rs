//! Pages of lists: how many at once, where a token says to go on.

use platform::{Result, decode_token, encode_token};

use crate::error;

/// How many items a page has, at most `max`, where the request says or not.
pub(super) fn limit(asked: Option<i32>, max: usize) -> usize {
    asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(max).clamp(1, max)
}

/// The key after which a page starts.
pub(super) fn after(list: &str, token: Option<&str>) -> Result<Option<String>> {
    let Some(token) = token else { return Ok(None) };
    decode_token(list, token).map(Some).ok_or_else(error::invalid_token)
}

/// The token of the page after this key, if there is one.
pub(super) fn next(list: &str, more: bool, last: Option<&str>) -> Option<String> {
    last.filter(|_| more).map(|last| encode_token(list, last))
}

/// A page of a list that is in memory as a whole.
pub(super) fn whole<T>(
    list: &str,
    items: Vec<T>,
    token: Option<&str>,
    limit: usize,
) -> Result<(Vec<T>, Option<String>)> {
    let from = match after(list, token)? {
        None => 0,
        Some(from) => from.parse::<usize>().map_err(|_| error::invalid_token())?,
    };
    let to = from.saturating_add(limit);
    let more = to < items.len();
    let page = items.into_iter().skip(from).take(limit).collect();
    Ok((page, next(list, more, Some(&to.to_string()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_whole_list_meet() {
        let (first, token) = whole("l", vec![1, 2, 3], None, 2).unwrap();
        assert_eq!(first, [1, 2]);
        let (rest, end) = whole("l", vec![1, 2, 3], token.as_deref(), 2).unwrap();
        assert_eq!((rest, end), (vec![3], None));
        assert!(whole("l", vec![1], Some("garbage"), 2).is_err());
        assert_eq!((limit(None, 50), limit(Some(3), 50), limit(Some(500), 50)), (50, 3, 50));
    }
}
