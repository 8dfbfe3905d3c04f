//! What a query's output columns are called: as their author wrote them.

use std::collections::HashMap;

use aquifer_sql::{OutputName, OutputNames};
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, Select, SelectItem, SetExpr};

/// The names of the first SELECT, by which a union is known as a whole.
pub(crate) fn output_names(query: &Query, spelling: &HashMap<(u64, u64), String>) -> OutputNames {
    let Some(body) = first_body(&query.body) else { return OutputNames::default() };
    let items = match body {
        Body::Select(select) => select.projection.iter().map(|i| item_name(i, spelling)).collect(),
        Body::Values(width) => vec![Some(OutputName::Anonymous); width],
    };
    OutputNames { items }
}

enum Body<'a> {
    Select(&'a Select),
    Values(usize),
}

fn first_body(body: &SetExpr) -> Option<Body<'_>> {
    match body {
        SetExpr::Select(select) => Some(Body::Select(select)),
        SetExpr::Query(query) => first_body(&query.body),
        SetExpr::SetOperation { left, .. } => first_body(left),
        SetExpr::Values(values) => Some(Body::Values(values.rows.first()?.len())),
        _ => None,
    }
}

fn item_name(item: &SelectItem, spelling: &HashMap<(u64, u64), String>) -> Option<OutputName> {
    let written = |ident: &Ident| {
        let at = (ident.span.start.line, ident.span.start.column);
        OutputName::Given(spelling.get(&at).unwrap_or(&ident.value).clone())
    };
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(written(alias)),
        SelectItem::UnnamedExpr(expr) => {
            Some(last_name(expr).map_or(OutputName::Anonymous, written))
        }
        _ => None,
    }
}

/// The name an expression has by itself: a column's, or the field's it ends in.
pub(crate) fn last_name(expr: &Expr) -> Option<&Ident> {
    use datafusion::sql::sqlparser::ast::AccessExpr;
    match expr {
        Expr::Identifier(ident) => Some(ident),
        Expr::CompoundIdentifier(parts) => parts.last(),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            AccessExpr::Dot(Expr::Identifier(ident)) => Some(ident),
            _ => None,
        },
        Expr::Nested(inner) => last_name(inner),
        _ => None,
    }
}
