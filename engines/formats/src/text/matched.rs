//! Lines taken apart by a regular expression: each group of a match is a column. A line that does
//! not match is a row of NULLs, a value that is not of its column's type is NULL.

use super::Selected;
use super::column::Column;
use super::lines::Lines;
use super::pattern::TimestampFormats;
use crate::error::{Error, Result};
use crate::grok::Grok;
use crate::options::{PatternOptions, PatternStyle};
use crate::text_match::Matcher;

/// The rows of a file of lines.
pub(super) struct MatchedRows {
    matcher: Matcher,
    lines: Lines,
    formats: TimestampFormats,
    /// By column, its group; none if the expression has no such group.
    groups: Vec<Option<usize>>,
}

impl MatchedRows {
    pub(super) fn new(options: &PatternOptions, columns: &[Selected]) -> Result<Self> {
        if let Some(column) = columns.iter().find(|c| c.ty.is_nested()) {
            return Err(Error::Options(format!(
                "column {} is of type {}: a part of a line holds no nested values",
                column.name, column.ty
            )));
        }
        let (matcher, groups) = match &options.style {
            PatternStyle::Regex { case_insensitive } => {
                let matcher = Matcher::whole_line(&options.expression, *case_insensitive)
                    .map_err(|e| Error::Options(format!("not a regular expression: {e}")))?;
                let count = matcher.groups();
                let group = |c: &Selected| (c.index < count).then_some(c.index + 1);
                (matcher, columns.iter().map(group).collect())
            }
            PatternStyle::Grok { custom } => {
                let grok = Grok::for_rows(&options.expression, custom)
                    .map_err(|e| Error::Options(format!("grok expression: {e}")))?;
                let groups = columns.iter().map(|c| grok.group_of(&c.name)).collect();
                (Matcher::anywhere(grok.into_regex()), groups)
            }
        };
        let formats = TimestampFormats::new(&options.timestamp_formats)
            .map_err(|p| Error::Options(format!("timestamp formats are not understood: {p}")))?;
        Ok(MatchedRows { matcher, lines: Lines::new(true), formats, groups })
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    pub(super) fn lines_mut(&mut self) -> &mut Lines {
        &mut self.lines
    }

    /// The selected columns of the first `n` lines. An error names the row, from zero.
    pub(super) fn build(
        &mut self,
        data: &[u8],
        n: usize,
        columns: &[Selected],
    ) -> Result<Vec<Column>, (usize, Error)> {
        let mut built: Vec<Column> = columns.iter().map(|c| Column::new(&c.ty, true, n)).collect();
        let mut places = Vec::new();
        for (row, line) in self.lines.first(n).iter().enumerate() {
            let text = &data[line.from as usize..line.to as usize];
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            let found = self
                .matcher
                .places(text, &mut places)
                .map_err(|message| (row, Error::Row { line: 0, message }))?;
            for (column, group) in built.iter_mut().zip(&self.groups) {
                let place = group.and_then(|group| places.get(group).cloned().flatten());
                let value = place.filter(|_| found).and_then(|place| text.get(place));
                if !value.is_some_and(|value| column.push_scalar(value, &self.formats)) {
                    column.push_null();
                }
            }
        }
        Ok(built)
    }
}
