//! Optimizers of tables.

mod batch_get_table_optimizer;
mod create_table_optimizer;
mod delete_table_optimizer;
mod get_table_optimizer;
mod list_table_optimizer_runs;
mod update_table_optimizer;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::BatchGetTableOptimizer>()
        .op::<glue_api::CreateTableOptimizer>()
        .op::<glue_api::DeleteTableOptimizer>()
        .op::<glue_api::GetTableOptimizer>()
        .op::<glue_api::ListTableOptimizerRuns>()
        .op::<glue_api::UpdateTableOptimizer>()
}
