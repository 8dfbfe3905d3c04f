//! `CREATE TABLE … AS`: the files first, then the table, then its partitions, as Trino does it.
//! What fails leaves nothing; what is interrupted is undone (see [`crate::undo`]).

use aquifer_lake::{TargetSpec, Written};
use aquifer_sql::{PreparedQuery, Properties, Session, SqlError, TableName};
use glue_api::{Client, CreateTableInput, DeleteTableInput, TableInput};

use super::ddl::partition_inputs;
use super::layout::{Layout, invalid, nothing_left, table_column, text};
use super::{Done, Run};
use crate::error;
use crate::failure::Failure;
use crate::uri::{S3Uri, folder};

/// The codecs' properties; where several are given the last one stands.
const CODECS: &[&str] = &["write_compression", "parquet_compression", "orc_compression"];

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
            self.begin_writing(&spec.location, None).await?;
            session.execute_write(query, spec).await?
        } else {
            Written::default()
        };
        let told = async {
            // Told before the table is made: it must not stay if it cannot be told of.
            let done = self.written(&written).await?;
            self.publish(&database, table, &written).await?;
            Ok(done)
        };
        let told = told.await;
        self.or_discard(&written, told).await
    }

    /// Whether the table is there already, which fails unless it may be.
    pub(super) async fn is_there(
        &self,
        database: &str,
        name: &str,
        target: &Target,
    ) -> Result<bool, Failure> {
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
        let location = match text(properties, "external_location")? {
            // Statements that name it themselves are refused before they are accepted; this one was
            // prepared.
            Some(_) if self.live.row.place_enforced => {
                return Err(invalid(error::PLACE_ENFORCED).into());
            }
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
        let location = table.storage_descriptor.as_ref().and_then(|s| s.location.clone());
        let location = location.unwrap_or_default();
        let made = Some((database.to_owned(), name.clone()));
        self.begin_writing(&location, made).await?;
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        let input = CreateTableInput {
            database_name: database.to_owned(),
            table_input: Some(table),
            ..CreateTableInput::default()
        };
        if let Err(fail) = Client::create_table(&self.ctx, input).await {
            // What has this name is someone else's.
            self.begin_writing(&location, None).await?;
            return Err(Failure::catalog(&fail));
        }
        let partitions = partition_inputs(&storage, &written.partitions);
        let added = self.create_partitions(database, &name, partitions).await;
        let Err(failure) = added else { return Ok(()) };
        let input = DeleteTableInput {
            database_name: database.to_owned(),
            name,
            ..DeleteTableInput::default()
        };
        if let Err(error) = Client::delete_table(&self.ctx, input).await {
            tracing::warn!(%error, "a table without its partitions has to go later");
            self.live.left_something();
        }
        Err(failure)
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
