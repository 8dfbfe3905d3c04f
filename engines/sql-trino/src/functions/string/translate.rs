//! `translate(source, from, to) → varchar`: characters replaced one for one; those of `from` with
//! no partner in `to` are dropped.

use std::collections::HashMap;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};

pub(super) fn function() -> ScalarUDF {
    Function::named("translate")
        .takes(&[Type::Varchar, Type::Varchar, Type::Varchar], Type::Varchar, evaluate)
        .finish()
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let (texts, from, to) = (rows.text(0), rows.text(1), rows.text(2));
    rows.varchars(|row| {
        let mut table: HashMap<char, Option<char>> = HashMap::new();
        let partners = to.at(row).chars().map(Some).chain(std::iter::repeat(None));
        for (from, to) in from.at(row).chars().zip(partners) {
            table.entry(from).or_insert(to);
        }
        let replaced = texts.at(row).chars();
        let replaced = replaced.filter_map(|c| table.get(&c).copied().unwrap_or(Some(c)));
        Ok(Some(replaced.collect::<String>()))
    })
}
