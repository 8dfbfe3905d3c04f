//! A catalog and an object store in memory, and whoever does the catalog's side of statements:
//! the least of a room that the engine can be tested in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use aquifer_formats::{Compression, CsvOptions, Format, HiveType, JsonOptions, WriteOptions};
use aquifer_lake::{
    Column, LakeError, PartitionDef, PartitionSource, ScanTotals, TableDef, TargetSpec, Written,
};
use aquifer_sql::{
    Catalog, Dialect, ObjectStores, Prepared, Properties, QueryTotals, Relation, RelationName,
    ResultColumn, Running, Session, SessionOptions, SqlConfig, SqlEngine, SqlError, TableName,
    ViewDef,
};
use aquifer_sql_trino::{TrinoFrontEnd, format_value};
use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use futures::StreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use tokio_util::sync::CancellationToken;

/// The one bucket there is.
#[allow(dead_code)]
pub const BUCKET: &str = "s3://lab/";

#[derive(Debug, Default)]
struct State {
    relations: BTreeMap<(String, String), Relation>,
    partitions: BTreeMap<(String, String), Vec<PartitionDef>>,
    prepared: BTreeMap<String, String>,
    /// Filters the partition source was asked with.
    asked: Vec<Option<String>>,
    written: u64,
}

/// The laboratory: a catalog with the databases `default` and `other`.
#[derive(Debug, Clone)]
pub struct Lab {
    pub store: Arc<InMemory>,
    dialect: Arc<Dialect>,
    state: Arc<Mutex<State>>,
    pub cancel: CancellationToken,
    pub max_partitions: usize,
}

/// What a statement answered.
#[derive(Debug, Default)]
#[allow(dead_code)]
pub struct Answer {
    pub columns: Vec<ResultColumn>,
    pub rows: Vec<Vec<Option<String>>>,
    pub totals: QueryTotals,
    pub written: Option<Written>,
}

impl Lab {
    pub fn new() -> Self {
        let engine = SqlEngine::new(SqlConfig::default());
        let dialect = Dialect::new(engine, Arc::new(TrinoFrontEnd::new("awsdatacatalog")));
        Lab {
            store: Arc::new(InMemory::new()),
            dialect,
            state: Arc::default(),
            cancel: CancellationToken::new(),
            max_partitions: 100,
        }
    }

    #[allow(dead_code)]
    pub fn add_table(&self, def: TableDef, partitions: Vec<PartitionDef>) {
        let key = (def.database.clone(), def.name.clone());
        let mut state = self.state.lock().unwrap();
        state.partitions.insert(key.clone(), partitions);
        state.relations.insert(key, Relation::Table(Box::new(def)));
    }

    /// The partition filters asked for since the last time.
    #[allow(dead_code)]
    pub fn take_asked(&self) -> Vec<Option<String>> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    pub fn session(&self) -> Session {
        self.dialect.session(SessionOptions {
            catalog: Arc::new(self.clone()),
            partitions: Arc::new(self.clone()),
            stores: Arc::new(self.clone()),
            default_database: "default".to_owned(),
            now: chrono::DateTime::from_timestamp(1_704_164_645, 123_000_000).unwrap(),
            cancel: self.cancel.clone(),
        })
    }

