//! The catalog as one query sees it: Glue's databases, tables and partitions, asked as the caller
//! and remembered for the length of the query.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use aquifer_iceberg::TableMetadata;
use aquifer_lake::{LakeError, PartitionDef, PartitionSource};
use aquifer_sql::{Catalog, Relation, RelationName, SqlError};
use aquifer_sql_iceberg::{IcebergTable, Io, invalid_metadata, refused};
use async_trait::async_trait;
use glue_api::{
    Client, GetDatabaseInput, GetDatabasesInput, GetPartitionsInput, GetTableInput, GetTablesInput,
    Table,
};
use parking_lot::Mutex;
use platform::{Ctx, Fail};

use crate::access::is_denial;
use crate::{table_def, view};

/// Partitions of one page.
const PARTITIONS_PAGE: i32 = 1_000;

/// What the catalog said of a table, absence included, by database and name.
type Known = HashMap<(String, String), Option<Arc<Table>>>;

/// Glue, as one caller.
#[derive(Clone)]
pub(crate) struct GlueCatalog {
    ctx: Ctx,
    /// Tables asked for, by database and name.
    tables: Arc<Mutex<Known>>,
    /// How the metadata of Iceberg tables is read.
    io: Io,
    /// Iceberg tables read, by the place of their metadata.
    iceberg: Arc<Mutex<HashMap<String, IcebergTable>>>,
    /// Of one table, the rows of some files alone.
    only: Option<Arc<Only>>,
}

/// Some files of a table.
struct Only {
    database: String,
    table: String,
    files: BTreeSet<String>,
}

impl std::fmt::Debug for GlueCatalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GlueCatalog")
    }
}

/// A refusal of Glue in the engine's words.
pub(crate) fn explain(fail: &Fail) -> SqlError {
    if is_denial(fail) {
        return SqlError::external("PERMISSION_DENIED", fail.message());
    }
    let retryable = !fail.is_sender();
    SqlError { retryable, ..SqlError::external("HIVE_METASTORE_ERROR", fail.message()) }
}

impl GlueCatalog {
    pub(crate) fn new(ctx: Ctx, io: Io) -> Self {
        Self { ctx, tables: Arc::default(), io, iceberg: Arc::default(), only: None }
    }

    /// The catalog as it is now, whatever was asked of it before.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.ctx.clone(), self.io.clone())
    }

    /// The same catalog, in which a table has the rows of some files alone.
    pub(crate) fn with_only(&self, database: &str, table: &str, files: BTreeSet<String>) -> Self {
        let (database, table) = (database.to_owned(), table.to_owned());
        Self { only: Some(Arc::new(Only { database, table, files })), ..self.clone() }
    }

    /// How files of tables are read and written.
    pub(crate) fn io(&self) -> &Io {
        &self.io
    }

    /// An Iceberg table as its metadata says it, and where that is.
    pub(crate) async fn iceberg(&self, table: &Table) -> Result<(String, IcebergTable), SqlError> {
        let location = table_def::parameter(table.parameters.as_ref(), "metadata_location");
        let Some(location) = location.map(str::to_owned) else {
            let message = format!("Table {} has no metadata_location", table.name);
            return Err(invalid_metadata(message));
        };
        if let Some(known) = self.iceberg.lock().get(&location) {
            return Ok((location, known.clone()));
        }
        let bytes = self.io.read(&location).await.map_err(aquifer_sql_iceberg::as_sql)?;
        let metadata = TableMetadata::from_json(&bytes).map_err(refused)?;
        let read = IcebergTable::new(Arc::new(metadata), self.io.clone());
        self.iceberg.lock().insert(location.clone(), read.clone());
        Ok((location, read))
    }

    /// A table as Glue has it; none if it, or its database, is not there.
    pub(crate) async fn table(
        &self,
        database: &str,
        name: &str,
    ) -> Result<Option<Arc<Table>>, Fail> {
        let key = (database.to_owned(), name.to_owned());
        if let Some(known) = self.tables.lock().get(&key) {
            return Ok(known.clone());
        }
        let input = GetTableInput {
            database_name: database.to_owned(),
            name: name.to_owned(),
            ..GetTableInput::default()
        };
        let found = match Client::get_table(&self.ctx, input).await {
            Ok(output) => output.table.map(Arc::new),
            Err(fail) if is_absent(&fail) => None,
            Err(fail) => return Err(fail),
        };
        self.tables.lock().insert(key, found.clone());
        Ok(found)
    }

    /// Whether a database is there.
    pub(crate) async fn database_exists(&self, name: &str) -> Result<bool, Fail> {
        let input = GetDatabaseInput { name: name.to_owned(), ..GetDatabaseInput::default() };
        match Client::get_database(&self.ctx, input).await {
            Ok(_) => Ok(true),
            Err(fail) if is_absent(&fail) => Ok(false),
            Err(fail) => Err(fail),
        }
    }

    /// All tables of a database, in the order of their names; none if it is not there.
    pub(crate) async fn tables(&self, database: &str) -> Result<Vec<Table>, Fail> {
        let mut tables = Vec::new();
        let mut next_token = None;
        loop {
            let input = GetTablesInput {
                database_name: database.to_owned(),
                next_token,
                ..GetTablesInput::default()
            };
            let page = match Client::get_tables(&self.ctx, input).await {
                Ok(page) => page,
                Err(fail) if is_absent(&fail) => return Ok(tables),
                Err(fail) => return Err(fail),
            };
            tables.extend(page.table_list.into_iter().flatten());
            next_token = page.next_token;
            if next_token.is_none() {
                tables.sort_by(|a, b| a.name.cmp(&b.name));
                return Ok(tables);
            }
        }
    }

    /// The names of all databases, in order.
    pub(crate) async fn databases(&self) -> Result<Vec<String>, Fail> {
        let mut names = Vec::new();
        let mut next_token = None;
        loop {
            let input = GetDatabasesInput { next_token, ..GetDatabasesInput::default() };
            let page = Client::get_databases(&self.ctx, input).await?;
            names.extend(page.database_list.into_iter().map(|database| database.name));
            next_token = page.next_token;
            if next_token.is_none() {
                names.sort();
                return Ok(names);
            }
        }
    }

    /// A table's partitions on which an expression over its keys holds.
    pub(crate) async fn partitions_where(
        &self,
        database: &str,
        table: &str,
        filter: Option<&str>,
    ) -> Result<Vec<glue_api::Partition>, Fail> {
        let mut partitions = Vec::new();
        let mut next_token = None;
        loop {
            let input = GetPartitionsInput {
                database_name: database.to_owned(),
                table_name: table.to_owned(),
                expression: filter.map(str::to_owned),
                exclude_column_schema: Some(true),
                max_results: Some(PARTITIONS_PAGE),
                next_token,
                ..GetPartitionsInput::default()
            };
            let page = Client::get_partitions(&self.ctx, input).await?;
            partitions.extend(page.partitions.into_iter().flatten());
            next_token = page.next_token;
            if next_token.is_none() {
                return Ok(partitions);
            }
        }
    }
}

