//! What a dialect gives the session: how to read its statements, what its words mean, how it
//! names types and errors.

use std::sync::Arc;

use datafusion::arrow::datatypes::Field;
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::planner::{ExprPlanner, RelationPlanner, TypePlanner};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::sqlparser::ast::Query;

use crate::error::SqlError;
use crate::statement::Statement;

/// A SQL dialect in front of the engine.
pub trait FrontEnd: std::fmt::Debug + Send + Sync {
    /// The catalog's name in three-part names.
    fn catalog_name(&self) -> &str;

    /// Reads one statement.
    fn parse(&self, sql: &str) -> Result<Statement, SqlError>;

    /// Puts literals, given as text, in the place of `?` parameters.
    fn bind(&self, statement: &mut Statement, parameters: &[String]) -> Result<(), SqlError>;

    /// Sets the planner's options.
    fn configure(&self, config: SessionConfig) -> SessionConfig;

    /// Adds the dialect's functions to a session that has the engine's own.
    fn register(&self, session: &SessionContext);

    /// Plans expressions before the engine does.
    fn expr_planners(&self) -> Vec<Arc<dyn ExprPlanner>>;

    /// Plans table factors before the engine does.
    fn relation_planners(&self) -> Vec<Arc<dyn RelationPlanner>>;

    /// Gives the dialect's type names their meaning.
    fn type_planner(&self) -> Option<Arc<dyn TypePlanner>>;

    /// Puts the dialect's constructs in the engine's words.
    fn rewrite(&self, query: &mut Query) -> Result<(), SqlError>;

    /// Completes a plan made from a rewritten query.
    fn finish(&self, plan: LogicalPlan) -> DataFusionResult<LogicalPlan>;

    /// Names a column's type.
    fn type_text(&self, field: &Field) -> TypeText;

    /// Explains a planner's or executor's error in the dialect's words. `query` is the text's
    /// query as parsed, if planning failed.
    fn explain_error(&self, error: DataFusionError, query: Option<&Query>) -> SqlError;
}

/// A type as the dialect spells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeText {
    /// With its parameters: `decimal(10,2)`.
    pub full: String,
    /// Without: `decimal`.
    pub base: String,
    /// Digits or characters.
    pub precision: i32,
    /// Digits after the point.
    pub scale: i32,
}

/// What is known of a query's output names before planning.
#[derive(Debug, Clone, Default)]
pub struct OutputNames {
    /// One per select item of the first SELECT; `None` for a star.
    pub items: Vec<Option<OutputName>>,
}

/// The name of one output column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutputName {
    /// As written.
    Given(String),
    /// An expression nobody named.
    Anonymous,
}

impl OutputNames {
    /// Names for `planned` columns, whose names as planned are given. A star stands for as many
    /// columns as are left over; where several stars leave that open, planned names are kept.
    pub fn resolve(&self, planned: &[String]) -> Vec<OutputName> {
        let kept = || planned.iter().map(|n| OutputName::Given(n.clone())).collect();
        let stars = self.items.iter().filter(|i| i.is_none()).count();
        if self.items.is_empty() || stars > 1 {
            return kept();
        }
        let Some(starred) = (planned.len() + stars).checked_sub(self.items.len()) else {
            return kept();
        };
        if stars == 0 && starred != 0 {
            return kept();
        }
        let mut names = Vec::with_capacity(planned.len());
        for item in &self.items {
            match item {
                Some(name) => names.push(name.clone()),
                None => {
                    let from = names.len();
                    let star = planned.iter().skip(from).take(starred);
                    names.extend(star.map(|n| OutputName::Given(n.clone())));
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_takes_the_columns_left_over() {
        let given = |n: &str| OutputName::Given(n.to_owned());
        let names =
            OutputNames { items: vec![Some(given("Id")), None, Some(OutputName::Anonymous)] };
        let planned: Vec<String> = ["id", "a", "b", "_col3"].map(String::from).into();
        assert_eq!(
            names.resolve(&planned),
            [given("Id"), given("a"), given("b"), OutputName::Anonymous]
        );
        let stars = OutputNames { items: vec![None, None] };
        assert_eq!(stars.resolve(&planned[..2]), [given("id"), given("a")]);
    }
}
