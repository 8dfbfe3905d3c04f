//! Tables, but for commits.

use std::collections::BTreeMap;

use aquifer_iceberg::rest::{NewTable, Registration, namespace, told};
use aquifer_iceberg::{CreateTable as Made, TableMetadata, catalog_columns};
use glue_api::{
    Column, CreateTable, CreateTableInput, DeleteTable, DeleteTableInput, GetTable, GetTableInput,
    GetTables, GetTablesInput, StorageDescriptor, Table, TableInput,
};
use platform::{EndpointAnswer, Result};
use serde_json::json;

use super::answer::{done, ok};
use super::{Asked, files, namespaces, refused};
use crate::catalog::describe;
use crate::error;

/// A table as the catalog has it.
pub(super) struct Loaded {
    pub table: Table,
    pub location: String,
    pub metadata: TableMetadata,
}

/// Whether a table's rows are Iceberg's.
fn is_iceberg(table: &Table) -> bool {
    let parameters = table.parameters.as_ref();
    let kind = parameters.and_then(|parameters| parameters.get("table_type"));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"))
}

/// The Iceberg tables of a namespace.
pub(super) async fn list(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    let name = namespace(name).map_err(refused)?;
    let input = GetTablesInput {
        database_name: name.clone(),
        next_token: asked.query("pageToken").map(str::to_owned),
        max_results: asked.page_size()?,
        ..Default::default()
    };
    let page = asked.platform.run_as::<GetTables>(asked.ctx, input).await?;
    let tables = page.table_list.unwrap_or_default();
    let names = tables.iter().filter(|table| is_iceberg(table));
    let names: Vec<_> =
        names.map(|table| json!({ "namespace": [name], "name": table.name })).collect();
    Ok(ok(&json!({ "identifiers": names, "next-page-token": page.next_token })))
}

/// A table of the catalog, which must be one of Iceberg's.
async fn get(asked: &Asked<'_>, space: &str, name: &str) -> Result<Table> {
    let input = GetTableInput {
        database_name: namespace(space).map_err(refused)?,
        name: name.to_owned(),
        ..Default::default()
    };
    let found = asked.platform.run_as::<GetTable>(asked.ctx, input).await?.table;
    let found = found.ok_or_else(error::no_entity)?;
    if is_iceberg(&found) { Ok(found) } else { Err(error::no_table(name)) }
}

/// Reads a table.
pub(super) async fn read(asked: &Asked<'_>, space: &str, name: &str) -> Result<Loaded> {
    let table = get(asked, space, name).await?;
    let location = table.parameters.as_ref().and_then(|own| own.get("metadata_location")).cloned();
    let location = location.ok_or_else(|| error::no_table(name))?;
    let bytes = files::read(asked.ctx, &location).await?;
    let metadata = TableMetadata::from_json(&bytes).map_err(refused)?;
    Ok(Loaded { table, location, metadata })
}

/// A table with its metadata.
pub(super) async fn load(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let loaded = read(asked, space, name).await?;
    let told = told(Some(&loaded.location), &loaded.metadata, asked.query("snapshots"));
    Ok(ok(&told.map_err(refused)?))
}

/// Whether one is there.
pub(super) async fn exists(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    get(asked, space, name).await.map(|_| done())
}

/// A new table.
pub(super) async fn create(asked: &Asked<'_>, space: &str) -> Result<EndpointAnswer> {
    let new: NewTable = asked.body()?;
    let location = match new.location {
        Some(location) => location,
        None => location_in(asked, space, &new.name).await?,
    };
    let made = Made {
        uuid: asked.ctx.ids().uuid(),
        location,
        schema: new.schema,
        partition_spec: new.partition_spec.unwrap_or_default(),
        sort_order: new.write_order.unwrap_or_default(),
        properties: new.properties.unwrap_or_default(),
    };
    let metadata = TableMetadata::create(made, asked.ctx.now().as_millis()).map_err(refused)?;
    if new.stage_create == Some(true) {
        // Nothing is made before the first commit; that there is room for it is told now.
        if get(asked, space, &new.name).await.is_ok() {
            return Err(error::table_exists());
        }
        namespaces::get(asked, space).await?;
        return Ok(ok(&told(None, &metadata, None).map_err(refused)?));
    }
    publish(asked, space, &new.name, &metadata).await
}