/// Whether Glue says that what was asked for is not there.
pub(crate) fn is_absent(fail: &Fail) -> bool {
    fail.is("EntityNotFoundException")
}

#[async_trait]
impl Catalog for GlueCatalog {
    async fn database_names(&self) -> Result<Vec<String>, SqlError> {
        self.databases().await.map_err(|fail| explain(&fail))
    }

    async fn relation_names(&self, database: &str) -> Result<Vec<RelationName>, SqlError> {
        let tables = self.tables(database).await.map_err(|fail| explain(&fail))?;
        let named = tables.into_iter().map(|table| RelationName {
            is_view: table_def::is_view(&table),
            name: table.name.to_lowercase(),
        });
        Ok(named.collect())
    }

    async fn has_database(&self, database: &str) -> Result<bool, SqlError> {
        self.database_exists(database).await.map_err(|fail| explain(&fail))
    }

    async fn relation(&self, database: &str, name: &str) -> Result<Option<Relation>, SqlError> {
        let found = self.table(database, name).await.map_err(|fail| explain(&fail))?;
        let Some(table) = found else { return Ok(None) };
        if table_def::is_view(&table) {
            return view::read(&table).map(|view| Some(Relation::View(view)));
        }
        if table_def::is_iceberg(&table) {
            let (_, mut read) = self.iceberg(&table).await?;
            if let Some(only) = &self.only
                && (only.database.as_str(), only.table.as_str()) == (database, name)
            {
                read = read.only(only.files.clone());
            }
            return Ok(Some(Relation::Foreign(Arc::new(read))));
        }
        let def = table_def::table_def(database, &table, self.ctx.now().to_chrono())?;
        Ok(Some(Relation::Table(Box::new(def))))
    }
}

#[async_trait]
impl PartitionSource for GlueCatalog {
    async fn partitions(
        &self,
        database: &str,
        table: &str,
        filter: Option<&str>,
    ) -> aquifer_lake::Result<Vec<PartitionDef>> {
        let mut found = self.partitions_where(database, table, filter).await;
        // An expression Glue does not take is the engine's to decide, over all partitions.
        if filter.is_some() && found.as_ref().is_err_and(|fail| fail.is("InvalidInputException")) {
            found = self.partitions_where(database, table, None).await;
        }
        let found = found.map_err(|fail| catalog_error(explain(&fail)))?;
        let of = self.table(database, table).await.map_err(|fail| catalog_error(explain(&fail)))?;
        found
            .into_iter()
            .map(|partition| table_def::partition_def(of.as_deref(), partition))
            .collect::<Result<_, _>>()
            .map_err(catalog_error)
    }
}

fn catalog_error(error: SqlError) -> LakeError {
    LakeError::Catalog {
        message: error.message.clone(),
        retryable: error.retryable,
        source: Some(Box::new(error)),
    }
}
