//! `"$path"`, the address of each row's file: there when a query names it, never in a star.

use std::ops::ControlFlow;

use aquifer_lake::PATH_COLUMN;
use datafusion::sql::sqlparser::ast::{
    ExcludeSelectItem, Expr, Ident, ObjectName, Query, Select, SelectItem, TableFactor, Visit,
    VisitMut, Visitor, VisitorMut,
};

/// Whether a query names the column anywhere.
pub(crate) fn names_path(query: &Query) -> bool {
    query.visit(&mut Names).is_break()
}

/// Takes the column out of the stars over a table. A star over several tables keeps it: there
/// the planner could not tell whose is meant.
pub(crate) fn hide_path(query: &mut Query) {
    let _ = VisitMut::visit(query, &mut Hide);
}

struct Names;

impl Visitor for Names {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let last = match expr {
            Expr::Identifier(ident) => Some(ident),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        match last.is_some_and(|i| i.value == PATH_COLUMN) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

struct Hide;

impl VisitorMut for Hide {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let one_table = match select.from.as_slice() {
            [only] => {
                only.joins.is_empty()
                    && matches!(only.relation, TableFactor::Table { args: None, .. })
            }
            _ => false,
        };
        if one_table {
            for item in &mut select.projection {
                if let SelectItem::Wildcard(options) = item
                    && options.opt_exclude.is_none()
                {
                    let name = ObjectName::from(vec![Ident::with_quote('"', PATH_COLUMN)]);
                    options.opt_exclude = Some(ExcludeSelectItem::Multiple(vec![name]));
                }
            }
        }
        ControlFlow::Continue(())
    }
}
