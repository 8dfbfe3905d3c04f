//! Lambda bodies: a dot after a parameter is a field of the row it holds, not a column of a
//! table of that name.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, LambdaFunction, VisitMut, VisitorMut};

use super::build;

/// Rewrites `x.a.b`, where `x` is a parameter, to nested field access.
pub(super) fn open_fields(lambda: &mut LambdaFunction) {
    let names: Vec<String> = lambda.params.iter().map(|p| p.name.value.clone()).collect();
    if !names.is_empty() {
        let _ = VisitMut::visit(lambda.body.as_mut(), &mut Fields { names });
    }
}

struct Fields {
    names: Vec<String>,
}

impl VisitorMut for Fields {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expr
            && let [first, rest @ ..] = parts.as_slice()
            && self.names.contains(&first.value)
        {
            let mut field = Expr::Identifier(first.clone());
            for part in rest {
                field = build::call("get_field", vec![field, build::text(&part.value)]);
            }
            *expr = field;
        }
        ControlFlow::Continue(())
    }
}
