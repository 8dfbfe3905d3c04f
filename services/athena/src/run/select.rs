//! Queries and EXPLAIN: rows as they come, into the result file.

use aquifer_sql::{Prepared, PreparedExplain, PreparedQuery, Running, Session, SqlError};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::DataType;
use futures::{StreamExt, TryStreamExt};

use super::{Done, Run};
use crate::failure::Failure;
use crate::results::{CsvRows, Description, ResultWriter};

const CSV: &str = "application/octet-stream";

impl Run {
    pub(super) async fn select(
        &self,
        session: &Session,
        query: Box<PreparedQuery>,
    ) -> Result<Done, Failure> {
        self.live.counts(query.stats());
        let running = session.execute(Prepared::Query(query)).await?;
        let file = self.file()?;
        let description = Description::of_rows(&running.columns);
        let sealer = self.encryption().sealer(&self.ctx).await;
        let sealer = sealer.map_err(|fail| Failure::result_write(&file.to_string(), &fail))?;
        let mut writer = ResultWriter::new(&self.ctx, file.clone(), self.as_asked(CSV), sealer);
        if let Err(failure) = self.rows(session, running, &mut writer).await {
            writer.abort().await;
            return Err(failure);
        }
        let url = file.to_string();
        let finished =
            async { writer.finish().await.map_err(|fail| Failure::result_write(&url, &fail)) };
        // Both to their ends: what is dropped half way cannot be cleared away.
        let (finished, described) = futures::join!(finished, self.describe(&file, &description));
        finished.and(described)?;
        Ok(Done::default())
    }

    async fn rows(
        &self,
        session: &Session,
        mut running: Running,
        writer: &mut ResultWriter,
    ) -> Result<(), Failure> {
        let mut csv = CsvRows::default();
        csv.header(running.columns.iter().map(|column| column.name.as_str()), writer.buffer());
        while let Some(batch) = running.stream.next().await {
            let batch = batch.map_err(|error| session.explain_error(error))?;
            csv.rows(&batch, writer.buffer());
            let flushed = writer.flush().await;
            flushed.map_err(|fail| Failure::result_write(self.live.row.output(), &fail))?;
        }
        // A scan that reached its limit with its last bytes has exceeded it all the same.
        self.check_cancelled()
    }

    pub(super) async fn explain(
        &self,
        session: &Session,
        explain: Box<PreparedExplain>,
    ) -> Result<Done, Failure> {
        let running = session.execute(Prepared::Explain(explain)).await?;
        self.live.counts(&running.stats);
        let description = Description::of_rows(&running.columns);
        let description = Description { rows: false, ..description };
        let explained = |error| session.explain_error(error);
        let batches: Vec<_> = running.stream.try_collect().await.map_err(explained)?;
        let mut lines = Vec::new();
        for batch in &batches {
            let column = batch.column(0);
            let texts = datafusion::arrow::compute::cast(column, &DataType::Utf8)
                .map_err(|error| SqlError::internal(error.to_string()))?;
            let texts = texts.as_string::<i32>();
            lines.extend((0..texts.len()).map(|row| texts.value(row).to_owned()));
        }
        self.text(&description, lines).await
    }
}
