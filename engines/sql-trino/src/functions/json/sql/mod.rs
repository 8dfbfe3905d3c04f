//! The standard's JSON functions behind their syntax: `json_exists`, `json_value`, `json_query` as
//! `$json_…(input, path, options, names, passed values …)`, and the makers `json_array` and
//! `json_object`. What they answer where nothing or an error is found is in the options; a DEFAULT
//! is chosen by `$json_state`.

mod evaluate;
mod item;
mod make;
mod path;

use aquifer_sql::SqlError;
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows};
use evaluate::Evaluation;
use item::Item;
use path::Path;

pub(super) fn all() -> Vec<ScalarUDF> {
    let text = |given: &[DataType]| fits(given).then(|| (present(given), DataType::Utf8));
    let truth = |given: &[DataType]| fits(given).then(|| (present(given), DataType::Boolean));
    const SHOWN: &str = "json_input, json_path";
    let mut all = vec![
        Function::named("$json_value").sees_nulls().takes_any(SHOWN, text, value).finish(),
        Function::named("$json_state").sees_nulls().takes_any(SHOWN, text, state).finish(),
        Function::named("$json_query").sees_nulls().takes_any(SHOWN, text, query).finish(),
        Function::named("$json_exists").sees_nulls().takes_any(SHOWN, truth, exists).finish(),
    ];
    all.extend(make::all());
    all
}

/// The input is text, or bytes of text; what is passed is JSON text.
fn fits(given: &[DataType]) -> bool {
    let text = |t: &DataType| t.is_string() || t.is_null();
    given.len() >= 4 && (text(&given[0]) || given[0].is_binary()) && given[1..].iter().all(text)
}

/// NULL without a type is text that is NULL.
fn present(given: &[DataType]) -> Vec<DataType> {
    let text = |t: &DataType| if t.is_null() { DataType::Utf8 } else { t.clone() };
    given.iter().map(text).collect()
}

fn failure(code: &'static str, message: String) -> DataFusionError {
    SqlError::user(code, message).into()
}

/// What went wrong, with its code.
type Outcome<T> = std::result::Result<T, (&'static str, String)>;

struct Arguments<'a> {
    rows: &'a Rows,
    names: Vec<String>,
    options: Vec<String>,
    memo: Memo<Path>,
}

