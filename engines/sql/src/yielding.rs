//! Lets an operator that makes many rows of few give way to others.
//!
//! A task is only stopped, and its thread only shared, where it waits. The engine has its sources
//! wait now and then, which is enough while an operator asks them for rows as often as it answers
//! some. A join or an unnesting may go on for minutes with one batch of its sources: nobody could
//! stop it, and what had been stopped would keep its thread. So these wait now and then, too.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::execution_plan::{EvaluationType, SchedulingType};

/// Puts a point of waiting after each such operator. The last of the optimizer's rules.
#[derive(Debug, Default)]
pub(crate) struct GiveWay;

impl PhysicalOptimizerRule for GiveWay {
    fn name(&self) -> &str {
        "GiveWay"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            if multiplies(plan.as_ref()) {
                return Ok(Transformed::yes(Arc::new(CooperativeExec::new(plan)) as _));
            }
            Ok(Transformed::no(plan))
        })
        .data()
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether an operator may answer many batches to one that it is given, and does not wait itself.
fn multiplies(plan: &dyn ExecutionPlan) -> bool {
    let properties = plan.properties();
    properties.scheduling_type != SchedulingType::Cooperative
        && properties.evaluation_type == EvaluationType::Lazy
        && (plan.children().len() > 1 || plan.name() == "UnnestExec")
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, Field, Schema};
    use datafusion::physical_plan::displayable;
    use datafusion::physical_plan::empty::EmptyExec;
    use datafusion::physical_plan::joins::CrossJoinExec;

    use super::*;

    #[test]
    fn a_join_gives_way_once() {
        let rows = || {
            let schema = Schema::new(vec![Field::new("a", DataType::Int32, true)]);
            Arc::new(EmptyExec::new(Arc::new(schema)))
        };
        let join = Arc::new(CrossJoinExec::new(rows(), rows()));
        let config = ConfigOptions::new();
        let once = GiveWay.optimize(join, &config).expect("optimizes");
        let shown = displayable(once.as_ref()).indent(false).to_string();
        let lines: Vec<_> = shown.lines().map(str::trim).collect();
        assert_eq!(lines, ["CooperativeExec", "CrossJoinExec", "EmptyExec", "EmptyExec"]);
    }
}