/// Writes the metadata of a new table and makes it.
pub(super) async fn publish(
    asked: &Asked<'_>,
    space: &str,
    name: &str,
    metadata: &TableMetadata,
) -> Result<EndpointAnswer> {
    let location = metadata_location(metadata, 0, &asked.ctx.ids().uuid());
    files::write(asked.ctx, &location, metadata.to_json().map_err(refused)?).await?;
    match make(asked, space, name, metadata, &location).await {
        Ok(()) => Ok(ok(&told(Some(&location), metadata, None).map_err(refused)?)),
        Err(fail) => {
            files::forget(asked.ctx, &location).await;
            Err(fail)
        }
    }
}

async fn make(
    asked: &Asked<'_>,
    space: &str,
    name: &str,
    metadata: &TableMetadata,
    location: &str,
) -> Result<()> {
    let kind = BTreeMap::from([("table_type".to_owned(), "ICEBERG".to_owned())]);
    let input = TableInput {
        name: name.to_owned(),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(kind),
        ..Default::default()
    };
    let input = CreateTableInput {
        database_name: namespace(space).map_err(refused)?,
        table_input: Some(pointed(input, metadata, location, None)),
        ..Default::default()
    };
    asked.platform.run_as::<CreateTable>(asked.ctx, input).await.map(|_| ())
}

/// A table that has metadata already.
pub(super) async fn register(asked: &Asked<'_>, space: &str) -> Result<EndpointAnswer> {
    let given: Registration = asked.body()?;
    let bytes = files::read(asked.ctx, &given.metadata_location).await?;
    let metadata = TableMetadata::from_json(&bytes).map_err(refused)?;
    make(asked, space, &given.name, &metadata, &given.metadata_location).await?;
    Ok(ok(&told(Some(&given.metadata_location), &metadata, None).map_err(refused)?))
}

/// A table goes; its files too, if that is asked.
pub(super) async fn drop(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let purges = asked.query("purgeRequested").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let loaded = if purges { Some(read(asked, space, name).await?) } else { None };
    get(asked, space, name).await?;
    let input = DeleteTableInput {
        database_name: namespace(space).map_err(refused)?,
        name: name.to_owned(),
        ..Default::default()
    };
    asked.platform.run_as::<DeleteTable>(asked.ctx, input).await?;
    if let Some(loaded) = loaded {
        files::purge(asked.ctx, &loaded.metadata.location).await?;
    }
    Ok(done())
}

/// Where a table goes that says nothing of it: under its database's location.
async fn location_in(asked: &Asked<'_>, space: &str, name: &str) -> Result<String> {
    let database = namespaces::get(asked, space).await?;
    let base = database.location_uri.filter(|location| !location.is_empty());
    let base = base.ok_or_else(|| {
        error::invalid(format!("A location is required: the database {space} has none."))
    })?;
    Ok(format!("{}/{name}", base.trim_end_matches('/')))
}

/// Where a metadata file goes.
fn metadata_location(metadata: &TableMetadata, number: u64, unique: &str) -> String {
    let folder = metadata.location.trim_end_matches('/');
    format!("{folder}/metadata/{number:05}-{unique}.metadata.json")
}

/// Where the next metadata file goes: one number further.
pub(crate) fn next_location(current: &str, metadata: &TableMetadata, unique: &str) -> String {
    let file = current.rsplit('/').next().unwrap_or_default();
    let number = file.split('-').next().and_then(|number| number.parse::<u64>().ok());
    metadata_location(metadata, number.map_or(1, |number| number + 1), unique)
}

/// A table's definition as it points to metadata.
pub(crate) fn pointed(
    mut input: TableInput,
    metadata: &TableMetadata,
    location: &str,
    previous: Option<&str>,
) -> TableInput {
    let parameters = input.parameters.get_or_insert_default();
    parameters.insert("metadata_location".to_owned(), location.to_owned());
    if let Some(previous) = previous {
        parameters.insert("previous_metadata_location".to_owned(), previous.to_owned());
    }
    let columns = metadata.current_schema().map(catalog_columns).unwrap_or_default();
    let columns = columns.into_iter().map(|column| Column {
        name: column.name,
        r#type: Some(column.data_type),
        comment: column.comment,
        parameters: Some(column.parameters),
    });
    let storage = input.storage_descriptor.unwrap_or_default();
    input.storage_descriptor = Some(StorageDescriptor {
        columns: Some(columns.collect()),
        location: Some(metadata.location.clone()),
        ..storage
    });
    input
}

/// A table as its definition.
pub(super) fn input_of(table: Table) -> TableInput {
    describe::input(table)
}
