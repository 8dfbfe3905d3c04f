//! JSON paths: `$`, `.name`, `["name"]`, `[0]`. Wildcards and filters are not of this dialect.

use datafusion::common::Result;

use super::super::error::invalid_argument;
use super::scan::{Kind, Value};

/// A compiled path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path(Vec<String>);

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self> {
        steps(text.trim())
            .map(Self)
            .ok_or_else(|| invalid_argument(format!("Invalid JSON path: '{text}'")))
    }

    /// The value the path leads to.
    pub(super) fn find<'a>(&self, value: Value<'a>) -> Option<Value<'a>> {
        self.0.iter().try_fold(value, |value, step| match value.kind() {
            Kind::Object => value.members().find(|(name, _)| name == step).map(|(_, found)| found),
            Kind::Array => value.elements().nth(step.parse().ok()?),
            _ => None,
        })
    }
}

fn steps(path: &str) -> Option<Vec<String>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    let bare = |c: char| c.is_alphanumeric() || "_-:$/@|#".contains(c);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(|c| !bare(c)).unwrap_or(after.len());
            if end == 0 {
                return None;
            }
            steps.push(after[..end].to_owned());
            rest = &after[end..];
            continue;
        }
        let after = rest.strip_prefix('[')?;
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        match quote {
            Some(quote) => {
                let (name, after) = quoted(&after[1..], quote)?;
                steps.push(name);
                rest = after.strip_prefix(']')?;
            }
            None => {
                let (name, after) = after.split_once(']')?;
                if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    return None;
                }
                steps.push(name.to_owned());
                rest = after;
            }
        }
    }
    Some(steps)
}

fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let (_, escaped) = chars.next()?;
                if escaped != quote && escaped != '\\' {
                    return None;
                }
                name.push(escaped);
            }
            c if c == quote => return Some((name, &text[at + 1..])),
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let json = r#"{"a": {"b c": [10, {"x": "y"}]}, "0": 1}"#;
        let value = Value::parse(json).unwrap();
        let find = |path: &str| Path::parse(path).unwrap().find(value).map(Value::raw);
        assert_eq!(find("$.a[\"b c\"][0]"), Some("10"));
        assert_eq!(find("$['a']['b c'].1.x"), Some("\"y\""));
        assert_eq!(find("$.0"), Some("1"));
        assert_eq!(find("$.a.zz"), None);
        assert_eq!(find("$"), Some(json));
        for bad in ["", "a", "$.", "$[*]", "$.a.*", "$..a", "$['a", "$[]"] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }
}
