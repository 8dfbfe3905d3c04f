//! Lines of text that a grok expression reads.

use super::{Classification, Inference, Text};
use crate::grok::Grok;

/// Lines looked at.
const LINES_MAX: u64 = 1_000;
/// An expression that matches fewer of them is another file's.
const MATCHING_MIN: f64 = 0.9;

pub(super) fn infer(text: &Text<'_>, grok: &Grok) -> Option<Inference> {
    let (mut rows, mut matching, mut end) = (0, 0, 0);
    for line in text.plain.split_inclusive(|byte| *byte == b'\n') {
        let whole = line.ends_with(b"\n") || !text.cut;
        if !whole || rows == LINES_MAX {
            break;
        }
        end += line.len();
        let line = line.trim_ascii_end();
        if !line.is_empty() {
            rows += 1;
            matching += u64::from(grok.matches(line));
        }
    }
    if rows == 0 || (matching as f64) < rows as f64 * MATCHING_MIN {
        return None;
    }
    let mut inference = Inference::new(Classification::Lines, text.compression);
    inference.measure(rows, end, text.plain.len(), text.stored);
    inference.row_count = (!text.cut && end == text.plain.len()).then_some(rows);
    inference.columns = grok.columns().to_vec();
    Some(inference)
}
