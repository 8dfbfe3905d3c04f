//! Regular expressions over lines of a file. Those without look-around and back-references are
//! matched in linear time; others by backtracking, within bounds.

use std::ops::Range;

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

/// Steps of backtracking one line may take.
const STEPS_MAX: usize = 1_000_000;
/// Bytes a compiled expression may take.
const COMPILED_MAX: usize = 16 << 20;

/// An expression, ready for use.
pub(crate) enum Matcher {
    Linear(Regex, Box<CaptureLocations>),
    Backtracking(fancy_regex::Regex),
}

impl Matcher {
    /// An expression that a whole line must match.
    pub(crate) fn whole_line(expression: &str, ignore_case: bool) -> Result<Self, String> {
        let flags = if ignore_case { "(?i)" } else { "" };
        let whole = format!("{flags}^(?:{expression})$");
        match RegexBuilder::new(&whole).size_limit(COMPILED_MAX).build() {
            Ok(regex) => Ok(Matcher::anywhere(regex)),
            Err(_) => fancy_regex::RegexBuilder::new(&whole)
                .backtrack_limit(STEPS_MAX)
                .delegate_size_limit(COMPILED_MAX)
                .build()
                .map(Matcher::Backtracking)
                .map_err(|error| error.to_string()),
        }
    }

    /// An expression to be found anywhere in a line.
    pub(crate) fn anywhere(regex: Regex) -> Self {
        let places = Box::new(regex.capture_locations());
        Matcher::Linear(regex, places)
    }

    /// How many groups it has.
    pub(crate) fn groups(&self) -> usize {
        match self {
            Matcher::Linear(regex, _) => regex.captures_len() - 1,
            Matcher::Backtracking(regex) => regex.captures_len() - 1,
        }
    }

    /// Whether a line matches; `places` gets where each group is, the whole match first.
    pub(crate) fn places(
        &mut self,
        line: &[u8],
        places: &mut Vec<Option<Range<usize>>>,
    ) -> Result<bool, String> {
        places.clear();
        match self {
            Matcher::Linear(regex, found) => {
                if regex.captures_read(found, line).is_none() {
                    return Ok(false);
                }
                places.extend((0..found.len()).map(|i| found.get(i).map(|(from, to)| from..to)));
                Ok(true)
            }
            Matcher::Backtracking(regex) => {
                // A line that is no text is none of the expression's.
                let Ok(text) = std::str::from_utf8(line) else { return Ok(false) };
                match regex.captures(text) {
                    Ok(None) => Ok(false),
                    Ok(Some(found)) => {
                        places.extend((0..found.len()).map(|i| found.get(i).map(|m| m.range())));
                        Ok(true)
                    }
                    Err(error) => Err(format!("the regular expression cannot be matched: {error}")),
                }
            }
        }
    }
}

/// How many groups a regular expression of a table has.
pub fn regex_groups(expression: &str) -> Result<usize, String> {
    Matcher::whole_line(expression, false).map(|matcher| matcher.groups())
}
