//! `regexp_position(string, pattern[, start[, occurrence]]) → integer`: from one, -1 when absent.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::pattern::{compile, failed};

pub(super) fn function() -> ScalarUDF {
    use Type::{Bigint, Integer, Varchar};
    Function::named("regexp_position")
        .takes(&[Varchar, Varchar], Integer, evaluate)
        .takes(&[Varchar, Varchar, Bigint], Integer, evaluate)
        .takes(&[Varchar, Varchar, Bigint, Bigint], Integer, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, patterns) = (rows.text(0), rows.text(1));
    let number = |argument: usize, row: usize| {
        if argument < rows.arguments() { rows.long(argument).at(row) } else { 1 }
    };
    let mut compiled = Memo::default();
    rows.make::<Int32Type>(|row| {
        let (text, start, occurrence) = (texts.at(row), number(2, row), number(3, row));
        let (Ok(start), Ok(occurrence)) = (usize::try_from(start), usize::try_from(occurrence))
        else {
            return Err(invalid_argument("start and occurrence must be positive"));
        };
        if start == 0 || occurrence == 0 {
            return Err(invalid_argument("start and occurrence must be positive"));
        }
        let Some((from, _)) = text.char_indices().nth(start - 1) else { return Ok(Some(-1)) };
        let mut matches = compiled.get(patterns.at(row), compile)?.find_iter(&text[from..]);
        match matches.nth(occurrence - 1).transpose().map_err(|error| failed(&error))? {
            Some(found) => {
                let before = text[..from + found.start()].chars().count();
                Ok(i32::try_from(before + 1).ok())
            }
            None => Ok(Some(-1)),
        }
    })
}
