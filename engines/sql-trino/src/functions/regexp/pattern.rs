//! Compiling a pattern and what can go wrong with it.

use datafusion::common::Result;
use datafusion::error::DataFusionError;
use fancy_regex::{Captures, Regex};

use super::super::error::invalid_argument;

pub(in super::super) fn compile(pattern: &str) -> Result<Regex> {
    Regex::new(pattern).map_err(|error| invalid_argument(format!("{error}")))
}

/// Matching took too many steps.
pub(in super::super) fn failed(error: &fancy_regex::Error) -> DataFusionError {
    invalid_argument(format!("Regular expression cannot be matched: {error}"))
}

/// A group of a match as text; an error if the pattern has no such group.
pub(super) fn group<'t>(
    regex: &Regex,
    captures: &Captures<'t>,
    group: i64,
) -> Result<Option<&'t str>> {
    let index = checked_group(regex, group)?;
    Ok(captures.get(index).map(|found| found.as_str()))
}

pub(super) fn checked_group(regex: &Regex, group: i64) -> Result<usize> {
    let groups = regex.captures_len() - 1;
    if group < 0 {
        return Err(invalid_argument("Group cannot be negative"));
    }
    match usize::try_from(group) {
        Ok(index) if index <= groups => Ok(index),
        _ => Err(invalid_argument(format!(
            "Pattern has {groups} groups. Cannot access group {group}"
        ))),
    }
}
