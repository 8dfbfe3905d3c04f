//! What functions say when they cannot answer, in the dialect's codes.

use aquifer_sql::SqlError;
use datafusion::error::DataFusionError;

/// An argument has a value the function cannot take.
pub(crate) fn invalid_argument(message: impl Into<String>) -> DataFusionError {
    SqlError::user("INVALID_FUNCTION_ARGUMENT", message).into()
}

/// A value cannot be converted to the asked type.
pub(crate) fn invalid_cast(message: impl Into<String>) -> DataFusionError {
    SqlError::user("INVALID_CAST_ARGUMENT", message).into()
}

/// A result does not fit its type.
pub(crate) fn out_of_range(message: impl Into<String>) -> DataFusionError {
    SqlError::user("NUMERIC_VALUE_OUT_OF_RANGE", message).into()
}

/// The function does not take such arguments.
pub(crate) fn no_such_function(message: impl Into<String>) -> DataFusionError {
    SqlError::user("FUNCTION_NOT_FOUND", message).into()
}
