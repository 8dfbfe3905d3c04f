//! Table factors: UNNEST, samples, joins in parentheses.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident,
    ObjectName, Query, Select, SelectFlavor, SelectItem, SetExpr, TableAlias, TableAliasColumnDef,
    TableFactor, TableSampleKind, TableSampleUnit, TableWithJoins, WildcardAdditionalOptions,
    helpers::attached_token::AttachedToken,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::build;

/// Before the factor's expressions are visited.
pub(super) fn before(factor: &mut TableFactor) -> Result<(), SqlError> {
    super::join::nest_within(factor)?;
    if let TableFactor::Derived { sample, alias, .. } = factor
        && let Some(kind) = sample.take()
    {
        // The columns' names stay inside; only the relation's is needed outside.
        let outer = alias.clone().map(|a| TableAlias { columns: vec![], ..a });
        return wrap(factor, kind, outer);
    }
    if let TableFactor::Derived { lateral: true, subquery, alias: Some(alias), .. } = factor {
        name_inside(subquery, alias);
    }
    if let TableFactor::TableFunction { expr, alias } = factor {
        *factor = table_function(expr, alias.take())?;
        return Ok(());
    }
    let TableFactor::Table { name, args, sample, with_ordinality, alias, .. } = factor else {
        return Ok(());
    };
    if let Some(list) = args {
        if is_named(name, "unnest") {
            let array_exprs = std::mem::take(&mut list.args)
                .into_iter()
                .map(|arg| match arg {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr),
                    other => Err(SqlError::user(
                        "SYNTAX_ERROR",
                        format!("mismatched input '{other}'. Expecting: <expression>"),
                    )),
                })
                .collect::<Result<Vec<_>, _>>()?;
            *factor = TableFactor::UNNEST {
                alias: alias.take(),
                array_exprs,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality: *with_ordinality,
            };
        }
        return Ok(());
    }
    let Some(kind) = sample.take() else { return Ok(()) };
    let alias = alias.take().or_else(|| own_name(name));
    wrap(factor, kind, alias)
}

/// `TABLE(sequence(start, stop[, step]))` is the array opened; there is no other.
fn table_function(call: &Expr, alias: Option<TableAlias>) -> Result<TableFactor, SqlError> {
    let Expr::Function(function) = call else {
        return Err(SqlError::user("SYNTAX_ERROR", "TABLE takes a table function"));
    };
    let ident = function.name.0.last().and_then(|part| part.as_ident());
    let name = ident.map_or("", |ident| ident.value.as_str());
    let span = ident.map_or(Span::empty(), |ident| ident.span);
    if name == "exclude_columns" {
        let message = "Table function exclude_columns is not supported";
        return Err(SqlError::not_supported(message).at_span(span));
    }
    if name != "sequence" {
        let message = format!("Table function '{name}' not registered");
        return Err(SqlError::user("FUNCTION_NOT_FOUND", message).at_span(span));
    }
    let mut args: [Option<Expr>; 3] = [None, None, None];
    if let FunctionArguments::List(list) = &function.args {
        for (i, arg) in list.args.iter().enumerate() {
            let (place, expr) = match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => (Some(i), expr),
                FunctionArg::Named { name, arg: FunctionArgExpr::Expr(expr), .. } => {
                    let names = ["start", "stop", "step"];
                    (names.iter().position(|known| *known == name.value), expr)
                }
                _ => (None, call),
            };
            match place.and_then(|place| args.get_mut(place)) {
                Some(arg) => *arg = Some(expr.clone()),
                None => {
                    let message = "Invalid argument of table function sequence";
                    return Err(SqlError::user("INVALID_ARGUMENTS", message).at_span(span));
                }
            }
        }
    }
    let [start, stop, step] = args;
    let Some(stop) = stop else {
        let message = "Missing argument: STOP";
        return Err(SqlError::user("MISSING_ARGUMENT", message).at_span(span));
    };
    let long = |expr| build::cast(expr, "bigint");
    let start = start.unwrap_or_else(|| build::number("0"));
    let args = [Some(long(start)), Some(long(stop)), step.map(long)];
    let mut alias = alias.unwrap_or_else(|| TableAlias {
        explicit: true,
        name: build::ident("$sequence", Span::empty()),
        columns: vec![],
        at: None,
    });
    if alias.columns.is_empty() {
        alias.columns = vec![TableAliasColumnDef {
            name: build::ident("sequential_number", Span::empty()),
            data_type: None,
        }];
    }
    Ok(TableFactor::UNNEST {
        alias: Some(alias),
        array_exprs: vec![build::call("sequence", args.into_iter().flatten().collect())],
        with_offset: false,
        with_offset_alias: None,
        with_ordinality: false,
    })
}

