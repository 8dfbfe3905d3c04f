//! Ids, as AWS gives them: a prefix and seventeen hexadecimal digits.

use platform::Ctx;

/// Digits after the prefix.
const DIGITS: usize = 17;

pub(crate) fn new(ctx: &Ctx, prefix: &str) -> String {
    format!("{prefix}{}", ctx.ids().hex(DIGITS))
}
