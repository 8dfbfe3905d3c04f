//! A refused or failed query: a code, a place in the text, a sentence, and who is to blame.

use std::borrow::Cow;
use std::fmt;

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// The query or its data: asking again gives the same answer.
    User,
    /// This engine or what it stands on.
    System,
    /// What the query asked of others: the catalog, the object store.
    External,
    /// A limit of memory, disk or rows.
    Resources,
}

/// Why a query did not run to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// A stable word such as `COLUMN_NOT_FOUND`.
    pub code: Cow<'static, str>,
    /// Line and column in the query's text, both from one, if the place is known.
    pub at: Option<(u64, u64)>,
    /// One sentence, without code or place.
    pub message: String,
    /// Whose fault it is.
    pub category: Category,
    /// Whether asking again later may succeed.
    pub retryable: bool,
}

impl SqlError {
    /// An error of the query's author, without a place.
    pub fn user(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        SqlError {
            code: code.into(),
            at: None,
            message: message.into(),
            category: Category::User,
            retryable: false,
        }
    }

    /// Something that should not happen.
    pub fn internal(message: impl Into<String>) -> Self {
        SqlError {
            code: "GENERIC_INTERNAL_ERROR".into(),
            at: None,
            message: message.into(),
            category: Category::System,
            retryable: false,
        }
    }

    /// A failure of what the engine asks: the catalog or the object store.
    pub fn external(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        SqlError { category: Category::External, ..SqlError::user(code, message) }
    }

    /// The query was cancelled by whoever holds its token.
    pub fn cancelled() -> Self {
        SqlError::user("USER_CANCELED", "Query was canceled")
    }

    /// A feature that is understood and not there.
    pub fn not_supported(message: impl Into<String>) -> Self {
        SqlError::user("NOT_SUPPORTED", message)
    }

    /// Places the error at a line and column, both from one; (0, 0) places it nowhere.
    pub fn at(mut self, line: u64, column: u64) -> Self {
        self.at = (line > 0).then_some((line, column));
        self
    }

    /// Places the error where a token starts.
    pub fn at_span(self, span: datafusion::sql::sqlparser::tokenizer::Span) -> Self {
        self.at(span.start.line, span.start.column)
    }

    /// Whether it is the cancellation of [`SqlError::cancelled`].
    pub fn is_cancelled(&self) -> bool {
        self.code == "USER_CANCELED"
    }

    /// The place and the sentence, without the code.
    pub fn detail(&self) -> String {
        match self.at {
            Some((line, column)) => format!("line {line}:{column}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail())
    }
}

impl std::error::Error for SqlError {}

impl From<SqlError> for datafusion::error::DataFusionError {
    fn from(error: SqlError) -> Self {
        datafusion::error::DataFusionError::External(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_print_code_place_and_sentence() {
        let error = SqlError::user("COLUMN_NOT_FOUND", "Column 'x' cannot be resolved").at(1, 8);
        assert_eq!(error.to_string(), "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved");
        let error = SqlError::user("DIVISION_BY_ZERO", "Division by zero").at(0, 0);
        assert_eq!(error.to_string(), "DIVISION_BY_ZERO: Division by zero");
    }
}
