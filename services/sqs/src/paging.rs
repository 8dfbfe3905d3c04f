//! Lists in pages: `MaxResults` and `NextToken`.

use platform::{Result, decode_token};

use crate::error;

/// The most a page holds, and what it holds where nobody says.
const RESULTS_MAX: usize = 1_000;

/// The page a caller asks for.
pub(crate) struct Paging {
    /// The name after which it starts; empty at the beginning.
    pub after: String,
    pub limit: usize,
}

impl Paging {
    /// Checks a request for a page of a list.
    ///
    /// # Errors
    /// AWS's refusal of other numbers, and of tokens of other lists.
    pub fn new(list: &str, token: Option<&str>, max: Option<i32>) -> Result<Self> {
        let limit = match max {
            None => RESULTS_MAX,
            Some(max) => {
                let limit = usize::try_from(max).ok().filter(|max| (1..=RESULTS_MAX).contains(max));
                limit.ok_or_else(|| {
                    error::invalid(
                        "Value for parameter MaxResults is invalid. Reason: MaxResults must be an \
                         integer between 1 and 1000.",
                    )
                })?
            }
        };
        let after = match token {
            None | Some("") => String::new(),
            Some(token) => decode_token(list, token)
                .ok_or_else(|| error::invalid("Invalid or expired next token."))?,
        };
        Ok(Self { after, limit })
    }
}
