//! `OPTIMIZE … REWRITE DATA USING BIN_PACK`: small files and files with many deletes become others,
//! with the same rows.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html>

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use aquifer_iceberg::TableMetadata;
use aquifer_iceberg::change::{Change, Known};
use aquifer_iceberg::manifest::{Content, DataFile};
use aquifer_sql::{Prepared, Session, SqlError, Statement};
use aquifer_sql_iceberg::{
    RowWriter, Task, as_sql, column_fields, discard, manifests, read_known, refused, tasks,
    write_rows,
};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Schema as ArrowSchema};
use datafusion::sql::sqlparser::ast::{Expr, Query, Visit, Visitor};
use futures::StreamExt;

use super::commit::{Committed, given_up};
use super::properties::number;
use super::{Loaded, TRIES, as_written, told};
use crate::failure::Failure;
use crate::run::{Done, Run};

/// Files of partitions that a rewrite may have open at once: its rows are not sorted.
const OPEN_MAX: usize = 10_000;

/// What is rewritten, as the table's properties say it.
struct Rules {
    least_bytes: i64,
    most_bytes: i64,
    /// Fewer small files than that are left alone.
    files: usize,
    /// Files with fewer files of deletes are left alone.
    deletes: usize,
}

impl Rules {
    fn of(table: &TableMetadata) -> Self {
        let said = |name: &str, usual: i64| number(&table.properties, name, usual);
        let target = said("write.target-file-size-bytes", 512 << 20);
        let count = |name: &str, usual: i64| usize::try_from(said(name, usual)).unwrap_or(1);
        Self {
            least_bytes: said("optimize_rewrite_min_data_file_size_bytes", target / 4 * 3),
            most_bytes: said("optimize_rewrite_max_data_file_size_bytes", target / 10 * 18),
            files: count("optimize_rewrite_data_file_threshold", 5),
            deletes: count("optimize_rewrite_delete_file_threshold", 2),
        }
    }

    /// The files that are rewritten, of all that may be.
    fn choose<'t>(&self, table: &TableMetadata, tasks: &[&'t Task]) -> Vec<&'t Task> {
        let mut partitions: BTreeMap<String, (Vec<&'t Task>, Vec<&'t Task>)> = BTreeMap::new();
        for task in tasks {
            let key = format!("{} {:?}", task.spec_id, task.file.partition);
            let (must, may) = partitions.entry(key).or_default();
            let size = task.file.file_size_in_bytes;
            if task.spec_id != table.default_spec_id || task.deletes.len() >= self.deletes {
                must.push(task);
            } else if size < self.least_bytes || size > self.most_bytes {
                may.push(task);
            }
        }
        let mut chosen = Vec::new();
        for (must, may) in partitions.into_values() {
            let worth = may.len() + must.len() >= self.files;
            // One small file alone would become the same again.
            let alone = may.len() == 1 && must.is_empty() && may[0].deletes.is_empty();
            if worth && !alone {
                chosen.extend(may);
            }
            chosen.extend(must);
        }
        chosen
    }
}

impl Run {
    pub(in crate::run) async fn optimize(
        &self,
        database: &str,
        name: &str,
        predicate: Option<String>,
    ) -> Result<Done, Failure> {
        let mut catalog = self.catalog.clone();
        for _ in 0..TRIES {
            let loaded = self.load_iceberg(&catalog, database, name).await?;
            super::check_format(&loaded.metadata)?;
            let table = &loaded.metadata;
            let listed = manifests(self.io(), table.current_snapshot()).await.map_err(as_sql)?;
            let known = read_known(self.io(), table, listed, |_, _| true).await.map_err(as_sql)?;
            let all = tasks(table, &known).map_err(as_sql)?;
            let session = self.session_over(&catalog);
            let meant = self.meant(&session, &loaded, predicate.as_deref()).await?;
            let meant = in_partitions(&all, meant.as_ref());
            let chosen = Rules::of(table).choose(table, &meant);
            if chosen.is_empty() {
                return self.written(&as_written(&[], 0)).await;
            }
            let paths: BTreeSet<String> =
                chosen.iter().map(|task| task.file.file_path.clone()).collect();
            let over = catalog.with_only(database, name, paths.clone());
            let session = self.session_over(&over);
            self.begin_commit(&table.location, database, name).await?;
            let files = self.rewritten(&session, &loaded).await?;
            let outcome = self.replace(&loaded, &known, &all, paths, &files).await;
            match outcome {
                Ok(Some(done)) => return Ok(done),
                other => {
                    if !discard(self.io(), &files).await {
                        self.live.left_something();
                    }
                    other?;
                }
            }
            catalog = self.catalog.anew();
        }
        let loaded = self.load_iceberg(&catalog, database, name).await?;
        Err(given_up(&loaded))
    }

