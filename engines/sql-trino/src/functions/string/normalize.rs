//! `normalize(string[, form]) → varchar`: Unicode's normal forms, NFC by default. The form is a
//! word of the syntax, which rewriting turns into text.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("normalize")
        .takes(&[Type::Varchar], Type::Varchar, evaluate)
        .takes(&[Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    let forms = (rows.arguments() == 2).then(|| rows.text(1));
    rows.varchars(|row| {
        let form = forms.as_ref().map_or("nfc", |forms| forms.at(row));
        let text = texts.at(row);
        Ok(Some(match form {
            "nfc" => ComposingNormalizerBorrowed::new_nfc().normalize(text),
            "nfkc" => ComposingNormalizerBorrowed::new_nfkc().normalize(text),
            "nfd" => DecomposingNormalizerBorrowed::new_nfd().normalize(text),
            "nfkd" => DecomposingNormalizerBorrowed::new_nfkd().normalize(text),
            other => {
                return Err(invalid_argument(format!(
                    "Normalization form must be one of [NFD, NFC, NFKD, NFKC]: {other}"
                )));
            }
        }))
    })
}

#[cfg(test)]
mod tests {
    use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

    #[test]
    fn forms_differ() {
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize("e\u{301}");
        assert_eq!(composed, "\u{e9}");
        assert_eq!(DecomposingNormalizerBorrowed::new_nfkd().normalize("\u{fb01}"), "fi");
    }
}