impl<'a> Arguments<'a> {
    fn of(rows: &'a Rows) -> Self {
        let words = |argument: usize, divider: char| -> Vec<String> {
            let text = rows.text(argument).at(0);
            text.split(divider).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        Self { rows, options: words(2, ' '), names: words(3, '\n'), memo: Memo::default() }
    }

    fn option(&self, index: usize) -> &str {
        self.options.get(index).map_or("", String::as_str)
    }

    /// The items found; `None` for an input that is NULL.
    fn find(&mut self, row: usize) -> Result<Option<Outcome<Vec<Item>>>> {
        if self.rows.is_null(0, row) || self.rows.is_null(1, row) {
            return Ok(None);
        }
        let path = self.memo.get(self.rows.text(1).at(row), Path::parse)?;
        let owned;
        let input = if self.rows.data_type(0).is_binary() {
            let bytes = datafusion::arrow::compute::cast(self.rows.array(0), &DataType::Binary)?;
            let bytes = datafusion::arrow::array::AsArray::as_binary::<i32>(&bytes);
            owned = String::from_utf8_lossy(bytes.value(self.rows.index(0, row))).into_owned();
            owned.as_str()
        } else {
            self.rows.text(0).at(row)
        };
        let malformed =
            |_: ()| ("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: ".to_owned());
        let Some(root) = Item::parse(input) else { return Ok(Some(Err(malformed(())))) };
        let mut variables = Vec::with_capacity(self.names.len());
        for (i, name) in self.names.iter().enumerate() {
            let argument = 4 + i;
            let item = match self.rows.is_null(argument, row) {
                true => Item::Null,
                false => match Item::parse(self.rows.text(argument).at(row)) {
                    Some(item) => item,
                    None => return Ok(Some(Err(malformed(())))),
                },
            };
            variables.push((name.clone(), item));
        }
        let found = Evaluation { path, root: &root, variables: &variables }.run();
        Ok(Some(
            found
                .map_err(|why| ("PATH_EVALUATION_ERROR", format!("path evaluation failed: {why}"))),
        ))
    }
}

/// One scalar: its text, NULL for JSON's null; or nothing at all.
fn scalar(found: Outcome<Vec<Item>>) -> Outcome<Option<Option<String>>> {
    const CODE: &str = "JSON_VALUE_RESULT_ERROR";
    let error =
        |what: &str| (CODE, format!("cannot extract SQL scalar from JSON: JSON path found {what}"));
    let mut items = found?;
    if items.len() > 1 {
        return Err(error("multiple items"));
    }
    match items.pop() {
        None => Ok(None),
        Some(Item::Null) => Ok(Some(None)),
        Some(Item::Text(text)) => Ok(Some(Some(text))),
        Some(Item::Array(_) | Item::Object(_)) => {
            Err(error("an item that cannot be converted to an SQL value"))
        }
        Some(other) => Ok(Some(Some(other.text()))),
    }
}

/// Options: what is answered on empty, what on error: `null`, `error` or `default`.
fn value(rows: &Rows) -> Result<ArrayRef> {
    let mut arguments = Arguments::of(rows);
    rows.varchars(|row| {
        let Some(found) = arguments.find(row)? else { return Ok(None) };
        match scalar(found) {
            Ok(Some(value)) => Ok(value),
            Ok(None) if arguments.option(0) == "error" => Err(failure(
                "JSON_VALUE_RESULT_ERROR",
                "cannot extract SQL scalar from JSON: JSON path found no items".to_owned(),
            )),
            Err((code, message)) if arguments.option(1) == "error" => Err(failure(code, message)),
            _ => Ok(None),
        }
    })
}

/// Which of `value`, `empty` and `error` the outcome is.
fn state(rows: &Rows) -> Result<ArrayRef> {
    let mut arguments = Arguments::of(rows);
    rows.varchars(|row| {
        let Some(found) = arguments.find(row)? else { return Ok(Some("value")) };
        Ok(Some(match scalar(found) {
            Ok(Some(_)) => "value",
            Ok(None) => "empty",
            Err(_) => "error",
        }))
    })
}

/// Options: the wrapper, what becomes of quotes, what is answered on empty, what on error.
fn query(rows: &Rows) -> Result<ArrayRef> {
    let mut arguments = Arguments::of(rows);
    rows.varchars(|row| {
        let Some(found) = arguments.find(row)? else { return Ok(None) };
        let (code, message, answer) = match found {
            Ok(items) if items.is_empty() => (
                "JSON_QUERY_RESULT_ERROR",
                "cannot extract JSON from JSON: JSON path found no items".to_owned(),
                arguments.option(2),
            ),
            Ok(items) => match wrapped(items, arguments.option(0)) {
                Some(Item::Text(text)) if arguments.option(1) == "omit" => return Ok(Some(text)),
                Some(item) => return Ok(Some(item.text())),
                None => (
                    "JSON_QUERY_RESULT_ERROR",
                    "cannot extract JSON from JSON: JSON path found multiple items".to_owned(),
                    arguments.option(3),
                ),
            },
            Err((code, message)) => (code, message, arguments.option(3)),
        };
        match answer {
            "error" => Err(failure(code, message)),
            "array" => Ok(Some("[]".to_owned())),
            "object" => Ok(Some("{}".to_owned())),
            _ => Ok(None),
        }
    })
}

fn wrapped(mut items: Vec<Item>, wrapper: &str) -> Option<Item> {
    let single = items.len() == 1;
    let container = matches!(items.as_slice(), [Item::Array(_) | Item::Object(_)]);
    match wrapper {
        "unconditional" => Some(Item::Array(items)),
        "conditional" if !container => Some(Item::Array(items)),
        _ if single => items.pop(),
        _ => None,
    }
}

/// Option: what is answered on error.
fn exists(rows: &Rows) -> Result<ArrayRef> {
    let mut arguments = Arguments::of(rows);
    rows.booleans(|row| {
        let Some(found) = arguments.find(row)? else { return Ok(None) };
        match found {
            Ok(items) => Ok(Some(!items.is_empty())),
            Err((code, message)) => match arguments.option(0) {
                "true" => Ok(Some(true)),
                "unknown" => Ok(None),
                "error" => Err(failure(code, message)),
                _ => Ok(Some(false)),
            },
        }
    })
}