    /// Runs one statement.
    pub async fn run(&self, sql: &str) -> Result<Answer, SqlError> {
        let session = self.session();
        let mut prepared = session.prepare(sql).await?;
        if let Prepared::Execute { name, parameters } = &prepared {
            let kept = self.state.lock().unwrap().prepared.get(name).cloned();
            let kept = kept.ok_or_else(|| {
                SqlError::user("NOT_FOUND", format!("Prepared statement not found: {name}"))
            })?;
            prepared = session.prepare_with(&kept, parameters).await?;
        }
        match prepared {
            Prepared::Query(_) | Prepared::Explain(_) => {
                collect(&session, session.execute(prepared).await?).await
            }
            Prepared::CreateTableAs { table, if_not_exists, properties, with_data, query } => {
                let key = key(&table);
                if self.state.lock().unwrap().relations.contains_key(&key) {
                    if if_not_exists {
                        return Ok(Answer::default());
                    }
                    let message = format!("Destination table '{}' already exists", table.name);
                    return Err(SqlError::user("TABLE_ALREADY_EXISTS", message));
                }
                let def = define(&table, &properties, query.columns())?;
                let target = self.target(&def, &properties, true)?;
                let written = match with_data {
                    true => Some(session.execute_write(*query, target).await?),
                    false => None,
                };
                self.add_table(def, partitions(written.as_ref()));
                Ok(Answer { written, ..Answer::default() })
            }
            Prepared::InsertInto { table, columns, query } => {
                let def = self.table(&table)?;
                let target = self.target(&def, &Properties::new(), false)?;
                let all: Vec<Column> = def.all_columns().cloned().collect();
                let written = session.execute_insert(*query, &columns, &all, target).await?;
                let mut state = self.state.lock().unwrap();
                let known = state.partitions.entry(key(&table)).or_default();
                for partition in partitions(Some(&written)) {
                    if !known.contains(&partition) {
                        known.push(partition);
                    }
                }
                drop(state);
                Ok(Answer { written: Some(written), ..Answer::default() })
            }
            Prepared::Unload { to, properties, query } => {
                let mut spec = self.spec(to, &properties)?;
                spec.must_be_empty = true;
                let written = session.execute_write(*query, spec).await?;
                Ok(Answer { written: Some(written), ..Answer::default() })
            }
            Prepared::CreateView { view, sql, columns, .. } => {
                let columns = columns.into_iter().map(|c| c.name).collect();
                let view_def = Relation::View(ViewDef { sql, columns, database: None });
                self.state.lock().unwrap().relations.insert(key(&view), view_def);
                Ok(Answer::default())
            }
            Prepared::Prepare { name, sql } => {
                self.state.lock().unwrap().prepared.insert(name, sql);
                Ok(Answer::default())
            }
            Prepared::Deallocate { name } => {
                self.state.lock().unwrap().prepared.remove(&name);
                Ok(Answer::default())
            }
            Prepared::ModifyRows { .. } => Err(SqlError::not_supported(
                "Modifying Hive table rows is only supported for transactional tables",
            )),
            Prepared::Execute { .. } => Err(SqlError::internal("a statement executes itself")),
        }
    }

    fn table(&self, name: &TableName) -> Result<TableDef, SqlError> {
        match self.state.lock().unwrap().relations.get(&key(name)) {
            Some(Relation::Table(def)) => Ok(def.as_ref().clone()),
            _ => Err(SqlError::user("TABLE_NOT_FOUND", format!("{} does not exist", name.name))),
        }
    }

    fn target(
        &self,
        def: &TableDef,
        properties: &Properties,
        new: bool,
    ) -> Result<TargetSpec, SqlError> {
        let mut spec = self.spec(def.location.clone(), properties)?;
        spec.format = def.format.clone();
        spec.options = WriteOptions::for_format(&spec.format);
        if let Some(compression) = def.compression {
            spec.options.compression = compression;
        }
        spec.partition_by = def.partition_keys.iter().map(|k| k.name.clone()).collect();
        spec.must_be_empty = new;
        Ok(spec)
    }

    fn spec(&self, location: String, properties: &Properties) -> Result<TargetSpec, SqlError> {
        let mut state = self.state.lock().unwrap();
        state.written += 1;
        let format = format_of(properties)?;
        Ok(TargetSpec {
            location,
            options: WriteOptions::for_format(&format),
            format,
            partition_by: vec![],
            bucket_by: None,
            max_partitions: self.max_partitions,
            target_file_size: 64 << 20,
            must_be_empty: false,
            file_prefix: format!("q{:04}", state.written),
        })
    }
}

fn key(name: &TableName) -> (String, String) {
    let database = name.database.clone().unwrap_or_else(|| "default".to_owned());
    (database, name.name.clone())
}

