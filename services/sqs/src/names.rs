//! Names of queues, and the URLs and ARNs that carry them.

use platform::{AccountId, Arn, Ctx, Result, Scope};

use crate::error;

/// The end of the names of FIFO queues.
pub(crate) const FIFO_SUFFIX: &str = ".fifo";

/// Checks the name of a queue to be.
///
/// # Errors
/// AWS's refusal of other names.
pub(crate) fn check(name: &str, fifo: bool) -> Result<()> {
    let stem = if fifo { name.strip_suffix(FIFO_SUFFIX) } else { Some(name) };
    let good = |stem: &str| {
        !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if name.len() <= 80 && stem.is_some_and(good) {
        return Ok(());
    }
    Err(error::invalid(if fifo {
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or \
         underscores, must end with .fifo suffix and be 1 to 80 in length."
    } else {
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    }))
}

/// The URL under which the caller reaches a queue: at the host where it found this one.
pub(crate) fn url(ctx: &Ctx, name: &str) -> String {
    let account = ctx.scope().account;
    match ctx.host() {
        Some(host) => {
            let scheme = if ctx.secure_transport() { "https" } else { "http" };
            format!("{scheme}://{host}/{account}/{name}")
        }
        None => format!("https://sqs.{}.amazonaws.com/{account}/{name}", ctx.region()),
    }
}

/// Account and name of a queue's URL, whatever its host.
///
/// # Errors
/// `InvalidAddress` for what is no such URL.
pub(crate) fn from_url(url: &str) -> Result<(AccountId, &str)> {
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let name = parts.next().filter(|name| !name.is_empty());
    let account = parts.next().and_then(|account| account.parse().ok());
    account.zip(name).ok_or_else(|| error::invalid_address(url))
}

/// The ARN of a queue.
pub(crate) fn arn(scope: &Scope, name: &str) -> String {
    Arn::new("sqs", scope, name).to_string()
}

/// The name in the ARN of a queue of this scope; none for others.
pub(crate) fn from_arn(scope: &Scope, text: &str) -> Option<String> {
    let parsed: Arn = text.parse().ok()?;
    let name = parsed.resource();
    (!name.is_empty() && arn(scope, name) == text).then(|| name.to_owned())
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
            (&"a".repeat(81), false, false),
        ] {
            assert_eq!(check(name, fifo).is_ok(), good, "{name}");
        }
    }

    #[test]
    fn urls_end_in_account_and_name() {
        let (account, name) = from_url("http://localhost:4566/000000000000/jobs").unwrap();
        assert_eq!((account.as_str(), name), ("000000000000", "jobs"));
        assert!(from_url("/000000000000/jobs/").is_ok(), "the path alone, as old clients send it");
        for bad in ["jobs", "http://localhost/", "http://localhost/x/jobs"] {
            assert!(from_url(bad).unwrap_err().is("InvalidAddress"), "{bad}");
        }
    }

    #[test]
    fn arns_are_of_one_scope() {
        let scope = Scope::default();
        let own = arn(&scope, "jobs");
        assert_eq!(from_arn(&scope, &own).as_deref(), Some("jobs"));
        assert_eq!(from_arn(&scope.in_region("eu-west-1".parse().unwrap()), &own), None);
        assert_eq!(from_arn(&scope, "dummy"), None);
    }
}
