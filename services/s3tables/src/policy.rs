//! Policies of table buckets and tables.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-resource-based-policies.html>

use aquifer_policy::{Document, DocumentKind};
use platform::Result;

use crate::error;

/// Refuses text that is no policy of a resource.
pub(crate) fn check(text: &str) -> Result<()> {
    let read = Document::parse(text, DocumentKind::Resource);
    read.map(drop).map_err(|problem| error::invalid(problem.sentence()))
}
