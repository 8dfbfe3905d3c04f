//! Several values in one header.

use std::borrow::Cow;

/// The items of a header list: separated by commas, those that hold a comma or a quote in quotes.
pub(crate) fn split_list(text: &str) -> Vec<Cow<'_, str>> {
    let mut items = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"')
            && let Some((item, after)) = unquote(quoted)
        {
            items.push(Cow::Owned(item));
            rest = after;
        } else {
            let (item, after) = rest.split_once(',').unwrap_or((rest, ""));
            if !item.trim().is_empty() {
                items.push(Cow::Borrowed(item.trim()));
            }
            rest = after.trim_start();
        }
    }
    items
}

/// What stands before the closing quote, and what follows the comma after it; `None` if the quotes
/// do not enclose the whole item.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut item = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => item.push(chars.next()?.1),
            '"' => {
                let after = text.get(at + 1..)?.trim_start();
                return match after.strip_prefix(',') {
                    Some(after) => Some((item, after.trim_start())),
                    None => after.is_empty().then_some((item, "")),
                };
            }
            c => item.push(c),
        }
    }
    None
}

/// HTTP dates in a row: each holds one comma of its own.
pub(crate) fn split_dates(text: &str) -> Vec<Cow<'_, str>> {
    let mut items = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let end = rest.match_indices(',').nth(1).map_or(rest.len(), |(at, _)| at);
        items.push(Cow::Borrowed(rest.get(..end).unwrap_or_default().trim()));
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    items
}

/// An item that is text, in quotes where it would not be read back as it is.
pub(crate) fn quoted(item: String) -> String {
    if !item.contains(['"', ',']) {
        return item;
    }
    format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_commas_together() {
        for (text, items) in [
            ("a,b , c", &["a", "b", "c"][..]),
            ("\"b,c\", \"\\\"def\\\"\", a", &["b,c", "\"def\"", "a"]),
            ("", &[]),
            (" , ,", &[]),
            // Not a list of quoted items: as it stands.
            ("\"open, b", &["\"open", "b"]),
            ("\"a\"b, c", &["\"a\"b", "c"]),
            ("\"\", x", &["", "x"]),
        ] {
            assert_eq!(split_list(text), items, "{text}");
        }
        for item in ["a", "b,c", "\"def\"", "back\\slash, comma"] {
            assert_eq!(split_list(&quoted(item.to_owned())), [item]);
        }
    }

    #[test]
    fn dates_hold_a_comma_each() {
        let two = "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT";
        assert_eq!(
            split_dates(two),
            ["Mon, 16 Dec 2019 23:48:18 GMT", "Tue, 17 Dec 2019 23:48:18 GMT"]
        );
        assert_eq!(split_dates("Mon, 16 Dec"), ["Mon, 16 Dec"]);
    }
}
