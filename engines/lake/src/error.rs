//! What can go wrong between a table's definition and its files, in this crate's own words.

use thiserror::Error;

/// The result of this crate's operations.
pub type Result<T, E = LakeError> = std::result::Result<T, E>;

/// A failure while listing, reading or writing a table.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LakeError {
    /// A location that is not `scheme://bucket/prefix`.
    #[error("'{location}' is not a location: {message}")]
    Location { location: String, message: String },
    /// The place a new table would fill already holds objects.
    #[error("Target directory for table '{location}' already exists")]
    PathAlreadyExists { location: String },
    /// One statement would write more partitions than it may.
    #[error("Exceeded limit of {limit} open writers for partitions/buckets")]
    TooManyOpenPartitions { limit: usize },
    /// A partition column the rows do not have.
    #[error("Partition column '{column}' is not among the columns written")]
    NoPartitionColumn { column: String },
    /// Rows cannot be put into buckets by these columns.
    #[error("Bucketing is not supported by {message}")]
    Bucket { message: String },
    /// A partition's value that is not of its column's type.
    #[error("Invalid partition value '{value}' for {hive_type} partition key: {key}")]
    PartitionValue { key: String, value: String, hive_type: String },
    /// A partition key whose values only the query can say, and did not.
    #[error(
        "For the injected projected partition column {key}, the WHERE clause must contain only \
         static equality conditions, and at least one such condition must be present."
    )]
    NotInjected { key: String },
    /// More partitions follow from the rules than a scan may have.
    #[error("{message}")]
    TooManyProjected { message: String },
    /// A data file that is not what its table says.
    #[error("{file}: {message}")]
    BadData { file: String, message: String },
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] object_store::Error),
    /// A file could not be encoded or decoded.
    #[error(transparent)]
    Format(#[from] aquifer_formats::Error),
    /// The catalog behind a [`crate::PartitionSource`] refused or failed; the text is its own.
    #[error("{message}")]
    Catalog {
        /// Sentence for whoever asked.
        message: String,
        /// Whether asking again later may succeed.
        retryable: bool,
        /// The cause, kept so that the layer that raised it can recognise it.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The rows to be written failed on their way.
    #[error(transparent)]
    Query(#[from] datafusion::error::DataFusionError),
}

impl From<LakeError> for datafusion::error::DataFusionError {
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::Query(inner) => inner,
            other => datafusion::error::DataFusionError::External(Box::new(other)),
        }
    }
}
