//! Names for select items that have none, and different ones for items that have the same: a
//! `$` and the item's number after it, which the session takes off results again.

use std::collections::HashSet;

use datafusion::sql::sqlparser::ast::{Expr, Ident, Select, SelectItem};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::build;

/// Gives every item a name of its own. The planner wants that; what the columns of the result
/// are called is decided elsewhere, from the text.
pub(super) fn name_items(select: &mut Select) {
    let mut seen: HashSet<String> = HashSet::new();
    // A star may bring any name.
    let stars = select
        .projection
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    for (i, item) in select.projection.iter_mut().enumerate() {
        let taken = std::mem::replace(item, SelectItem::UnnamedExpr(Expr::Tuple(vec![])));
        *item = match taken {
            SelectItem::UnnamedExpr(expr) => named(expr, i, stars, &mut seen),
            SelectItem::ExprWithAlias { expr, alias } => {
                let alias = distinct(alias, i, &mut seen);
                SelectItem::ExprWithAlias { expr, alias }
            }
            star => star,
        };
    }
}

fn named(expr: Expr, index: usize, stars: bool, seen: &mut HashSet<String>) -> SelectItem {
    let alias = match crate::parse::last_name(&expr) {
        Some(name) if stars => build::ident(format!("{}${index}", name.value), Span::empty()),
        Some(name) => distinct(Ident { span: Span::empty(), ..name.clone() }, index, seen),
        None => build::ident(format!("_col{index}"), Span::empty()),
    };
    let own = crate::parse::last_name(&expr).is_some_and(|name| name.value == alias.value);
    match expr {
        // A bare column keeps its qualifier as long as its name is taken once.
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) if own => SelectItem::UnnamedExpr(expr),
        _ => SelectItem::ExprWithAlias { expr, alias },
    }
}

fn distinct(alias: Ident, index: usize, seen: &mut HashSet<String>) -> Ident {
    if seen.insert(alias.value.clone()) {
        return alias;
    }
    Ident { value: format!("{}${index}", alias.value), ..alias }
}
