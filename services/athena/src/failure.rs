//! Why a query failed, as its status tells it: a sentence with a code and a place, the category,
//! AWS's number for the kind of error, whether it may be tried again.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>

use aquifer_sql::{Category, SqlError};
use aquifer_sql_hive::ParseError;
use platform::Fail;
use serde::{Deserialize, Serialize};

use crate::access::is_denial;

/// Kinds of the error catalog that are told apart here.
mod kind {
    pub(super) const RESOURCES: i32 = 0;
    pub(super) const INTERNAL: i32 = 100;
    pub(super) const METASTORE: i32 = 204;
    pub(super) const RESULT_WRITE: i32 = 401;
    pub(super) const USER: i32 = 1000;
    pub(super) const DATA: i32 = 1001;
    pub(super) const DDL: i32 = 1003;
    pub(super) const SYNTAX: i32 = 1006;
    pub(super) const TABLE_PROPERTY: i32 = 1103;
    pub(super) const VIEW: i32 = 1107;
    pub(super) const NO_TABLE: i32 = 1110;
    pub(super) const NOT_SUPPORTED: i32 = 1200;
    pub(super) const NOT_FOUND: i32 = 1301;
    pub(super) const PERMISSION: i32 = 1500;
}

/// Whose fault it is, in AWS's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Blame {
    System = 1,
    User = 2,
    Other = 3,
}

/// A query's failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The state's reason, code and place included.
    pub reason: String,
    pub blame: Blame,
    /// The error catalog's number.
    pub kind: i32,
    pub retryable: bool,
    /// Not a failure at all: the query was told to stop.
    #[serde(default)]
    pub cancelled: bool,
}

