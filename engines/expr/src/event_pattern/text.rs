//! Tests of texts.

use super::TextTest;

pub(super) fn passes(test: &TextTest, value: &str) -> bool {
    match test {
        TextTest::Prefix { text, ignore_case: false } => value.starts_with(text.as_str()),
        TextTest::Suffix { text, ignore_case: false } => value.ends_with(text.as_str()),
        TextTest::Prefix { text, .. } => value.to_lowercase().starts_with(&text.to_lowercase()),
        TextTest::Suffix { text, .. } => value.to_lowercase().ends_with(&text.to_lowercase()),
        TextTest::EqualsIgnoreCase(text) => value.to_lowercase() == text.to_lowercase(),
        TextTest::Wildcard(parts) => wildcard(parts, value),
    }
}

/// The first part begins the value, the last one ends it, and the others come between in their order,
/// each as early as it can.
fn wildcard(parts: &[String], value: &str) -> bool {
    let [first, between @ .., last] = parts else {
        return parts.first().is_some_and(|only| only == value);
    };
    let Some(mut rest) = value.strip_prefix(first.as_str()) else { return false };
    for part in between {
        let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
        rest = after;
    }
    rest.ends_with(last.as_str())
}