    /// The files in which a predicate over partitions has rows; none for all.
    async fn meant(
        &self,
        session: &Session,
        loaded: &Loaded,
        predicate: Option<&str>,
    ) -> Result<Option<BTreeSet<String>>, Failure> {
        let Some(predicate) = predicate else { return Ok(None) };
        let (database, name) = (&loaded.database, loaded.name());
        let sql =
            format!("SELECT DISTINCT \"$path\" FROM \"{database}\".\"{name}\" WHERE {predicate}");
        if let Ok(Statement::Query(parsed)) = self.core.dialect.front_end().parse(&sql) {
            check_partitioned(&parsed.ast, &loaded.metadata)?;
        }
        let Prepared::Query(query) = session.prepare(&sql).await? else {
            return Err(SqlError::internal("a query is expected").into());
        };
        self.live.counts(query.stats());
        let mut running = session.execute(Prepared::Query(query)).await?;
        let mut paths = BTreeSet::new();
        while let Some(batch) = running.stream.next().await {
            let batch = batch.map_err(told(session))?;
            let column = cast(batch.column(0), &DataType::Utf8);
            let column = column.map_err(|error| SqlError::internal(error.to_string()))?;
            paths.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
        }
        Ok(Some(paths))
    }

    /// Writes the rows of the files that a session's table has.
    async fn rewritten(
        &self,
        session: &Session,
        loaded: &Loaded,
    ) -> Result<Vec<(i32, DataFile)>, Failure> {
        let fields = column_fields(loaded.metadata.current_schema().map_err(refused)?);
        let columns: Vec<String> =
            fields.iter().map(|f| format!("\"{}\"", f.name().replace('"', "\"\""))).collect();
        let sql = format!(
            "SELECT {} FROM \"{}\".\"{}\"",
            columns.join(", "),
            loaded.database,
            loaded.name()
        );
        let Prepared::Query(query) = session.prepare(&sql).await? else {
            return Err(SqlError::internal("a query is expected").into());
        };
        self.live.counts(query.stats());
        let mut options = self.write_options(&loaded.metadata);
        options.open_max = OPEN_MAX;
        let writer = RowWriter::new(&loaded.metadata, self.io().clone(), options);
        let writer = writer.map_err(told(session))?;
        let rows = session.rows_of(*query, Arc::new(ArrowSchema::new(fields))).await?;
        write_rows(rows, writer).await.map_err(told(session))
    }

    /// Puts files in the place of others; none where others were first.
    async fn replace(
        &self,
        loaded: &Loaded,
        known: &[Known],
        all: &[Task],
        mut removed: BTreeSet<String>,
        files: &[(i32, DataFile)],
    ) -> Result<Option<Done>, Failure> {
        let rows: i64 = files.iter().map(|(_, file)| file.record_count).sum();
        let count = u64::try_from(rows).unwrap_or(0);
        let done = self.written(&as_written(files, count)).await?;
        removed.extend(spent(known, all, &removed));
        let table = &loaded.metadata;
        let change = Change {
            operation: "replace",
            added: files.to_vec(),
            removed,
            // Deletes that others add meanwhile are of these rows too.
            sequence_number: table.current_snapshot().map(|snapshot| snapshot.sequence_number),
            ..Change::default()
        };
        match self.commit_change(loaded, known, &change).await? {
            Committed::Done => Ok(Some(done)),
            Committed::Late => Ok(None),
        }
    }
}

/// Files of the partitions that some files are in: where all rows of a file are deleted, no row tells
/// of it. All files, if nothing is said of them.
fn in_partitions<'t>(all: &'t [Task], some: Option<&BTreeSet<String>>) -> Vec<&'t Task> {
    let Some(some) = some else { return all.iter().collect() };
    let key = |task: &Task| format!("{} {:?}", task.spec_id, task.file.partition);
    let meant = all.iter().filter(|task| some.contains(&task.file.file_path));
    let meant: BTreeSet<String> = meant.map(key).collect();
    all.iter().filter(|task| meant.contains(&key(task))).collect()
}

/// Files of deletes that are of nothing any more once some files are gone.
fn spent(known: &[Known], all: &[Task], removed: &BTreeSet<String>) -> BTreeSet<String> {
    let stays = all.iter().filter(|task| !removed.contains(&task.file.file_path));
    let needed: BTreeSet<&str> = stays
        .flat_map(|task| task.deletes.iter().map(|delete| delete.file_path.as_str()))
        .collect();
    let read = known.iter().filter_map(|(_, manifest)| manifest.as_ref());
    let alive = read.flat_map(|manifest| manifest.entries.iter().filter(|e| e.is_alive()));
    let deletes = alive.map(|entry| &entry.data_file).filter(|f| f.content != Content::Data);
    let spent = deletes.filter(|file| !needed.contains(file.file_path.as_str()));
    spent.map(|file| file.file_path.clone()).collect()
}

/// Refuses predicates over columns that rows are not parted by: files could not be told apart.
fn check_partitioned(query: &Query, table: &TableMetadata) -> Result<(), Failure> {
    let schema = table.current_schema().map_err(refused)?;
    let spec = table.spec(table.default_spec_id);
    let ids: Vec<i32> = spec.iter().flat_map(|s| &s.fields).map(|field| field.source_id).collect();
    let mut names = Names(Vec::new());
    let _ = query.visit(&mut names);
    for name in names.0 {
        let column = schema.columns.fields.iter().find(|f| f.name.eq_ignore_ascii_case(&name));
        if column.is_some_and(|column| !ids.contains(&column.id)) {
            return Err(Failure::not_supported(format!(
                "Unexpected FilterNode found in plan; probably connector was not able to handle \
                 provided WHERE expression: {name} is not a partition column"
            )));
        }
    }
    Ok(())
}

struct Names(Vec<String>);

impl Visitor for Names {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(name) => self.0.push(name.value.clone()),
            Expr::CompoundIdentifier(parts) => {
                self.0.extend(parts.last().map(|name| name.value.clone()));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
