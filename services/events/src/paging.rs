//! Lists in pages: `Limit` and `NextToken`.

use platform::{Result, decode_token};

use crate::error;

/// What a page holds where nobody says, and at most.
const LIMIT: usize = 100;

/// The page a caller asks for.
pub(crate) struct Paging {
    /// What it starts after; empty at the beginning.
    pub after: String,
    pub limit: usize,
}

impl Paging {
    /// The page after a token of this very list.
    ///
    /// # Errors
    /// `ValidationException` for other tokens.
    pub fn new(list: &str, token: Option<&str>, limit: Option<i32>) -> Result<Self> {
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIMIT);
        let after = match token {
            None => String::new(),
            Some(token) => decode_token(list, token)
                .ok_or_else(|| error::invalid("Parameter NextToken is not valid."))?,
        };
        Ok(Self { after, limit })
    }
}
