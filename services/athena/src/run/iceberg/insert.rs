//! `INSERT INTO`: data files by the table's partitions, and a snapshot that has them too.

use aquifer_iceberg::change::Change;
use aquifer_iceberg::manifest::DataFile;
use aquifer_sql::{PreparedQuery, Session};
use aquifer_sql_iceberg::{
    RowWriter, as_sql, column_fields, discard, manifests, read_known, refused, write_rows,
};
use glue_api::Table;

use super::commit::{Committed, given_up};
use super::{Loaded, TRIES, as_written, told};
use crate::failure::Failure;
use crate::run::{Done, Run};

impl Run {
    pub(in crate::run) async fn insert_iceberg(
        &self,
        session: &Session,
        (database, table): (&str, &Table),
        given: &[String],
        query: PreparedQuery,
    ) -> Result<Done, Failure> {
        let loaded = self.load_iceberg(&self.catalog, database, &table.name).await?;
        super::check_format(&loaded.metadata)?;
        let schema = loaded.metadata.current_schema().map_err(refused)?;
        let fields = column_fields(schema);
        let options = self.write_options(&loaded.metadata);
        let writer = RowWriter::new(&loaded.metadata, self.io().clone(), options);
        let writer = writer.map_err(told(session))?;
        self.begin_commit(&loaded.metadata.location, database, &table.name).await?;
        let rows = session.rows_to_insert(query, given, &fields).await?;
        let files = write_rows(rows, writer).await.map_err(told(session))?;
        let rows: i64 = files.iter().map(|(_, file)| file.record_count).sum();
        let finished = async {
            let count = u64::try_from(rows).unwrap_or(0);
            // Told before it is committed: rows must not be there that cannot be told of.
            let done = self.written(&as_written(&files, count)).await?;
            if !files.is_empty() {
                self.append(loaded, &files).await?;
            }
            Ok(done)
        };
        let finished: Result<Done, Failure> = finished.await;
        if finished.is_err() && !discard(self.io(), &files).await {
            self.live.left_something();
        }
        finished
    }

    /// Adds files to the table as it is by then: what others add or delete meanwhile does not matter
    /// to them.
    async fn append(&self, first: Loaded, files: &[(i32, DataFile)]) -> Result<(), Failure> {
        let change = Change { operation: "append", added: files.to_vec(), ..Change::default() };
        let (schema_id, spec_id) =
            (first.metadata.current_schema_id, first.metadata.default_spec_id);
        let mut loaded = first;
        for _ in 0..TRIES {
            let table = &loaded.metadata;
            if table.current_schema_id != schema_id || table.spec(spec_id).is_none() {
                break;
            }
            let listed = manifests(self.io(), table.current_snapshot()).await.map_err(as_sql)?;
            let known = read_known(self.io(), table, listed, |_, _| false).await;
            let known = known.map_err(as_sql)?;
            if self.commit_change(&loaded, &known, &change).await? == Committed::Done {
                return Ok(());
            }
            let (database, name) = (loaded.database.clone(), loaded.name().to_owned());
            loaded = self.load_iceberg(&self.catalog.anew(), &database, &name).await?;
        }
        Err(given_up(&loaded))
    }
}
