//! `FOR TIMESTAMP AS OF`, `FOR VERSION AS OF`: which state of a table a query means.
//!
//! The planner knows tables by their names alone, so a state becomes part of the name, behind a mark
//! that no query can write; what it is called in the query stays as its alias.

use std::ops::ControlFlow;
use std::time::Instant;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, SelectItem, SetExpr, TableAlias, TableFactor,
    TableVersion, Visit, VisitMut, Visitor, VisitorMut,
};
use futures::StreamExt;
use futures::future::BoxFuture;

use crate::error::SqlError;
use crate::foreign::Version;
use crate::front_end::OutputNames;
use crate::session::Session;
use crate::statement::ParsedQuery;

/// What parts a table's name from the state or the sight of it that is meant.
const MARK: char = '\u{0}';
/// The rows with their places.
const ROWS: &str = "r";

/// A name in the planner, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Marked {
    pub version: Option<Version>,
    pub rows: bool,
}

/// Takes a name apart.
pub(crate) fn unmarked(name: &str) -> (&str, Marked) {
    let Some((name, mark)) = name.split_once(MARK) else { return (name, Marked::default()) };
    if mark == ROWS {
        return (name, Marked { version: None, rows: true });
    }
    let (kind, value) = mark.split_at(mark.len().min(1));
    let version = match kind {
        "t" => value.parse().ok().map(Version::At),
        "n" => value.parse().ok().map(Version::Number),
        _ => name_of(value).map(Version::Name),
    };
    (name, Marked { version, rows: false })
}

/// Names of states are kept as numbers, for names of tables lose their case.
fn name_of(hex: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

fn mark_of(version: &Version) -> String {
    match version {
        Version::At(micros) => format!("t{micros}"),
        Version::Number(number) => format!("n{number}"),
        Version::Name(name) => {
            let hex: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
            format!("b{hex}")
        }
    }
}

/// Names a factor's table anew, as one whose rows are to be changed.
pub(crate) fn mark_rows(factor: &mut TableFactor) {
    rename(factor, ROWS);
}

fn rename(factor: &mut TableFactor, mark: &str) {
    let TableFactor::Table { name, alias, version, .. } = factor else { return };
    *version = None;
    let Some(ObjectNamePart::Identifier(last)) = name.0.last_mut() else { return };
    if alias.is_none() {
        let name = last.clone();
        *alias = Some(TableAlias { explicit: true, name, columns: vec![], at: None });
    }
    last.value = format!("{}{MARK}{mark}", last.value);
}

impl Session {
    /// Puts the states that a query names into the names of its tables.
    pub(crate) fn resolve_versions<'a>(
        &'a self,
        query: &'a mut Query,
    ) -> BoxFuture<'a, Result<(), SqlError>> {
        Box::pin(async move {
            let mut wanted = Wanted::default();
            let _ = Visit::visit(query, &mut wanted);
            let mut marks = Vec::with_capacity(wanted.0.len());
            for version in wanted.0 {
                marks.push(mark_of(&self.version(version).await?));
            }
            if !marks.is_empty() {
                marks.reverse();
                let _ = VisitMut::visit(query, &mut Renamer(marks));
            }
            Ok(())
        })
    }

    async fn version(&self, version: TableVersion) -> Result<Version, SqlError> {
        match version {
            TableVersion::TimestampAsOf(expr) => at(self.constant(expr).await?),
            TableVersion::ForSystemTimeAsOf(expr) => numbered(self.constant(expr).await?),
            other => {
                let message = format!("mismatched input '{other}'");
                Err(SqlError::user("SYNTAX_ERROR", message))
            }
        }
    }

    /// The value of an expression over no table.
    async fn constant(&self, expr: Expr) -> Result<ScalarValue, SqlError> {
        let mut ast = crate::change::bare_select();
        if let SetExpr::Select(select) = ast.body.as_mut() {
            select.projection =
                vec![SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', "version") }];
        }
        let parsed = ParsedQuery { ast, names: OutputNames::default() };
        let query = self.plan_query(parsed, Instant::now()).await?;
        let mut running = self.start(query).await?;
        while let Some(batch) = running.stream.next().await {
            let batch = batch.map_err(|error| self.explain_error(error))?;
            if batch.num_rows() > 0 {
                return ScalarValue::try_from_array(batch.column(0), 0)
                    .map_err(|error| self.explain_error(error));
            }
        }
        Err(SqlError::internal("a constant has no value"))
    }
}

fn at(value: ScalarValue) -> Result<Version, SqlError> {
    let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let moment = match value.data_type() {
        DataType::Timestamp(..) | DataType::Date32 => value.cast_to(&zoned).ok(),
        _ => None,
    };
    match moment {
        Some(ScalarValue::TimestampMicrosecond(Some(micros), _)) => Ok(Version::At(micros)),
        _ => Err(SqlError::user(
            "TYPE_MISMATCH",
            "Type of the pointer of FOR TIMESTAMP AS OF must be a timestamp",
        )),
    }
}

fn numbered(value: ScalarValue) -> Result<Version, SqlError> {
    let data_type = value.data_type();
    let found = if data_type.is_integer() {
        value.cast_to(&DataType::Int64)
    } else {
        value.cast_to(&DataType::Utf8)
    };
    match found {
        Ok(ScalarValue::Int64(Some(number))) => Ok(Version::Number(number)),
        Ok(ScalarValue::Utf8(Some(name))) => Ok(Version::Name(name)),
        _ => Err(SqlError::user(
            "TYPE_MISMATCH",
            "Type of the pointer of FOR VERSION AS OF must be a number or a name",
        )),
    }
}

/// The states a query names, in the order they are met.
#[derive(Default)]
struct Wanted(Vec<TableVersion>);

impl Visitor for Wanted {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { version: Some(version), .. } = factor {
            self.0.push(version.clone());
        }
        ControlFlow::Continue(())
    }
}

/// Puts marks, the next one last, where states are named.
struct Renamer(Vec<String>);

impl VisitorMut for Renamer {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if matches!(factor, TableFactor::Table { version: Some(_), .. })
            && let Some(mark) = self.0.pop()
        {
            rename(factor, &mark);
        }
        ControlFlow::Continue(())
    }
}

/// The last part of a name, as written.
pub(crate) fn last_part(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(ObjectNamePart::as_ident)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_travel_in_names() {
        for version in [Version::At(-5), Version::Number(7), Version::Name("Été".into())] {
            let name = format!("t{MARK}{}", mark_of(&version)).to_lowercase();
            assert_eq!(unmarked(&name), ("t", Marked { version: Some(version), rows: false }));
        }
        assert_eq!(unmarked("t$files"), ("t$files", Marked::default()));
        assert_eq!(unmarked(&format!("t{MARK}r")).1, Marked { version: None, rows: true });
    }
}
