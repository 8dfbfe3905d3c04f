//! `json_extract(json, path) → json`, `json_extract_scalar(json, path) → varchar`: NULL where the
//! path leads nowhere or the text is no JSON.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::path::Path;
use super::scan::Value;

const ARGUMENTS: &[Type] = &[Type::Json, Type::Varchar];

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("json_extract").takes(ARGUMENTS, Type::Json, extract).finish(),
        Function::named("json_extract_scalar").takes(ARGUMENTS, Type::Varchar, scalar).finish(),
    ]
}

fn find<'a>(memo: &mut Memo<Path>, json: &'a str, path: &str) -> Result<Option<Value<'a>>> {
    let path = memo.get(path, Path::parse)?;
    Ok(Value::parse(json).and_then(|value| path.find(value)))
}

fn extract(rows: &Rows) -> Result<ArrayRef> {
    let (texts, paths) = (rows.text(0), rows.text(1));
    let mut memo = Memo::default();
    rows.varchars(|row| {
        let found = find(&mut memo, texts.at(row), paths.at(row))?;
        Ok(found.map(|value| value.canonical(false)))
    })
}

fn scalar(rows: &Rows) -> Result<ArrayRef> {
    let (texts, paths) = (rows.text(0), rows.text(1));
    let mut memo = Memo::default();
    rows.varchars(|row| Ok(find(&mut memo, texts.at(row), paths.at(row))?.and_then(Value::scalar)))
}
