//! Words, numbers, texts and signs.

use crate::Invalid;

/// Cuts a file into its tokens. Texts keep their quotes.
pub(super) fn tokens(text: &str) -> Result<Vec<String>, Invalid> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        if let Some(comment) = rest.strip_prefix("/*") {
            let Some((_, after)) = comment.split_once("*/") else {
                return Err(Invalid("A comment does not end.".to_owned()));
            };
            rest = after;
            continue;
        }
        let length = match first {
            '"' | '\'' => quoted(rest, first)?,
            c if is_word(c) => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        found.push(token.to_owned());
        rest = after;
    }
    Ok(found)
}

/// Parts of names with their dots, and numbers.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}

fn quoted(text: &str, quote: char) -> Result<usize, Invalid> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => break,
            c if c == quote => return Ok(at + 1),
            _ => {}
        }
    }
    Err(Invalid("A string does not end.".to_owned()))
}
