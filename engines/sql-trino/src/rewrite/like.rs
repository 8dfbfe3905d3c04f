//! `LIKE`: in Trino a pattern has an escape character only if one is named; the engine's always
//! has the backslash. Patterns are written anew with it.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use super::build;

/// The pattern, which may be a literal, with the backslash as its escape character.
pub(super) fn pattern(pattern: Expr, escape: Option<ValueWithSpan>) -> Result<Expr, SqlError> {
    let escape = match escape {
        None => None,
        Some(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => Some(text),
        Some(other) => {
            let message = format!("mismatched input '{}'. Expecting: <string>", other.value);
            return Err(SqlError::user("SYNTAX_ERROR", message).at_span(other.span));
        }
    };
    if let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), span }) = &pattern {
        let text = escaped(text, escape.as_deref())?;
        let value = Value::SingleQuotedString(text);
        return Ok(Expr::Value(ValueWithSpan { value, span: *span }));
    }
    let escape = escape.map(build::text);
    Ok(build::call("$like_pattern", std::iter::once(pattern).chain(escape).collect()))
}

/// The pattern's text with the backslash as its escape character.
pub(crate) fn escaped(pattern: &str, escape: Option<&str>) -> Result<String, SqlError> {
    let invalid = |message: &str| SqlError::user("INVALID_FUNCTION_ARGUMENT", message);
    let escape = match escape.map(|e| (e.chars().next(), e.chars().nth(1))) {
        None => None,
        Some((Some(one), None)) => Some(one),
        Some(_) => return Err(invalid("Escape string must be a single character")),
    };
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if Some(c) == escape {
            match chars.next() {
                Some(wild @ ('%' | '_')) => out.extend(['\\', wild]),
                Some('\\') if c == '\\' => out.push_str("\\\\"),
                Some(own) if own == c => out.push(c),
                _ => {
                    let message = "Escape character must be followed by '%', '_' or the escape \
                                   character itself";
                    return Err(invalid(message));
                }
            }
        } else if c == '\\' {
            out.push_str("\\\\");
        } else {
            out.push(c);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_become_backslashes() {
        assert_eq!(escaped("C:\\t%", None).unwrap(), "C:\\\\t%");
        assert_eq!(escaped("10!%!!\\_", Some("!")).unwrap(), "10\\%!\\\\_");
        assert_eq!(escaped("a\\_\\\\", Some("\\")).unwrap(), "a\\_\\\\");
        // The escape character may be one of the wild ones.
        assert_eq!(escaped("%%a%_", Some("%")).unwrap(), "\\%a\\_");
        assert!(escaped("a!b", Some("!")).is_err());
        assert!(escaped("a!", Some("!")).is_err());
        assert!(escaped("a", Some("")).is_err());
        assert!(escaped("a", Some("!!")).is_err());
    }
}
