//! Clauses of a query: FETCH FIRST as LIMIT, ordinals left as they are, joins with USING nested.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{
    DataType, Expr, Fetch, GroupByExpr, LimitClause, NamedWindowDefinition, NamedWindowExpr,
    OrderByKind, Query, Select, Value, WindowFrameBound, WindowSpec,
};

use super::build;

/// Before the query's expressions are visited.
pub(super) fn before(query: &mut Query) -> Result<(), SqlError> {
    super::multiset::open(&mut query.body);
    if let Some(fetch) = query.fetch.take() {
        let Fetch { with_ties, percent, quantity } = fetch;
        if percent {
            return Err(SqlError::not_supported("FETCH FIRST PERCENT is not supported"));
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
        if with_ties {
            return super::ties::open(query, limit, offset);
        }
        query.limit_clause =
            Some(LimitClause::LimitOffset { limit: Some(limit), offset, limit_by: vec![] });
    }
    Ok(())
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

/// Before the parts of a SELECT are visited.
pub(super) fn before_select(select: &mut Select) -> Result<(), SqlError> {
    super::projection::name_items(select);
    select.from.iter_mut().try_for_each(super::join::nest)
}

/// As [`after`], for GROUP BY and named windows.
pub(super) fn after_select(select: &mut Select) {
    for NamedWindowDefinition(_, window) in &mut select.named_window {
        if let NamedWindowExpr::WindowSpec(window) = window {
            plain_frame(window);
        }
    }
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

/// As [`after`], for the bounds of a window's frame.
pub(super) fn plain_frame(window: &mut WindowSpec) {
    let Some(frame) = &mut window.window_frame else { return };
    for bound in [Some(&mut frame.start_bound), frame.end_bound.as_mut()].into_iter().flatten() {
        if let WindowFrameBound::Preceding(Some(rows)) | WindowFrameBound::Following(Some(rows)) =
            bound
        {
            plain_number(rows);
        }
    }
}

/// Takes back the type a bare number was given.
pub(super) fn plain_number(expr: &mut Expr) {
    if let Expr::Cast { expr: inner, data_type: DataType::Int(None), .. } = expr
        && let Expr::Value(value) = inner.as_ref()
        && matches!(value.value, Value::Number(..))
    {
        *expr = Expr::Value(value.clone());
    }
}