/// Puts a factor whose sample was taken out into a query that samples it.
fn wrap(
    factor: &mut TableFactor,
    kind: TableSampleKind,
    alias: Option<TableAlias>,
) -> Result<(), SqlError> {
    let (TableSampleKind::AfterTableAlias(taken) | TableSampleKind::BeforeTableAlias(taken)) = kind;
    let quantity = match taken.quantity {
        Some(q) if !matches!(q.unit, Some(TableSampleUnit::Rows)) => q.value,
        _ => {
            return Err(SqlError::user(
                "SYNTAX_ERROR",
                "TABLESAMPLE takes a percentage in parentheses",
            ));
        }
    };
    let empty =
        TableFactor::Derived { lateral: false, subquery: empty_query(), alias: None, sample: None };
    let table = std::mem::replace(factor, empty);
    *factor = sampled(table, quantity, alias);
    Ok(())
}

fn is_named(name: &ObjectName, word: &str) -> bool {
    match name.0.as_slice() {
        [part] => part.as_ident().is_some_and(|i| i.quote_style.is_none() && i.value == word),
        _ => false,
    }
}

fn own_name(name: &ObjectName) -> Option<TableAlias> {
    let name = name.0.last()?.as_ident()?.clone();
    Some(TableAlias { explicit: true, name, columns: vec![], at: None })
}

/// `(SELECT * FROM table WHERE random() * 100 < quantity) AS alias`: each row on its own, which
/// is what BERNOULLI means and within what SYSTEM allows.
fn sampled(table: TableFactor, quantity: Expr, alias: Option<TableAlias>) -> TableFactor {
    let random = Expr::BinaryOp {
        left: Box::new(build::call("random", vec![])),
        op: BinaryOperator::Multiply,
        right: Box::new(build::cast(build::text("100"), "double")),
    };
    let chosen = Expr::BinaryOp {
        left: Box::new(random),
        op: BinaryOperator::Lt,
        right: Box::new(build::cast(quantity, "double")),
    };
    let mut query = empty_query();
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.from = vec![TableWithJoins { relation: table, joins: vec![] }];
        select.selection = Some(chosen);
    }
    TableFactor::Derived { lateral: false, subquery: query, alias, sample: None }
}

/// A query of several columns as one of rows of them.
pub(super) fn as_row(query: &mut Query, columns: usize) {
    let names: Vec<_> =
        (0..columns).map(|i| build::ident(format!("$in{i}"), Span::empty())).collect();
    let column = |name: &Ident| TableAliasColumnDef { name: name.clone(), data_type: None };
    let alias = TableAlias {
        explicit: true,
        name: build::ident("$in", Span::empty()),
        columns: names.iter().map(column).collect(),
        at: None,
    };
    let inner = std::mem::replace(query, *empty_query());
    let inner = TableFactor::Derived {
        lateral: false,
        subquery: Box::new(inner),
        alias: Some(alias),
        sample: None,
    };
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.from = vec![TableWithJoins { relation: inner, joins: vec![] }];
        let row = Expr::Tuple(names.into_iter().map(Expr::Identifier).collect());
        select.projection = vec![SelectItem::ExprWithAlias {
            expr: row,
            alias: build::ident("$row", Span::empty()),
        }];
    }
}

/// The columns a correlated relation is given names for get them inside: the planner loses its
/// way over an alias.
fn name_inside(subquery: &mut Query, alias: &mut TableAlias) {
    let SetExpr::Select(select) = subquery.body.as_mut() else { return };
    let plain = select
        .projection
        .iter()
        .all(|item| matches!(item, SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. }));
    if !plain || select.projection.len() != alias.columns.len() {
        return;
    }
    for (item, column) in select.projection.iter_mut().zip(std::mem::take(&mut alias.columns)) {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: column.name };
        }
    }
}

/// `SELECT * FROM factor`
pub(super) fn whole(factor: TableFactor) -> SetExpr {
    let mut body = *empty_query().body;
    if let SetExpr::Select(select) = &mut body {
        select.from = vec![TableWithJoins { relation: factor, joins: vec![] }];
    }
    body
}

/// `SELECT *`
pub(super) fn empty_query() -> Box<Query> {
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
