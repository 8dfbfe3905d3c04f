//! `DELETE`, `UPDATE`, `MERGE INTO`: the places of rows that go into files of deletes, rows that come
//! into data files, and a snapshot that has both.
//!
//! A change was decided on one snapshot. Where others committed meanwhile, it holds only if none of
//! that could have changed the decision. Rows of its own that others deleted, or files that others
//! rewrote, are a conflict; where others only added rows, the statement is decided anew.
//!
//! AWS: rows that others added, and that the statement might have been about, are a conflict too;
//! here: nobody has seen what the statement wrote, so it is done again, a bounded number of times.

use std::collections::BTreeSet;

use aquifer_iceberg::change::{Change, Known};
use aquifer_iceberg::manifest::{Content, DataFile, ManifestEntry};
use aquifer_sql::{Deed, Session, SqlError};
use aquifer_sql_iceberg::{
    DeletedRows, RowWriter, Task, as_sql, column_fields, deleted_among, discard, manifests,
    read_known, refused, tasks, write_deletes,
};
use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{Int32Type, Int64Type};
use datafusion::error::Result as DataFusionResult;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::sql::sqlparser::ast::Statement as AstStatement;
use futures::TryStreamExt;

use super::commit::{Committed, given_up};
use super::{Loaded, TRIES, as_written, told};
use crate::failure::Failure;
use crate::run::{Done, Run};

/// Columns of a change before those of the table.
const HEAD: usize = 3;

/// What a change came to.
struct Decided {
    deleted: DeletedRows,
    added: Vec<(i32, DataFile)>,
    /// Rows that were changed, as clients are told.
    rows: u64,
}

/// What others' commits make of a change.
enum Fit {
    Fits,
    /// Others added rows, which it might be about.
    Anew,
    Conflict,
}

impl Run {
    pub(in crate::run) async fn change_iceberg(
        &self,
        (database, name): (&str, &str),
        verb: &'static str,
        statement: AstStatement,
    ) -> Result<Done, Failure> {
        let mut catalog = self.catalog.clone();
        for _ in 0..TRIES {
            self.check_cancelled()?;
            let loaded = self.load_iceberg(&catalog, database, name).await?;
            super::check_format(&loaded.metadata)?;
            if loaded.metadata.format_version < 2 {
                let message = "Iceberg table updates require at least format version 2";
                return Err(Failure::not_supported(message));
            }
            let session = self.session_over(&catalog);
            match self.change_once(&session, &loaded, verb, statement.clone()).await? {
                Some(done) => return Ok(done),
                // Somebody was first: what is there now is looked at anew.
                None => catalog = self.catalog.anew(),
            }
        }
        let loaded = self.load_iceberg(&catalog, database, name).await?;
        Err(given_up(&loaded))
    }

    /// Decides a change and commits it; none if it has to be decided anew.
    async fn change_once(
        &self,
        session: &Session,
        loaded: &Loaded,
        verb: &'static str,
        statement: AstStatement,
    ) -> Result<Option<Done>, Failure> {
        let table = &loaded.metadata;
        let fields = column_fields(table.current_schema().map_err(refused)?);
        let query = session.plan_change(statement, &fields).await?;
        self.live.counts(query.stats());
        let listed = manifests(self.io(), table.current_snapshot()).await.map_err(as_sql)?;
        let known = read_known(self.io(), table, listed, |_, _| true).await.map_err(as_sql)?;
        let files = tasks(table, &known).map_err(as_sql)?;
        self.begin_commit(&table.location, &loaded.database, loaded.name()).await?;
        let schema = query.schema().clone();
        let rows = session.rows_of(query, schema).await?;
        let decided = self.decide(session, loaded, verb, rows, &files).await?;
        let committed = async {
            let done = self.written(&as_written(&decided.added, decided.rows)).await?;
            if decided.added.is_empty() {
                return Ok(Some(done));
            }
            let change = Change {
                operation: operation(&decided.added),
                added: decided.added.clone(),
                ..Change::default()
            };
            let fits = self.commit_decided(loaded, known, &change, &decided.deleted).await?;
            Ok(fits.then_some(done))
        };
        let committed: Result<Option<Done>, Failure> = committed.await;
        let stays = matches!(&committed, Ok(Some(_)));
        if !stays && !discard(self.io(), &decided.added).await {
            self.live.left_something();
        }
        committed
    }

    /// Writes what rows become.
    async fn decide(
        &self,
        session: &Session,
        loaded: &Loaded,
        verb: &'static str,
        mut rows: SendableRecordBatchStream,
        files: &[Task],
    ) -> Result<Decided, Failure> {
        let options = self.write_options(&loaded.metadata);
        let writer = RowWriter::new(&loaded.metadata, self.io().clone(), options.clone());
        let mut writer = writer.map_err(told(session))?;
        let mut deleted = DeletedRows::default();
        let mut count = 0;
        let writing = async {
            while let Some(batch) = rows.try_next().await? {
                count += note(&batch, &mut deleted)?;
                let come = coming(&batch)?;
                if come.num_rows() > 0 {
                    writer.write(&come).await?;
                }
            }
            if deleted.settle() && verb == "MERGE" {
                let message = "One MERGE target table row matched more than one source row";
                return Err(SqlError::user("MERGE_TARGET_ROW_MULTIPLE_MATCHES", message).into());
            }
            let mut added = writer.finish().await?;
            match write_deletes(self.io(), &options, &deleted, files).await {
                Ok(deletes) => added.extend(deletes),
                Err(error) => {
                    discard(self.io(), &added).await;
                    return Err(error);
                }
            }
            Ok(added)
        };
        let written: DataFusionResult<Vec<(i32, DataFile)>> = writing.await;
        match written {
            Ok(added) => Ok(Decided { deleted, added, rows: count }),
            Err(error) => {
                writer.abort().await;
                Err(told(session)(error))
            }
        }
    }

