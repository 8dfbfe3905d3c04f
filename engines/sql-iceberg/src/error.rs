//! What goes wrong with Iceberg tables, in the words of the query engine.

use aquifer_iceberg::Error;
use aquifer_sql::SqlError;

/// Metadata, manifests or data files that cannot be read.
pub fn invalid_metadata(message: impl Into<String>) -> SqlError {
    SqlError::user("ICEBERG_INVALID_METADATA", message)
}

/// A data file that is not what the table says.
pub(crate) fn bad_data(message: impl Into<String>) -> SqlError {
    SqlError::user("ICEBERG_BAD_DATA", message)
}

/// A change that somebody else's stands in the way of.
pub fn commit_failed(message: impl Into<String>) -> SqlError {
    SqlError { retryable: true, ..SqlError::external("ICEBERG_COMMIT_ERROR", message) }
}

/// What the engine of tables refused.
pub fn refused(error: Error) -> SqlError {
    match error {
        Error::Conflict(message) => commit_failed(message),
        Error::Invalid(message) => SqlError::user("INVALID_TABLE_PROPERTY", message),
        error @ Error::Unsupported(_) => SqlError::not_supported(error.to_string()),
        Error::Corrupt(message) => invalid_metadata(message),
    }
}
