//! `FETCH FIRST n ROWS WITH TIES`: rows by their rank. The query gets its rank as one more column,
//! a query around it keeps those up to n and shows the others.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, ExcludeSelectItem, Expr, Function, FunctionArgumentList, FunctionArguments,
    GroupByExpr, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, Query,
    Select, SelectItem, SetExpr, TableAlias, TableFactor, TableWithJoins, Value, ValueWithSpan,
    WildcardAdditionalOptions, WindowSpec, WindowType,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::{build, relation};

const RANK: &str = "$rank";

/// Rewrites a query whose FETCH was taken off.
pub(super) fn open(query: &mut Query, limit: Expr, offset: Option<Offset>) -> Result<(), SqlError> {
    let order_by = match query.order_by.take() {
        Some(OrderBy { kind: OrderByKind::Expressions(order_by), .. }) => order_by,
        _ => {
            let message = "FETCH FIRST WITH TIES clause requires ORDER BY";
            return Err(SqlError::user("MISSING_ORDER_BY", message).at(1, 1));
        }
    };
    let with = query.with.take();
    let mut inner = relation::empty_query();
    std::mem::swap(&mut inner.body, &mut query.body);
    let mut select = match *inner.body {
        SetExpr::Select(select) if select.distinct.is_none() && !groups(&select) => select,
        // What is not one plain selection is selected from.
        other => {
            inner.body = Box::new(other);
            let alias = Some(alias("$all"));
            let whole =
                TableFactor::Derived { lateral: false, subquery: inner, alias, sample: None };
            let SetExpr::Select(select) = relation::whole(whole) else {
                return Err(SqlError::internal("a selection is one"));
            };
            select
        }
    };
    let order_by: Vec<OrderByExpr> = order_by
        .into_iter()
        .map(|mut by| {
            by.expr = meant(by.expr, &select);
            by
        })
        .collect();
    super::projection::name_items(&mut select);
    select.projection.push(SelectItem::ExprWithAlias {
        expr: rank(order_by),
        alias: build::ident(RANK, Span::empty()),
    });
    let mut ranked = relation::empty_query();
    ranked.body = Box::new(SetExpr::Select(select));
    let ranked = TableFactor::Derived {
        lateral: false,
        subquery: ranked,
        alias: Some(alias("$ranked")),
        sample: None,
    };
    let last = match &offset {
        None => limit,
        Some(offset) => Expr::BinaryOp {
            left: Box::new(limit),
            op: BinaryOperator::Plus,
            right: Box::new(offset.value.clone()),
        },
    };
    let column = || Expr::Identifier(build::ident(RANK, Span::empty()));
    let mut body = relation::empty_query();
    if let SetExpr::Select(outer) = body.body.as_mut() {
        outer.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions {
            opt_exclude: Some(ExcludeSelectItem::Single(
                vec![build::ident(RANK, Span::empty())].into(),
            )),
            ..WildcardAdditionalOptions::default()
        })];
        outer.from = vec![TableWithJoins { relation: ranked, joins: vec![] }];
        outer.selection = Some(Expr::BinaryOp {
            left: Box::new(column()),
            op: BinaryOperator::LtEq,
            right: Box::new(last),
        });
    }
    query.with = with;
    query.body = body.body;
    query.order_by = Some(OrderBy {
        kind: OrderByKind::Expressions(vec![OrderByExpr {
            expr: column(),
            options: OrderByOptions { asc: Some(true), nulls_first: None },
            with_fill: None,
        }]),
        interpolate: None,
    });
    query.limit_clause = offset.map(|offset| LimitClause::LimitOffset {
        limit: None,
        offset: Some(offset),
        limit_by: vec![],
    });
    Ok(())
}

fn groups(select: &Select) -> bool {
    select.having.is_some()
        || !matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty())
}

fn alias(name: &str) -> TableAlias {
    TableAlias {
        explicit: true,
        name: build::ident(name, Span::empty()),
        columns: vec![],
        at: None,
    }
}

/// An item's place or name stands for the item.
fn meant(expr: Expr, select: &Select) -> Expr {
    let expression = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
            Some(expr.clone())
        }
        _ => None,
    };
    match &expr {
        Expr::Value(ValueWithSpan { value: Value::Number(place, _), .. }) => place
            .parse::<usize>()
            .ok()
            .and_then(|place| select.projection.get(place.checked_sub(1)?))
            .and_then(expression)
            .unwrap_or(expr),
        Expr::Identifier(name) => select
            .projection
            .iter()
            .find_map(|item| match item {
                SelectItem::ExprWithAlias { expr, alias } if alias.value == name.value => {
                    Some(expr.clone())
                }
                _ => None,
            })
            .unwrap_or(expr),
        _ => expr,
    }
}

/// `rank() OVER (ORDER BY …)`
fn rank(order_by: Vec<OrderByExpr>) -> Expr {
    let list = FunctionArgumentList { duplicate_treatment: None, args: vec![], clauses: vec![] };
    Expr::Function(Function {
        name: vec![build::ident("rank", Span::empty())].into(),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: Some(WindowType::WindowSpec(WindowSpec {
            window_name: None,
            partition_by: vec![],
            order_by,
            window_frame: None,
        })),
        within_group: vec![],
    })
}