fn format_of(properties: &Properties) -> Result<Format, SqlError> {
    match properties.get("format").and_then(|f| f.as_text()).unwrap_or("PARQUET") {
        "PARQUET" => Ok(Format::Parquet),
        "JSON" => Ok(Format::Json(JsonOptions::default())),
        "TEXTFILE" => Ok(Format::Csv(CsvOptions::default())),
        other => Err(SqlError::user("INVALID_TABLE_PROPERTY", format!("format {other}"))),
    }
}

fn define(
    table: &TableName,
    properties: &Properties,
    columns: &[ResultColumn],
) -> Result<TableDef, SqlError> {
    let (database, name) = key(table);
    let keys = properties.get("partitioned_by").and_then(|p| p.as_texts()).unwrap_or_default();
    let column = |c: &ResultColumn| {
        Column::new(c.name.clone(), c.hive_type.clone().unwrap_or(HiveType::String))
    };
    let compression = properties.get("write_compression").and_then(|c| c.as_text());
    let compression = compression.map(Compression::parse).transpose();
    Ok(TableDef {
        location: match properties.get("external_location").and_then(|l| l.as_text()) {
            Some(location) => location.to_owned(),
            None => format!("{BUCKET}{database}/{name}/"),
        },
        columns: columns.iter().filter(|c| !keys.contains(&c.name.as_str())).map(column).collect(),
        partition_keys: keys
            .iter()
            .filter_map(|k| columns.iter().find(|c| c.name == *k))
            .map(column)
            .collect(),
        database,
        name,
        format: format_of(properties)?,
        compression: compression
            .map_err(|e| SqlError::user("INVALID_TABLE_PROPERTY", e.to_string()))?,
        parameters: BTreeMap::new(),
        projection: None,
    })
}

fn partitions(written: Option<&Written>) -> Vec<PartitionDef> {
    let partitions = written.map(|w| w.partitions.as_slice()).unwrap_or_default();
    let def = |p: &aquifer_lake::WrittenPartition| PartitionDef {
        values: p.values.clone(),
        location: p.location.clone(),
        format: None,
    };
    partitions.iter().map(def).collect()
}

async fn collect(session: &Session, running: Running) -> Result<Answer, SqlError> {
    let Running { columns, mut stream, stats } = running;
    let mut rows = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch: RecordBatch = batch.map_err(|e| session.explain_error(e))?;
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|c| format_value(c, row)).collect());
        }
    }
    Ok(Answer { columns, rows, totals: stats.totals(), written: None })
}

#[allow(dead_code)]
pub fn scanned(answer: &Answer) -> ScanTotals {
    answer.totals.scanned
}

#[async_trait]
impl Catalog for Lab {
    async fn database_names(&self) -> Result<Vec<String>, SqlError> {
        Ok(vec!["default".to_owned(), "other".to_owned()])
    }

    async fn relation_names(&self, database: &str) -> Result<Vec<RelationName>, SqlError> {
        let state = self.state.lock().unwrap();
        let own = state.relations.iter().filter(|((d, _), _)| d == database);
        Ok(own
            .map(|((_, name), relation)| RelationName {
                name: name.clone(),
                is_view: matches!(relation, Relation::View(_)),
            })
            .collect())
    }

    async fn has_database(&self, database: &str) -> Result<bool, SqlError> {
        Ok(self.database_names().await?.iter().any(|d| d == database))
    }

    async fn relation(&self, database: &str, name: &str) -> Result<Option<Relation>, SqlError> {
        let key = (database.to_owned(), name.to_owned());
        Ok(self.state.lock().unwrap().relations.get(&key).cloned())
    }
}

#[async_trait]
impl PartitionSource for Lab {
    async fn partitions(
        &self,
        database: &str,
        table: &str,
        filter: Option<&str>,
    ) -> Result<Vec<PartitionDef>, LakeError> {
        let mut state = self.state.lock().unwrap();
        state.asked.push(filter.map(str::to_owned));
        let key = (database.to_owned(), table.to_owned());
        Ok(state.partitions.get(&key).cloned().unwrap_or_default())
    }
}

impl ObjectStores for Lab {
    fn for_bucket(&self, _url: &url::Url) -> datafusion::error::Result<Arc<dyn ObjectStore>> {
        Ok(self.store.clone())
    }
}
