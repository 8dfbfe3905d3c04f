//! `substr(string, start[, length]) → varchar`: a negative start counts from the end, a start of 0
//! or beyond the text is empty.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("substr")
        .alias("substring")
        .takes(&[Type::Varchar, Type::Bigint], Type::Varchar, evaluate)
        .takes(&[Type::Varchar, Type::Bigint, Type::Bigint], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, starts) = (rows.text(0), rows.long(1));
    let lengths = (rows.arguments() == 3).then(|| rows.long(2));
    rows.varchars(|row| {
        let length = lengths.as_ref().map_or(i64::MAX, |lengths| lengths.at(row));
        Ok(Some(substr(texts.at(row), starts.at(row), length)))
    })
}

fn substr(text: &str, start: i64, length: i64) -> &str {
    let size = if text.is_ascii() { text.len() } else { text.chars().count() };
    let place = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let skip = match start {
        0 => return "",
        1.. => place - 1,
        _ => match size.checked_sub(place) {
            Some(skip) => skip,
            None => return "",
        },
    };
    let (Ok(length), true) = (usize::try_from(length), skip < size) else { return "" };
    let end = skip.saturating_add(length).min(size);
    if text.is_ascii() {
        return &text[skip..end];
    }
    let byte = |index| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    &text[byte(skip)..byte(end)]
}

#[cfg(test)]
mod tests {
    use super::substr;

    #[test]
    fn starts_and_lengths() {
        assert_eq!(substr("Quadratically", 5, 6), "ratica");
        assert_eq!(substr("Quadratically", -4, i64::MAX), "ally");
        assert_eq!(substr("aéb", 2, 1), "é");
        assert_eq!(substr("abc", 0, 2), "");
        assert_eq!(substr("abc", -4, 2), "");
        assert_eq!(substr("abc", 4, 2), "");
        assert_eq!(substr("abc", 2, -1), "");
        assert_eq!(substr("abc", i64::MIN, i64::MAX), "");
    }
}
