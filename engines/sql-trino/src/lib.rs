//! Trino's SQL in front of the engine: syntax, semantics, functions, type names, error words.
//!
//! Statements are read by sqlparser under our own dialect ([`parse`]); a rewriting pass puts
//! Trino's constructs in the planner's words; functions named `$…` carry meanings that depend on
//! types; plans with UNNEST are completed; errors are told as Trino tells them. The Hive side of
//! the language (DDL) is read elsewhere.
//!
//! [`parse`]: TrinoFrontEnd

mod datetime;
mod errors;
mod format;
mod functions;
mod opaque;
mod parse;
mod plan;
mod rewrite;
mod semantics;
mod types;
mod zone;

use std::sync::Arc;

use aquifer_sql::{FrontEnd, SqlError, Statement, TypeText};
use datafusion::arrow::datatypes::Field;
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::planner::{ExprPlanner, RelationPlanner, TypePlanner};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::sqlparser::ast::Query;

pub use format::{format_value, write_value};
pub use functions::known;

/// The dialect. Tables are found in one catalog, whose name three-part names may give.
#[derive(Debug, Clone)]
pub struct TrinoFrontEnd {
    catalog_name: String,
}

impl TrinoFrontEnd {
    /// The dialect over a catalog of the given (lower-case) name.
    pub fn new(catalog_name: impl Into<String>) -> Self {
        TrinoFrontEnd { catalog_name: catalog_name.into() }
    }
}

impl FrontEnd for TrinoFrontEnd {
    fn catalog_name(&self) -> &str {
        &self.catalog_name
    }

    fn parse(&self, sql: &str) -> Result<Statement, SqlError> {
        parse::parse(sql)
    }

    fn bind(&self, statement: &mut Statement, parameters: &[String]) -> Result<(), SqlError> {
        parse::bind(statement, parameters)
    }

    fn configure(&self, config: SessionConfig) -> SessionConfig {
        config
            .set_str("datafusion.sql_parser.default_null_ordering", "nulls_last")
            .set_bool("datafusion.sql_parser.parse_float_as_decimal", true)
            .set_bool("datafusion.sql_parser.collect_spans", true)
            // Names are folded when they are read.
            .set_bool("datafusion.sql_parser.enable_ident_normalization", false)
    }

    fn register(&self, session: &SessionContext) {
        functions::register(session);
        for function in semantics::scalar_functions() {
            session.register_udf(function);
        }
        for function in semantics::higher_order_functions() {
            session.register_higher_order_function(Arc::new(function));
        }
    }

    fn expr_planners(&self) -> Vec<Arc<dyn ExprPlanner>> {
        vec![Arc::new(plan::Operators)]
    }

    fn relation_planners(&self) -> Vec<Arc<dyn RelationPlanner>> {
        vec![
            Arc::new(plan::UnnestPlanner),
            Arc::new(plan::UsingPlanner::default()),
            Arc::new(plan::MultisetPlanner),
        ]
    }

    fn type_planner(&self) -> Option<Arc<dyn TypePlanner>> {
        None
    }

    fn rewrite(&self, query: &mut Query) -> Result<(), SqlError> {
        rewrite::rewrite(query)
    }

    fn finish(&self, plan: LogicalPlan) -> DataFusionResult<LogicalPlan> {
        plan::check_ranges(&plan)?;
        plan::check_unions(&plan)?;
        plan::open_unnests(plan)
    }

    fn type_text(&self, field: &Field) -> TypeText {
        types::TrinoType::of(field).text()
    }

    fn explain_error(&self, error: DataFusionError, query: Option<&Query>) -> SqlError {
        errors::explain(&error, query)
    }
}
