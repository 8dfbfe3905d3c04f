//! The parser's errors in Trino's words: where, what was found, what was expected.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::parser::ParserError;

/// A syntax error with its place. sqlparser writes both into one sentence.
pub(crate) fn syntax_error(error: ParserError, end: (u64, u64)) -> SqlError {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => {
            return SqlError::user(
                "STATEMENT_TOO_LARGE",
                "statement is too large (stack overflow while parsing)",
            );
        }
    };
    let (message, at) = match message.rsplit_once(" at Line: ") {
        Some((message, place)) => (message, place_of(place)),
        None => (message.as_str(), None),
    };
    let (line, column) = at.unwrap_or(end);
    let message =
        match message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: ")) {
            Some((expected, "EOF")) => {
                format!("mismatched input '<EOF>'. Expecting: {}", expectations(expected))
            }
            Some((expected, found)) => {
                format!("mismatched input '{found}'. Expecting: {}", expectations(expected))
            }
            None => message.to_owned(),
        };
    let code = match message.ends_with("is not a valid DECIMAL literal") {
        true => "INVALID_LITERAL",
        false => "SYNTAX_ERROR",
    };
    SqlError::user(code, message).at(line, column)
}

fn place_of(text: &str) -> Option<(u64, u64)> {
    let (line, column) = text.split_once(", Column: ")?;
    Some((line.trim().parse().ok()?, column.trim().parse().ok()?))
}

fn expectations(expected: &str) -> String {
    match expected {
        "an expression" => "<expression>".to_owned(),
        "end of statement" => "<EOF>".to_owned(),
        "identifier" | "an identifier" => "<identifier>".to_owned(),
        "SELECT, VALUES, or a subquery in the query body" => "<query>".to_owned(),
        token if token.chars().all(|c| !c.is_alphanumeric()) => format!("'{token}'"),
        words => words.to_owned(),
    }
}
