//! `UPDATE`, `DELETE`, `MERGE` as queries: which rows change, where they are, and what they become.
//!
//! A query of this sort answers, for each row that changes, what is done to it ([`Deed`]), its file
//! and place, and the values of all columns after it. What is made of that is the affair of who owns
//! the table.

use std::sync::Arc;
use std::time::Instant;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::sql::sqlparser::ast::{
    AssignmentTarget, BinaryOperator, CaseWhen, Expr, FromTable, GroupByExpr, Ident, Join,
    JoinConstraint, JoinOperator, MergeAction, MergeClause, MergeClauseKind, MergeInsertKind,
    ObjectName, Query, Select, SelectFlavor, SelectItem, SetExpr, Statement as AstStatement,
    TableFactor, TableWithJoins, Value, WildcardAdditionalOptions,
    helpers::attached_token::AttachedToken,
};
use datafusion::sql::sqlparser::tokenizer::Span;
use futures::future::BoxFuture;

use crate::error::SqlError;
use crate::foreign::{ROW_FILE, ROW_POSITION};
use crate::front_end::OutputNames;
use crate::prepared::PreparedQuery;
use crate::running::Outputs;
use crate::session::Session;
use crate::statement::ParsedQuery;
use crate::versions::{last_part, mark_rows};

/// What is done to a row, as the first column of a change says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Nothing: no case of a MERGE is its.
    Nothing = 0,
    /// It goes.
    Delete = 1,
    /// It goes, and another comes.
    Update = 2,
    /// It comes.
    Insert = 3,
}

impl Session {
    /// Plans a change of a table's rows. `fields` are its columns.
    pub fn plan_change<'a>(
        &'a self,
        change: AstStatement,
        fields: &'a [Field],
    ) -> BoxFuture<'a, Result<PreparedQuery, SqlError>> {
        Box::pin(async move {
            let (ast, verb, with_values) = match change {
                AstStatement::Delete(delete) => {
                    let (FromTable::WithFromKeyword(mut from)
                    | FromTable::WithoutKeyword(mut from)) = delete.from;
                    let target = from.pop().ok_or_else(|| SqlError::internal("no table"))?;
                    (deletion(target, delete.selection), "DELETE", false)
                }
                AstStatement::Update(update) => {
                    let assigned = assigned(update.assignments, fields)?;
                    (replacement(update.table, assigned, update.selection), "UPDATE", true)
                }
                AstStatement::Merge(merge) => {
                    let (target, source) = (merge.table, merge.source);
                    (merged(target, source, *merge.on, merge.clauses, fields)?, "MERGE", true)
                }
                _ => return Err(SqlError::internal("not a change of rows")),
            };
            let parsed = ParsedQuery { ast, names: OutputNames::default() };
            let mut query = self.plan_query(parsed, Instant::now()).await?;
            let own = fields.iter().filter(|_| with_values);
            let sources: Vec<Option<usize>> =
                own.clone().enumerate().map(|(i, _)| Some(i + 3)).collect();
            let own: Vec<Field> = own.cloned().collect();
            self.check_types(&query, &sources, &own, verb)?;
            query.schema = row_schema(&own);
            Ok(query)
        })
    }

    /// Runs a query, its columns under a schema of as many.
    pub fn rows_of(
        &self,
        query: PreparedQuery,
        schema: SchemaRef,
    ) -> BoxFuture<'_, Result<SendableRecordBatchStream, SqlError>> {
        let sources = (0..schema.fields().len()).map(Some).collect();
        self.converted(query, Outputs::new(schema, sources))
    }

    /// Runs a query whose rows become a table's; see [`Session::execute_insert`].
    pub fn rows_to_insert<'a>(
        &'a self,
        query: PreparedQuery,
        given: &'a [String],
        fields: &'a [Field],
    ) -> BoxFuture<'a, Result<SendableRecordBatchStream, SqlError>> {
        Box::pin(async move {
            let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
            let sources = crate::write::insert_sources(&query, given, &names)?;
            self.check_types(&query, &sources, fields, "INSERT")?;
            let schema = Arc::new(Schema::new(fields.to_vec()));
            self.converted(query, Outputs::new(schema, sources)).await
        })
    }

    fn converted(
        &self,
        query: PreparedQuery,
        outputs: Outputs,
    ) -> BoxFuture<'_, Result<SendableRecordBatchStream, SqlError>> {
        Box::pin(async move {
            let plan = self.physical_plan(&query).await?;
            let stream = self.stream(&query, plan, outputs)?;
            Ok(Box::pin(stream) as SendableRecordBatchStream)
        })
    }
}

