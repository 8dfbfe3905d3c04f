//! `soundex(string) → varchar`: American Soundex of an English word.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("soundex").takes(&[Type::Varchar], Type::Varchar, evaluate).finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let texts = rows.text(0);
    rows.varchars(|row| Ok(Some(soundex(texts.at(row)))))
}

fn code(letter: char) -> Option<char> {
    match letter {
        'B' | 'F' | 'P' | 'V' => Some('1'),
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => Some('2'),
        'D' | 'T' => Some('3'),
        'L' => Some('4'),
        'M' | 'N' => Some('5'),
        'R' => Some('6'),
        _ => None,
    }
}

fn soundex(text: &str) -> String {
    let mut letters =
        text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase());
    let Some(first) = letters.next() else { return String::new() };
    let mut out = String::from(first);
    let mut last = code(first);
    for letter in letters {
        let code = code(letter);
        if let Some(digit) = code.filter(|_| code != last) {
            out.push(digit);
        }
        // H and W do not divide equal codes; vowels do.
        if !matches!(letter, 'H' | 'W') {
            last = code;
        }
        if out.len() == 4 {
            break;
        }
    }
    format!("{out:0<4}")
}

#[cfg(test)]
mod tests {
    use super::soundex;

    #[test]
    fn known_codes() {
        for (word, code) in [("Robert", "R163"), ("Ashcraft", "A261"), ("Tymczak", "T522")] {
            assert_eq!(soundex(word), code);
        }
        assert_eq!(soundex("Pfister"), "P236");
        assert_eq!(soundex("a"), "A000");
    }
}
