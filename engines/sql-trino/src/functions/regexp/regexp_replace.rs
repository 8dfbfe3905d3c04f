//! `regexp_replace(string, pattern[, replacement]) → varchar`: every match, with nothing by
//! default; `$1` and `${name}` are groups, a backslash escapes.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use fancy_regex::{Captures, Regex};

use super::super::error::invalid_argument;
use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{compile, failed};

pub(super) fn function() -> ScalarUDF {
    Function::named("regexp_replace")
        .takes(&[Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .takes(&[Type::Varchar, Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let replacements = (rows.arguments() == 3).then(|| rows.text(2));
    let mut compiled = Memo::default();
    rows.varchars(|row| {
        let regex = compiled.get(patterns.at(row), compile)?;
        let replacement = replacements.as_ref().map_or("", |texts| texts.at(row));
        replace(regex, texts.at(row), replacement).map(Some)
    })
}

fn replace(regex: &Regex, text: &str, replacement: &str) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    let mut after = 0;
    for captures in regex.captures_iter(text) {
        let captures = captures.map_err(|error| failed(&error))?;
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(&text[after..whole.start()]);
        expand(regex, &captures, replacement, &mut out)?;
        after = whole.end();
    }
    out.push_str(&text[after..]);
    Ok(out)
}

fn expand(regex: &Regex, found: &Captures<'_>, template: &str, out: &mut String) -> Result<()> {
    let illegal = || invalid_argument(format!("Illegal replacement sequence: {template}"));
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = rest.chars().next().ok_or_else(illegal)?;
                out.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            }
            '$' if rest.starts_with('{') => {
                let (name, after) = rest[1..].split_once('}').ok_or_else(illegal)?;
                rest = after;
                if !regex.capture_names().flatten().any(|known| known == name) {
                    return Err(illegal());
                }
                out.push_str(found.name(name).map_or("", |group| group.as_str()));
            }
            '$' => {
                // As many digits as still name a group; the first must.
                let mut digits = 0;
                let mut group = 0;
                for digit in rest.bytes().take_while(u8::is_ascii_digit) {
                    let longer = group * 10 + usize::from(digit - b'0');
                    if longer >= regex.captures_len() {
                        break;
                    }
                    group = longer;
                    digits += 1;
                }
                if digits == 0 {
                    return Err(illegal());
                }
                rest = &rest[digits..];
                out.push_str(found.get(group).map_or("", |group| group.as_str()));
            }
            other => out.push(other),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, pattern: &str, replacement: &str) -> String {
        replace(&compile(pattern).unwrap(), text, replacement)
            .unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn every_match_with_groups() {
        assert_eq!(run("1a 2b 14m", r"(\d+)([ab]) ", "3c$2 "), "3ca 3cb 14m");
        assert_eq!(run("ab", "(a)(b)", "$2$12"), "ba2");
        assert_eq!(run("x", "(?<n>x)", "<${n}>"), "<x>");
        assert_eq!(run("x", "x", r"\$1"), "$1");
        assert_eq!(run("abc", "", "-"), "-a-b-c-");
        assert_eq!(run("foobar", "foo(?=bar)", ""), "bar");
        assert!(run("x", "x", "$1").contains("Illegal replacement sequence"));
    }
}
