//! `regexp_replace(string, pattern, function(array(varchar), varchar)) → varchar`: each match gives
//! way to what the function makes of its groups. Rewriting tells it from the form with a text.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListBuilder, StringArray, StringBuilder, UInt32Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::HigherOrderUDF;

use super::super::memo::Memo;
use super::super::regexp::pattern::{compile, failed};
use super::super::scalar::list_of;
use super::call::{Call, HigherOrder, settled};

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "$regexp_replace",
        shown: "varchar, varchar, function(array(varchar), varchar)",
        lambdas: 1,
        values: |given| match given {
            [text, pattern] if [text, pattern].iter().all(|t| t.is_string() || t.is_null()) => {
                Some(vec![DataType::Utf8, DataType::Utf8])
            }
            _ => None,
        },
        parameters: |_, _| vec![Some(vec![list_of(DataType::Utf8)])],
        returns: |_, lambdas| {
            let made = lambdas.first()?;
            (made.is_string() || made.is_null()).then_some(DataType::Utf8)
        },
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let texts = call.values[0].as_string::<i32>();
    let patterns = call.values[1].as_string::<i32>();
    // The matches of all rows, where they are, and their groups.
    let mut groups = ListBuilder::new(StringBuilder::new());
    let mut matches: Vec<Vec<(usize, usize)>> = Vec::with_capacity(call.rows);
    let mut rows = Vec::new();
    let mut compiled = Memo::default();
    for row in 0..call.rows {
        let mut own = Vec::new();
        if texts.is_valid(row) && patterns.is_valid(row) {
            let regex = compiled.get(patterns.value(row), compile)?;
            for captures in regex.captures_iter(texts.value(row)) {
                let captures = captures.map_err(|error| failed(&error))?;
                let Some(whole) = captures.get(0) else { continue };
                own.push((whole.start(), whole.end()));
                for group in 1..regex.captures_len() {
                    groups.values().append_option(captures.get(group).map(|m| m.as_str()));
                }
                groups.append(true);
                let row = u32::try_from(row);
                rows.push(row.map_err(|_| exec_datafusion_err!("a batch has too many rows"))?);
            }
        }
        matches.push(own);
    }
    let groups: ArrayRef = Arc::new(groups.finish());
    let groups = cast(&groups, &list_of(DataType::Utf8))?;
    let made = cast(&call.run(0, &[groups], &UInt32Array::from(rows))?, &DataType::Utf8)?;
    let made = made.as_string::<i32>();
    let mut next = 0;
    let mut out: Vec<Option<String>> = Vec::with_capacity(call.rows);
    for (row, own) in matches.iter().enumerate() {
        if texts.is_null(row) || patterns.is_null(row) {
            out.push(None);
            continue;
        }
        let text = texts.value(row);
        let (mut replaced, mut after, mut known) = (String::with_capacity(text.len()), 0, true);
        for (start, end) in own {
            replaced.push_str(&text[after..*start]);
            known &= made.is_valid(next);
            replaced.push_str(if made.is_valid(next) { made.value(next) } else { "" });
            after = *end;
            next += 1;
        }
        replaced.push_str(&text[after..]);
        // A match that becomes NULL leaves nothing known.
        out.push(known.then_some(replaced));
    }
    Ok(Arc::new(StringArray::from(out)))
}
