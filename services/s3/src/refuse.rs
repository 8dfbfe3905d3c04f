//! Parameters of requests that ask for what this version does not do: refused by name, before any
//! effect, rather than accepted and forgotten.

use platform::Result;

use crate::error;

/// Refuses the first of the named members that is set.
macro_rules! refuse {
    ($input:expr, $($member:ident => $header:literal),+ $(,)?) => {
        $(if $input.$member.is_some() {
            return Err($crate::error::not_implemented($header));
        })+
    };
}

pub(crate) use refuse;

/// No bucket here has Object Lock, so there is nothing to bypass.
pub(crate) fn bypass(asked: Option<bool>) -> Result<()> {
    let Some(asked) = asked else { return Ok(()) };
    Err(error::invalid_argument(
        "x-amz-bypass-governance-retention",
        &asked.to_string(),
        "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
    ))
}
