//! Byte ranges of reads.

use std::ops::Range;

use platform::Result;

use crate::error;
use crate::model::Version;

/// The bytes a read is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub range: Range<u64>,
    /// Whether the answer says which bytes it holds.
    pub partial: bool,
}

impl Wanted {
    /// `bytes 0-9/100`.
    pub fn content_range(&self, size: u64) -> Option<String> {
        (self.partial && !self.range.is_empty())
            .then(|| format!("bytes {}-{}/{size}", self.range.start, self.range.end - 1))
    }
}

/// What a read asks for by range or part number.
pub(crate) fn wanted(
    version: &Version,
    range: Option<&str>,
    part_number: Option<i32>,
) -> Result<Wanted> {
    if let Some(number) = part_number {
        if range.is_some() {
            return Err(error::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            ));
        }
        return part(version, number);
    }
    match range.and_then(|text| Some((text, parse(text)?))) {
        None => Ok(Wanted { range: 0..version.size, partial: false }),
        Some((text, asked)) => {
            let range = asked
                .within(version.size)
                .ok_or_else(|| error::invalid_range(text, version.size))?;
            Ok(Wanted { range, partial: true })
        }
    }
}

fn part(version: &Version, number: i32) -> Result<Wanted> {
    if version.parts.is_empty() && number == 1 {
        return Ok(Wanted { range: 0..version.size, partial: true });
    }
    let mut start = 0;
    for part in &version.parts {
        if part.number == number {
            return Ok(Wanted { range: start..start + part.size, partial: true });
        }
        start += part.size;
    }
    Err(platform::Fail::new(
        "InvalidPartNumber",
        416,
        "The requested partnumber is not satisfiable",
    ))
}

/// A range as a client writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    FromTo(u64, u64),
    From(u64),
    Last(u64),
}

impl Asked {
    /// The bytes of an object of `size`; `None` when there are none.
    pub fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::FromTo(first, last) => first..last.saturating_add(1).min(size),
            Self::From(first) => first..size,
            Self::Last(0) => return None,
            Self::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// Reads `bytes=…`. What is not one well-formed range is no range: the whole object is meant.
pub(crate) fn parse(text: &str) -> Option<Asked> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", last) => last.parse().ok().map(Asked::Last),
        (first, "") => first.parse().ok().map(Asked::From),
        (first, last) => {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(Asked::FromTo(first, last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
        let within = |text, size| parse(text).expect("a range").within(size);
        assert_eq!(within("bytes=0-9", 100), Some(0..10));
        assert_eq!(within("bytes=90-200", 100), Some(90..100));
        assert_eq!(within("bytes=-5", 100), Some(95..100));
        assert_eq!(within("bytes=-500", 100), Some(0..100));
        assert_eq!(within("bytes=100-", 100), None);
        assert_eq!(within("bytes=-0", 100), None);
        assert_eq!(within("bytes=0-", 0), None);
        for none in ["bytes=5-1", "bytes=a-b", "bytes=1-2,4-5", "items=0-1", "bytes=-"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