/// What a change answers: deed, file, place, values.
fn row_schema(fields: &[Field]) -> SchemaRef {
    let own = [
        Field::new("deed", DataType::Int32, true),
        Field::new(ROW_FILE, DataType::Utf8, true),
        Field::new(ROW_POSITION, DataType::Int64, true),
    ];
    Arc::new(Schema::new(own.into_iter().chain(fields.iter().cloned()).collect::<Vec<_>>()))
}

fn number(number: i32) -> Expr {
    Expr::value(Value::Number(number.to_string(), false))
}

fn quoted(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

fn named(expr: Expr, name: &str) -> SelectItem {
    SelectItem::ExprWithAlias { expr, alias: quoted(name) }
}

/// What a table is called in its query.
fn called(factor: &TableFactor) -> Ident {
    match factor {
        TableFactor::Table { alias: Some(alias), .. } => alias.name.clone(),
        TableFactor::Table { name, .. } => last_part(name).cloned().unwrap_or_else(|| quoted("")),
        _ => quoted(""),
    }
}

fn column_of(table: &Ident, name: &str) -> Expr {
    let table = Ident { span: Span::empty(), ..table.clone() };
    Expr::CompoundIdentifier(vec![table, quoted(name)])
}

/// The columns that every change begins with.
fn head(deed: Expr, table: &Ident) -> Vec<SelectItem> {
    vec![
        named(deed, "deed"),
        named(column_of(table, ROW_FILE), ROW_FILE),
        named(column_of(table, ROW_POSITION), ROW_POSITION),
    ]
}

fn deletion(mut target: TableWithJoins, selection: Option<Expr>) -> Box<Query> {
    let table = called(&target.relation);
    mark_rows(&mut target.relation);
    select(head(number(Deed::Delete as i32), &table), target, selection)
}

/// The value each column gets, if one is said.
type Assigned<'a> = Vec<(&'a Field, Option<Expr>)>;

fn assigned(
    assignments: Vec<datafusion::sql::sqlparser::ast::Assignment>,
    fields: &[Field],
) -> Result<Assigned<'_>, SqlError> {
    let mut all: Assigned<'_> = fields.iter().map(|field| (field, None)).collect();
    for assignment in assignments {
        let AssignmentTarget::ColumnName(name) = &assignment.target else {
            return Err(SqlError::user("SYNTAX_ERROR", "mismatched input '('"));
        };
        put(&mut all, name, assignment.value)?;
    }
    Ok(all)
}

fn put(all: &mut Assigned<'_>, name: &ObjectName, value: Expr) -> Result<(), SqlError> {
    let Some(last) = last_part(name) else {
        return Err(SqlError::user("SYNTAX_ERROR", "a name is expected"));
    };
    let column = last.value.to_lowercase();
    let Some((_, slot)) = all.iter_mut().find(|(field, _)| *field.name() == column) else {
        let message = format!("The UPDATE SET target column {column} doesn't exist");
        return Err(SqlError::user("COLUMN_NOT_FOUND", message).at_span(last.span));
    };
    if slot.replace(value).is_some() {
        let message = format!("The column {column} is specified more than once");
        return Err(SqlError::user("DUPLICATE_COLUMN_NAME", message).at_span(last.span));
    }
    Ok(())
}

fn replacement(
    mut target: TableWithJoins,
    assigned: Assigned<'_>,
    selection: Option<Expr>,
) -> Box<Query> {
    let table = called(&target.relation);
    mark_rows(&mut target.relation);
    let mut items = head(number(Deed::Update as i32), &table);
    for (at, (field, value)) in assigned.into_iter().enumerate() {
        let value = value.unwrap_or_else(|| column_of(&table, field.name()));
        items.push(named(value, &format!("$value{at}")));
    }
    select(items, target, selection)
}

/// A case of a MERGE: when it is a row's, and what it makes of it.
struct Case<'a> {
    when: Expr,
    deed: Deed,
    values: Assigned<'a>,
}

