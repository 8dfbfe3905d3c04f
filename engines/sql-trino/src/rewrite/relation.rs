//! Table factors: UNNEST, samples, joins in parentheses.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, GroupByExpr, ObjectName, Query, Select,
    SelectFlavor, SelectItem, SetExpr, TableAlias, TableFactor, TableSampleKind, TableSampleUnit,
    TableWithJoins, WildcardAdditionalOptions, helpers::attached_token::AttachedToken,
};

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