impl Failure {
    fn user(kind: i32, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), blame: Blame::User, kind, retryable: false, cancelled: false }
    }

    /// A definition that was refused.
    pub(crate) fn ddl(reason: impl Into<String>) -> Self {
        Self::user(kind::DDL, reason)
    }

    /// A definition that makes no sense.
    pub(crate) fn semantic(reason: impl std::fmt::Display) -> Self {
        Self::ddl(format!("FAILED: SemanticException {reason}"))
    }

    /// A definition that the catalog could not carry out.
    pub(crate) fn execution(reason: impl std::fmt::Display) -> Self {
        Self::ddl(format!(
            "FAILED: Execution Error, return code 1 from \
             org.apache.hadoop.hive.ql.exec.DDLTask. {reason}"
        ))
    }

    /// A statement that is understood and not carried out here, or by AWS.
    pub(crate) fn not_supported(sentence: impl std::fmt::Display) -> Self {
        Self::user(kind::NOT_SUPPORTED, format!("NOT_SUPPORTED: {sentence}"))
    }

    /// The process that ran the query ended, and nothing of it is left.
    pub(crate) fn interrupted() -> Self {
        Self {
            reason: "Query was interrupted by a restart".to_owned(),
            blame: Blame::System,
            kind: kind::INTERNAL,
            retryable: true,
            cancelled: false,
        }
    }

    /// The process that ran the query ended, and what it wrote could not be removed: a second run
    /// may write it twice.
    pub(crate) fn half_done(location: &str, fail: &Fail) -> Self {
        let reason = format!(
            "Query was interrupted by a restart, and what it may have written to {location} could \
             not be removed: {}",
            fail.message()
        );
        Self { reason, retryable: false, ..Self::interrupted() }
    }

    pub(crate) fn timed_out() -> Self {
        Self { blame: Blame::Other, ..Self::user(210, "Query timeout") }
    }

    /// The result could not be written to `url`.
    pub(crate) fn result_write(url: &str, fail: &Fail) -> Self {
        let reason = if is_denial(fail) {
            format!(
                "Access denied when writing output to url: {url} . Please ensure you are allowed \
                 to access the S3 bucket. If specifying an expected bucket owner, confirm the \
                 bucket is owned by the expected account. If you are encrypting query results with \
                 KMS key, please ensure you are allowed to access your KMS key"
            )
        } else {
            format!("Failed to write the output to url: {url} . {}", fail.message())
        };
        let blame = if fail.is_sender() { Blame::User } else { Blame::System };
        Self { blame, retryable: !fail.is_sender(), ..Self::user(kind::RESULT_WRITE, reason) }
    }

    /// What Glue answered to a definition.
    pub(crate) fn catalog(fail: &Fail) -> Self {
        if is_denial(fail) {
            let reason = format!("PERMISSION_DENIED: {}", fail.message());
            return Self::user(kind::PERMISSION, reason);
        }
        if fail.is_sender() {
            let reason = format!("{}(message:{})", fail.code(), fail.message());
            return Self::execution(reason);
        }
        Self {
            blame: Blame::System,
            retryable: true,
            ..Self::user(kind::METASTORE, format!("HIVE_METASTORE_ERROR: {}", fail.message()))
        }
    }

    /// What S3 answered while a statement other than a query used `url`.
    pub(crate) fn storage(url: &str, fail: &Fail) -> Self {
        if is_denial(fail) {
            let reason = format!("PERMISSION_DENIED: Access Denied: {url}: {}", fail.message());
            return Self::user(kind::PERMISSION, reason);
        }
        let reason = format!("HIVE_FILESYSTEM_ERROR: {url}: {}", fail.message());
        let blame = if fail.is_sender() { Blame::User } else { Blame::System };
        Self { blame, retryable: !fail.is_sender(), ..Self::user(kind::DATA, reason) }
    }
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        let kind = match &*error.code {
            "PERMISSION_DENIED" => kind::PERMISSION,
            "SYNTAX_ERROR" | "COLUMN_NOT_FOUND" | "TYPE_MISMATCH" | "AMBIGUOUS_NAME" => {
                kind::SYNTAX
            }
            "TABLE_NOT_FOUND" => kind::NO_TABLE,
            "SCHEMA_NOT_FOUND" | "CATALOG_NOT_FOUND" => kind::NOT_FOUND,
            "NOT_SUPPORTED" => kind::NOT_SUPPORTED,
            "INVALID_TABLE_PROPERTY" => kind::TABLE_PROPERTY,
            "INVALID_VIEW" => kind::VIEW,
            "HIVE_METASTORE_ERROR" => kind::METASTORE,
            code if code.starts_with("HIVE_") => kind::DATA,
            _ => match error.category {
                Category::User => kind::USER,
                Category::System => kind::INTERNAL,
                Category::External => kind::DATA,
                Category::Resources => kind::RESOURCES,
            },
        };
        let blame = match error.category {
            Category::User => Blame::User,
            Category::System => Blame::System,
            // What the caller may not read is the caller's affair.
            Category::External if kind == kind::PERMISSION => Blame::User,
            Category::External | Category::Resources => Blame::Other,
        };
        let (retryable, cancelled) = (error.retryable, error.is_cancelled());
        Self { blame, retryable, cancelled, ..Self::user(kind, error.to_string()) }
    }
}

impl From<ParseError> for Failure {
    fn from(error: ParseError) -> Self {
        Self::user(kind::SYNTAX, error.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blame_follows_who_can_mend_it() {
        let missing = SqlError::user("TABLE_NOT_FOUND", "Table 'x' does not exist").at(1, 15);
        let failure = Failure::from(missing);
        assert_eq!(failure.reason, "TABLE_NOT_FOUND: line 1:15: Table 'x' does not exist");
        assert_eq!((failure.blame, failure.kind), (Blame::User, 1110));

        let denied = Failure::from(SqlError::external("PERMISSION_DENIED", "Access Denied: a"));
        assert_eq!((denied.blame, denied.kind), (Blame::User, 1500));
        assert!(Failure::from(SqlError::cancelled()).cancelled);

        let fail = Fail::new("AlreadyExistsException", 400, "Table t already exists.");
        let failure = Failure::catalog(&fail);
        assert!(
            failure.reason.ends_with("AlreadyExistsException(message:Table t already exists.)")
        );
    }
}
