//! `CREATE TABLE … AS`: the files first, then the table, so that nobody sees a table half filled.
//! What fails leaves nothing.

use aquifer_lake::{TargetSpec, Written};
use aquifer_sql::{PreparedQuery, Properties, Session, SqlError, TableName};
use glue_api::{Client, CreateTableInput, DeleteTableInput, TableInput};

use super::ddl::partition_inputs;
use super::layout::{Layout, invalid, nothing_left, table_column, text};
use super::{Done, Run};
use crate::failure::Failure;
use crate::uri::{S3Uri, folder};

/// The codecs' properties; where several are given the last one stands.
const CODECS: &[&str] = &["write_compression", "parquet_compression"];

/// The table to be made.
pub(super) struct Target {
    pub table: TableName,
    pub if_not_exists: bool,
    pub properties: Properties,
    pub with_data: bool,
}

impl Run {
    pub(super) async fn create_table_as(
        &self,
        session: &Session,
        target: Target,
        query: PreparedQuery,
    ) -> Result<Done, Failure> {
        self.live.counts(query.stats());
        let (database, name) = self.place_of(&target.table)?;
        if self.is_there(&database, &name, &target).await? {
            return self.written(&Written::default()).await;
        }
        let mut properties = target.properties;
        let location = self.location(&mut properties)?;
        let layout = Layout::take(&mut properties, CODECS, Some("PARQUET"))?;
        nothing_left(&properties)?;
        layout.check_columns(query.columns())?;

        let columns = query.columns().iter().map(table_column).collect::<Vec<_>>();
        let table = table_input(&name, &layout, &location, columns);
        let written = if target.with_data {
            let spec: TargetSpec = layout.target(&location, &self.live.id, false);
            session.execute_write(query, spec).await?
        } else {
            Written::default()
        };
        if let Err(failure) = self.publish(&database, table, &written).await {
            self.discard(&written).await;
            return Err(failure);
        }
        self.written(&written).await
    }

    /// Whether the table is there already, which fails unless it may be.
    async fn is_there(&self, database: &str, name: &str, target: &Target) -> Result<bool, Failure> {
        let found = self.catalog.table(database, name).await;
        if found.map_err(|fail| Failure::catalog(&fail))?.is_some() {
            if target.if_not_exists {
                return Ok(true);
            }
            let message =
                format!("Destination table 'awsdatacatalog.{database}.{name}' already exists");
            return Err(SqlError::user("TABLE_ALREADY_EXISTS", message).at(1, 1).into());
        }
        let exists = self.catalog.database_exists(database).await;
        if !exists.map_err(|fail| Failure::catalog(&fail))? {
            let message = format!("Schema {database} not found");
            return Err(SqlError::user("SCHEMA_NOT_FOUND", message).at(1, 1).into());
        }
        Ok(false)
    }

    /// Where the table's files go: as said, or a folder of the query's own.
    fn location(&self, properties: &mut Properties) -> Result<String, Failure> {
        if let Some(kind) = text(properties, "table_type")?
            && !kind.eq_ignore_ascii_case("hive")
        {
            return Err(Failure::not_supported(format!(
                "Tables of type {kind} are not supported by this version of Aquifer"
            )));
        }
        for name in ["bucketed_by", "bucket_count"] {
            if properties.contains_key(name) {
                return Err(Failure::not_supported(format!(
                    "Table property '{name}' is not supported by this version of Aquifer"
                )));
            }
        }
        let location = match text(properties, "external_location")? {
            Some(location) => location,
            None => self.file()?.to_string(),
        };
        if S3Uri::parse(&location).is_none() {
            return Err(invalid(format!("external_location '{location}' is not in S3")).into());
        }
        Ok(folder(&location))
    }

    /// Makes the table and its partitions, or neither.
    async fn publish(
        &self,
        database: &str,
        table: TableInput,
        written: &Written,
    ) -> Result<(), Failure> {
        self.check_cancelled()?;
        let name = table.name.clone();
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        let input = CreateTableInput {
            database_name: database.to_owned(),
            table_input: Some(table),
            ..CreateTableInput::default()
        };
        let made = Client::create_table(&self.ctx, input).await;
        made.map_err(|fail| Failure::catalog(&fail))?;
        let partitions = partition_inputs(&storage, &written.partitions);
        let added = self.create_partitions(database, &name, partitions).await;
        let Err(failure) = added else { return Ok(()) };
        let input = DeleteTableInput {
            database_name: database.to_owned(),
            name,
            ..DeleteTableInput::default()
        };
        if let Err(error) = Client::delete_table(&self.ctx, input).await {
            tracing::warn!(%error, "a table without its partitions was left behind");
        }
        Err(failure)
    }

    /// Deletes files that nothing names.
    pub(super) async fn discard(&self, written: &Written) {
        for file in &written.files {
            let Some(uri) = S3Uri::parse(&file.url) else { continue };
            let input = s3_api::DeleteObjectInput {
                bucket: uri.bucket,
                key: uri.key,
                ..s3_api::DeleteObjectInput::default()
            };
            if let Err(error) = s3_api::Client::delete_object(&self.ctx, input).await {
                tracing::warn!(%error, url = file.url, "a file of a failed write was left behind");
            }
        }
    }
}

fn table_input(
    name: &str,
    layout: &Layout,
    location: &str,
    mut columns: Vec<glue_api::Column>,
) -> TableInput {
    let keys = columns.split_off(columns.len() - layout.partitioned_by.len());
    let (codec_name, codec) = layout.codec_property();
    let parameters = [
        ("EXTERNAL".to_owned(), "TRUE".to_owned()),
        ("has_encrypted_data".to_owned(), "false".to_owned()),
        ("classification".to_owned(), layout.format.name().to_owned()),
        (codec_name, codec),
    ];
    TableInput {
        name: name.to_owned(),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(parameters.into_iter().collect()),
        partition_keys: Some(keys),
        storage_descriptor: Some(layout.storage(location, columns)),
        ..TableInput::default()
    }
}
