//! Clauses of a query: FETCH FIRST as LIMIT, ordinals left as they are.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{
    DataType, Expr, Fetch, GroupByExpr, LimitClause, OrderByKind, Query, Select, SetExpr, Value,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::build;

/// Before the query's expressions are visited.
pub(super) fn before(query: &mut Query) -> Result<(), SqlError> {
    open_tables(&mut query.body);
    if let Some(fetch) = query.fetch.take() {
        let Fetch { with_ties, percent, quantity } = fetch;
        if with_ties || percent {
            return Err(SqlError::not_supported("FETCH FIRST WITH TIES is not supported"));
        }
        let limit = quantity.unwrap_or_else(|| build::number("1"));
        let offset = match query.limit_clause.take() {
            Some(LimitClause::LimitOffset { limit: None, offset, .. }) => offset,
            None => None,
            Some(_) => {
                return Err(SqlError::user(
                    "SYNTAX_ERROR",
                    "LIMIT and FETCH FIRST exclude each other",
                ));
            }
        };
        query.limit_clause =
            Some(LimitClause::LimitOffset { limit: Some(limit), offset, limit_by: vec![] });
    }
    Ok(())
}

/// `TABLE t` is `SELECT * FROM t`.
fn open_tables(body: &mut SetExpr) {
    match body {
        SetExpr::Table(table) => {
            let parts = [&table.schema_name, &table.table_name].into_iter().flatten();
            let name = parts.map(|part| build::ident(part, Span::empty())).collect::<Vec<_>>();
            *body = super::relation::whole_table(name.into());
        }
        SetExpr::SetOperation { left, right, .. } => {
            open_tables(left);
            open_tables(right);
        }
        _ => {}
    }
}

/// After its expressions have been rewritten: counts and ordinals are plain numbers again.
pub(super) fn after(query: &mut Query) {
    if let Some(LimitClause::LimitOffset { limit, offset, .. }) = &mut query.limit_clause {
        limit.iter_mut().for_each(plain_number);
        offset.iter_mut().for_each(|o| plain_number(&mut o.value));
    }
    if let Some(order_by) = &mut query.order_by
        && let OrderByKind::Expressions(exprs) = &mut order_by.kind
    {
        exprs.iter_mut().for_each(|e| plain_number(&mut e.expr));
    }
}

/// As [`after`], for GROUP BY.
pub(super) fn after_select(select: &mut Select) {
    if let GroupByExpr::Expressions(exprs, _) = &mut select.group_by {
        for expr in exprs {
            match expr {
                Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
                    sets.iter_mut().flatten().for_each(plain_number);
                }
                other => plain_number(other),
            }
        }
    }
}

/// Takes back the type a bare number was given.
fn plain_number(expr: &mut Expr) {
    if let Expr::Cast { expr: inner, data_type: DataType::Int(None), .. } = expr
        && let Expr::Value(value) = inner.as_ref()
        && matches!(value.value, Value::Number(..))
    {
        *expr = Expr::Value(value.clone());
    }
}
