//! Names of topics and subscriptions, and the ARNs that carry them.

use platform::{Arn, Ctx, Result, Scope};

use crate::error;

/// The end of the names of FIFO topics.
pub(crate) const FIFO_SUFFIX: &str = ".fifo";

/// The longest a name may be.
const NAME_MAX: usize = 256;

/// Checks the name of a topic to be.
///
/// # Errors
/// AWS's refusal of other names.
pub(crate) fn check(name: &str, fifo: bool) -> Result<()> {
    let stem = if fifo { name.strip_suffix(FIFO_SUFFIX) } else { Some(name) };
    let good = |stem: &str| {
        !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if name.len() <= NAME_MAX && stem.is_some_and(good) {
        return Ok(());
    }
    Err(error::invalid("Topic Name"))
}

/// The ARN of a topic.
pub(crate) fn arn(scope: &Scope, name: &str) -> String {
    Arn::new("sns", scope, name).to_string()
}

/// The context in which a topic's rows are, and its name. Whether the caller may do anything with a
/// topic of another account has been judged by then.
///
/// # Errors
/// AWS's refusal of what is no ARN of a topic in this region.
pub(crate) fn topic(ctx: &Ctx, parameter: &str, text: &str) -> Result<(Ctx, String)> {
    let refused = || error::arn(parameter, text);
    let parsed: Arn = text.parse().map_err(|_| refused())?;
    let account = parsed.account().ok_or_else(refused)?;
    let scope = Scope::new(account, ctx.region().clone());
    let name = parsed.resource();
    if name.is_empty() || name.contains([':', '/']) || arn(&scope, name) != text {
        return Err(refused());
    }
    Ok((ctx.with_scope(scope), name.to_owned()))
}

/// The context of a subscription's rows, the name of its topic, and its id.
///
/// # Errors
/// AWS's refusal of what is no ARN of a subscription in this region.
pub(crate) fn subscription(ctx: &Ctx, text: &str) -> Result<(Ctx, String, String)> {
    let (arn, id) = text.rsplit_once(':').ok_or_else(|| error::arn("SubscriptionArn", text))?;
    if text.split(':').count() != 7 {
        return Err(error::arn("SubscriptionArn", text));
    }
    let (ctx, name) = topic(ctx, "SubscriptionArn", arn)?;
    Ok((ctx, name, id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_few_characters_and_fifo_says_so() {
        for (name, fifo, good) in [
            ("jobs", false, true),
            ("a-b_C9", false, true),
            ("", false, false),
            ("a.fifo", false, false),
            ("a.fifo", true, true),
            (".fifo", true, false),
            ("a", true, false),
            (&"a".repeat(257), false, false),
        ] {
            assert_eq!(check(name, fifo).is_ok(), good, "{name}");
        }
    }
}
