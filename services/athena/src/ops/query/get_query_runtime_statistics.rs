//! `GetQueryRuntimeStatistics`: what a query read, gave out and how long each part of it took.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryRuntimeStatistics.html>

use athena_api::{
    GetQueryRuntimeStatistics, GetQueryRuntimeStatisticsInput, GetQueryRuntimeStatisticsOutput,
    QueryRuntimeStatistics, QueryRuntimeStatisticsRows, QueryRuntimeStatisticsTimeline,
};
use platform::{Ctx, Handle, Result};

use crate::Athena;

impl Handle<GetQueryRuntimeStatistics> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetQueryRuntimeStatisticsInput,
    ) -> Result<GetQueryRuntimeStatisticsOutput> {
        let id = input.query_execution_id;
        let row = self.query(ctx, &id).await?;
        let live = self.core.queue.find(ctx.scope(), &id);
        let cost = match live.filter(|_| !row.is_finished()) {
            Some(live) => live.cost(),
            None => row.cost,
        };
        let rows = QueryRuntimeStatisticsRows {
            input_rows: Some(cost.input_rows),
            input_bytes: Some(cost.scanned_bytes),
            output_rows: Some(cost.output_rows),
            output_bytes: Some(cost.output_bytes),
        };
        let timeline = QueryRuntimeStatisticsTimeline {
            query_queue_time_in_millis: Some(cost.queue_ms),
            service_pre_processing_time_in_millis: Some(0),
            query_planning_time_in_millis: Some(cost.planning_ms),
            engine_execution_time_in_millis: Some(cost.engine_ms),
            service_processing_time_in_millis: Some(cost.service_ms),
            total_execution_time_in_millis: Some(cost.total_ms),
        };
        Ok(GetQueryRuntimeStatisticsOutput {
            query_runtime_statistics: Some(QueryRuntimeStatistics {
                rows: Some(rows),
                timeline: Some(timeline),
                // One process runs a query as a whole: it has no stages to tell of.
                output_stage: None,
            }),
        })
    }
}