fn merged(
    mut target: TableFactor,
    source: TableFactor,
    on: Expr,
    clauses: Vec<MergeClause>,
    fields: &[Field],
) -> Result<Box<Query>, SqlError> {
    let table = called(&target);
    let cases = clauses.into_iter().map(|clause| case(clause, &table, fields));
    let cases = cases.collect::<Result<Vec<_>, _>>()?;
    let inserts = cases.iter().any(|case| case.deed == Deed::Insert);
    let choose = |of: &dyn Fn(&Case<'_>) -> Expr, rest: Option<Expr>| Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: cases
            .iter()
            .map(|case| CaseWhen { condition: case.when.clone(), result: of(case) })
            .collect(),
        else_result: rest.map(Box::new),
    };
    let deed = choose(&|case| number(case.deed as i32), Some(number(Deed::Nothing as i32)));
    let mut items = head(deed, &table);
    for (at, field) in fields.iter().enumerate() {
        let value = choose(
            &|case| match (&case.values.get(at), case.deed) {
                (Some((_, Some(value))), _) => value.clone(),
                (_, Deed::Update) => column_of(&table, field.name()),
                _ => Expr::value(Value::Null),
            },
            None,
        );
        items.push(named(value, &format!("$value{at}")));
    }
    mark_rows(&mut target);
    let on = JoinConstraint::On(on);
    // Rows of the source without one of the target matter only to who inserts.
    let join_operator = if inserts { JoinOperator::LeftOuter(on) } else { JoinOperator::Inner(on) };
    let join = Join { relation: target, global: false, join_operator };
    Ok(select(items, TableWithJoins { relation: source, joins: vec![join] }, None))
}

fn case<'a>(clause: MergeClause, table: &Ident, fields: &'a [Field]) -> Result<Case<'a>, SqlError> {
    let file = Box::new(column_of(table, ROW_FILE));
    let met = match clause.clause_kind {
        MergeClauseKind::Matched => Expr::IsNotNull(file),
        MergeClauseKind::NotMatched => Expr::IsNull(file),
        other => {
            let message = format!("mismatched input '{other}'");
            return Err(SqlError::user("SYNTAX_ERROR", message));
        }
    };
    let when = match clause.predicate {
        Some(predicate) => Expr::BinaryOp {
            left: Box::new(met),
            op: BinaryOperator::And,
            right: Box::new(Expr::Nested(Box::new(predicate))),
        },
        None => met,
    };
    let (deed, values) = match clause.action {
        MergeAction::Delete { .. } => (Deed::Delete, Vec::new()),
        MergeAction::Update(update) => (Deed::Update, assigned(update.assignments, fields)?),
        MergeAction::Insert(insert) => {
            let MergeInsertKind::Values(values) = insert.kind else {
                return Err(SqlError::user("SYNTAX_ERROR", "mismatched input 'ROW'"));
            };
            let mut rows = values.rows.into_iter();
            let (Some(row), None) = (rows.next(), rows.next()) else {
                return Err(SqlError::user("SYNTAX_ERROR", "one row of values is expected"));
            };
            let row: Vec<Expr> = row.content;
            let all = || fields.iter().map(|field| ObjectName::from(vec![quoted(field.name())]));
            let names = if insert.columns.is_empty() { all().collect() } else { insert.columns };
            if names.len() != row.len() {
                let message = format!(
                    "MERGE insert has {} expressions but expected {} target columns",
                    row.len(),
                    names.len()
                );
                return Err(SqlError::user("MISMATCHED_COLUMN_ALIASES", message));
            }
            let mut all: Assigned<'a> = fields.iter().map(|field| (field, None)).collect();
            for (name, value) in names.iter().zip(row) {
                put(&mut all, name, value)?;
            }
            (Deed::Insert, all)
        }
    };
    Ok(Case { when, deed, values })
}

fn select(items: Vec<SelectItem>, from: TableWithJoins, selection: Option<Expr>) -> Box<Query> {
    let mut query = bare_select();
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection = items;
        select.from = vec![from];
        select.selection = selection;
    }
    query
}

/// `SELECT *`
pub(crate) fn bare_select() -> Box<Query> {
    let select = Select {
        select_token: AttachedToken::empty(),
        optimizer_hints: vec![],
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection: vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())],
        exclude: None,
        into: None,
        from: vec![],
        lateral_views: vec![],
        prewhere: None,
        selection: None,
        connect_by: vec![],
        group_by: GroupByExpr::Expressions(vec![], vec![]),
        cluster_by: vec![],
        distribute_by: vec![],
        sort_by: vec![],
        having: None,
        named_window: vec![],
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: SelectFlavor::Standard,
    };
    Box::new(Query {
        with: None,
        body: Box::new(SetExpr::Select(Box::new(select))),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: vec![],
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: vec![],
    })
}
