//! The catalog as Athena tells of it: Glue's databases and tables, asked as the caller.

mod get_data_catalog;
mod get_database;
mod get_table_metadata;
mod list_data_catalogs;
mod list_databases;
mod list_table_metadata;

use std::collections::BTreeMap;

use athena_api::{Column, Database, TableMetadata};
use platform::{Fail, Result};

use crate::engine::CATALOG;
use crate::error;

/// The one catalog, as it is written.
const CATALOG_NAME: &str = "AwsDataCatalog";

/// Refuses every catalog but the one.
fn check_catalog(name: &str) -> Result<()> {
    if name.eq_ignore_ascii_case(CATALOG) {
        return Ok(());
    }
    Err(error::invalid(format!("DataCatalog {name} was not found")))
}

/// A refusal of Glue as Athena passes it on.
fn metadata(fail: Fail) -> Fail {
    if crate::catalog::is_absent(&fail) || fail.is("InvalidInputException") {
        return athena_api::error::metadata_exception(fail.message());
    }
    fail
}

fn database(database: glue_api::Database) -> Database {
    Database {
        name: database.name,
        description: database.description,
        parameters: database.parameters,
    }
}

fn columns(columns: Vec<glue_api::Column>) -> Vec<Column> {
    let shown = columns.into_iter().map(|column| Column {
        name: column.name,
        r#type: column.r#type,
        comment: column.comment,
    });
    shown.collect()
}

/// A table; what Glue says of its storage is among the parameters.
fn table(table: glue_api::Table) -> TableMetadata {
    let storage = table.storage_descriptor.unwrap_or_default();
    let mut parameters: BTreeMap<String, String> = table.parameters.unwrap_or_default();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            parameters.insert(name.to_owned(), value);
        }
    };
    put("location", storage.location);
    put("inputformat", storage.input_format);
    put("outputformat", storage.output_format);
    let serde = storage.serde_info.unwrap_or_default();
    put("serde.serialization.lib", serde.serialization_library);
    for (name, value) in serde.parameters.unwrap_or_default() {
        put(&format!("serde.param.{name}"), Some(value));
    }
    TableMetadata {
        name: table.name,
        create_time: table.create_time,
        last_access_time: table.last_access_time,
        table_type: table.table_type,
        columns: Some(columns(storage.columns.unwrap_or_default())),
        partition_keys: Some(columns(table.partition_keys.unwrap_or_default())),
        parameters: Some(parameters),
    }
}
