//! Trust policies: who may assume a role.

use aquifer_policy::{DocumentKind, quota_len};
use platform::Result;

use crate::documents;
use crate::error;

/// Characters other than white space a trust policy may have.
const TRUST_LENGTH_MAX: usize = 2_048;

/// The document, if it is a trust policy and short enough.
pub(super) fn checked(document: String) -> Result<String> {
    documents::check(&document, DocumentKind::Trust)?;
    if quota_len(&document) > TRUST_LENGTH_MAX {
        return Err(error::quota("ACLSizePerRole", TRUST_LENGTH_MAX));
    }
    Ok(document)
}