    /// Commits a change to the table as it is by then, if it fits; false if it has to be decided
    /// anew.
    async fn commit_decided(
        &self,
        first: &Loaded,
        base: Vec<Known>,
        change: &Change,
        deleted: &DeletedRows,
    ) -> Result<bool, Failure> {
        let mut loaded = first.clone();
        let mut known = base.clone();
        for _ in 0..TRIES {
            if loaded.metadata.current_snapshot_id != first.metadata.current_snapshot_id {
                match self.fit(&base, &known, deleted).await? {
                    Fit::Fits => {}
                    Fit::Anew => return Ok(false),
                    Fit::Conflict => return Err(given_up(&loaded)),
                }
            }
            if loaded.metadata.current_schema_id != first.metadata.current_schema_id {
                return Ok(false);
            }
            if self.commit_change(&loaded, &known, change).await? == Committed::Done {
                return Ok(true);
            }
            let catalog = self.catalog.anew();
            loaded = self.load_iceberg(&catalog, &first.database, first.name()).await?;
            let table = &loaded.metadata;
            let listed = manifests(self.io(), table.current_snapshot()).await.map_err(as_sql)?;
            known = read_known(self.io(), table, listed, |_, _| true).await.map_err(as_sql)?;
        }
        Err(given_up(&loaded))
    }

    /// Whether a change that was decided on one snapshot holds on another.
    async fn fit(
        &self,
        base: &[Known],
        now: &[Known],
        deleted: &DeletedRows,
    ) -> Result<Fit, Failure> {
        let before: BTreeSet<&str> = alive(base).map(path).collect();
        let present: BTreeSet<&str> = alive(now).map(path).collect();
        if deleted.files().any(|file| !present.contains(file)) {
            return Ok(Fit::Conflict);
        }
        let new: Vec<&DataFile> = alive(now)
            .map(|entry| &entry.data_file)
            .filter(|file| !before.contains(file.file_path.as_str()))
            .collect();
        let deletes: Vec<&DataFile> =
            new.iter().copied().filter(|file| file.content != Content::Data).collect();
        if deleted_among(self.io(), &deletes, deleted).await.map_err(as_sql)? {
            return Ok(Fit::Conflict);
        }
        let added = new.iter().any(|file| file.content == Content::Data);
        let gone = before.iter().any(|file| !present.contains(file));
        Ok(if added || gone || !deletes.is_empty() { Fit::Anew } else { Fit::Fits })
    }
}

fn alive(known: &[Known]) -> impl Iterator<Item = &ManifestEntry> {
    let read = known.iter().filter_map(|(_, manifest)| manifest.as_ref());
    read.flat_map(|manifest| manifest.entries.iter().filter(|entry| entry.is_alive()))
}

fn path(entry: &ManifestEntry) -> &str {
    &entry.data_file.file_path
}

/// What the snapshot says it is.
fn operation(added: &[(i32, DataFile)]) -> &'static str {
    let of = |content: Content| added.iter().any(|(_, file)| file.content == content);
    match (of(Content::Data), of(Content::PositionDeletes)) {
        (true, false) => "append",
        (false, _) => "delete",
        (true, true) => "overwrite",
    }
}

/// Notes the places of rows that go; how many rows are changed.
fn note(batch: &RecordBatch, deleted: &mut DeletedRows) -> DataFusionResult<u64> {
    let deeds = batch.column(0).as_primitive::<Int32Type>();
    let files = batch.column(1).as_string::<i32>();
    let places = batch.column(2).as_primitive::<Int64Type>();
    let mut count = 0;
    for row in 0..batch.num_rows() {
        let deed = deeds.value(row);
        if deed == Deed::Nothing as i32 {
            continue;
        }
        count += 1;
        if deed == Deed::Insert as i32 {
            continue;
        }
        if files.is_null(row) || places.is_null(row) {
            return Err(SqlError::internal("a row to be changed has no place").into());
        }
        deleted.add(files.value(row), places.value(row));
    }
    Ok(count)
}

/// The rows that come, in the table's columns.
fn coming(batch: &RecordBatch) -> DataFusionResult<RecordBatch> {
    let columns: Vec<usize> = (HEAD..batch.num_columns()).collect();
    if columns.is_empty() {
        return Ok(RecordBatch::new_empty(batch.schema()));
    }
    let deeds = batch.column(0).as_primitive::<Int32Type>();
    let comes = |deed: Option<i32>| {
        Some(deed == Some(Deed::Update as i32) || deed == Some(Deed::Insert as i32))
    };
    let wanted: BooleanArray = deeds.iter().map(comes).collect();
    Ok(filter_record_batch(&batch.project(&columns)?, &wanted)?)
}
