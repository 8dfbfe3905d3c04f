//! What is done to plans besides what the engine does: joins are put in the best order, rows that a
//! join above will not want are left out early, and whatever makes many rows of few gives way.
//!
//! An optimiser that has not been told guesses: [`estimate`] holds the guesses.

mod estimate;
mod graph;
mod join_order;
mod semi;
mod sift;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;

use crate::yielding::GiveWay;
use join_order::JoinOrder;
use sift::Sift;

/// All rules of physical plans, in their order.
pub(crate) fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let sides = rules.iter().position(|rule| rule.name() == "join_selection");
    rules.insert(sides.map_or(0, |at| at + 1), Arc::new(JoinOrder));
    let checks = rules.iter().position(|rule| rule.name() == "SanityCheckPlan");
    rules.insert(checks.unwrap_or(rules.len()), Arc::new(Sift));
    rules.push(Arc::new(GiveWay));
    rules
}
