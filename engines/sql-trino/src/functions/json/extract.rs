//! `json_extract(json, path) → json`, `json_extract_scalar(json, path) → varchar`: NULL where the
//! path leads nowhere or the text is no JSON. The standard's `json_query(json, path) → varchar`,
//! `json_value(json, path) → varchar` and `json_exists(json, path) → boolean` in their plain forms.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::memo::Memo;
use super::super::scalar::{Function, Rows, Type};
use super::path::Path;
use super::scan::{Kind, Value};

const ARGUMENTS: &[Type] = &[Type::Json, Type::Varchar];

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("json_extract").takes(ARGUMENTS, Type::Json, extract).finish(),
        Function::named("json_extract_scalar").takes(ARGUMENTS, Type::Varchar, scalar).finish(),
        Function::named("json_value").takes(ARGUMENTS, Type::Varchar, scalar).finish(),
        Function::named("json_query").takes(ARGUMENTS, Type::Varchar, query).finish(),
        Function::named("json_exists").takes(ARGUMENTS, Type::Boolean, exists).finish(),
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

fn query(rows: &Rows) -> Result<ArrayRef> {
    let (texts, paths) = (rows.text(0), rows.text(1));
    let mut memo = Memo::default();
    rows.varchars(|row| {
        let found = find(&mut memo, texts.at(row), paths.at(row))?;
        let found = found.filter(|value| matches!(value.kind(), Kind::Object | Kind::Array));
        Ok(found.map(|value| value.canonical(false)))
    })
}

fn exists(rows: &Rows) -> Result<ArrayRef> {
    let (texts, paths) = (rows.text(0), rows.text(1));
    let mut memo = Memo::default();
    rows.booleans(|row| Ok(Some(find(&mut memo, texts.at(row), paths.at(row))?.is_some())))
}
