//! Namespaces, which are databases.

use std::collections::BTreeMap;

use aquifer_iceberg::rest::{NewNamespace, namespace};
use glue_api::{
    CreateDatabase, CreateDatabaseInput, Database, DatabaseInput, DeleteDatabase,
    DeleteDatabaseInput, GetDatabase, GetDatabaseInput, GetDatabases, GetDatabasesInput, GetTables,
    GetTablesInput,
};
use platform::{EndpointAnswer, Fail, Result};
use serde_json::json;

use super::answer::{done, ok};
use super::{Asked, refused};

/// Where a database's tables are made that say nothing else.
const LOCATION: &str = "location";
const COMMENT: &str = "comment";

/// All of them; a namespace has none within.
pub(super) async fn list(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    if let Some(parent) = asked.query("parent") {
        get(asked, parent).await?;
        return Ok(ok(&json!({ "namespaces": [] })));
    }
    let input = GetDatabasesInput {
        next_token: asked.query("pageToken").map(str::to_owned),
        max_results: asked.page_size()?,
        ..Default::default()
    };
    let page = asked.platform.run_as::<GetDatabases>(asked.ctx, input).await?;
    let names: Vec<_> = page.database_list.into_iter().map(|database| [database.name]).collect();
    Ok(ok(&json!({ "namespaces": names, "next-page-token": page.next_token })))
}

/// A new one.
pub(super) async fn create(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    let new: NewNamespace = asked.body()?;
    let name = new.name().map_err(refused)?;
    let mut properties = new.properties.unwrap_or_default();
    let told = properties.clone();
    let input = CreateDatabaseInput {
        database_input: DatabaseInput {
            name: name.clone(),
            location_uri: properties.remove(LOCATION),
            description: properties.remove(COMMENT),
            parameters: (!properties.is_empty()).then_some(properties),
            ..Default::default()
        },
        ..Default::default()
    };
    asked.platform.run_as::<CreateDatabase>(asked.ctx, input).await?;
    Ok(ok(&json!({ "namespace": [name], "properties": told })))
}

pub(super) async fn get(asked: &Asked<'_>, name: &str) -> Result<Database> {
    let input = GetDatabaseInput { name: namespace(name).map_err(refused)?, ..Default::default() };
    let found = asked.platform.run_as::<GetDatabase>(asked.ctx, input).await?;
    found.database.ok_or_else(|| crate::error::no_database(name))
}

/// What one is.
pub(super) async fn load(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    let found = get(asked, name).await?;
    let mut properties: BTreeMap<String, String> = found.parameters.unwrap_or_default();
    properties.extend(found.location_uri.map(|location| (LOCATION.to_owned(), location)));
    properties.extend(found.description.map(|comment| (COMMENT.to_owned(), comment)));
    Ok(ok(&json!({ "namespace": [found.name], "properties": properties })))
}

/// Whether one is there.
pub(super) async fn exists(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    get(asked, name).await.map(|_| done())
}

/// An empty one goes.
pub(super) async fn drop(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    let name = get(asked, name).await?.name;
    let input =
        GetTablesInput { database_name: name.clone(), max_results: Some(1), ..Default::default() };
    let tables = asked.platform.run_as::<GetTables>(asked.ctx, input).await?;
    if tables.table_list.is_some_and(|tables| !tables.is_empty()) {
        let message = format!("Namespace {name} is not empty.");
        return Err(Fail::new("NamespaceNotEmptyException", 409, message));
    }
    let input = DeleteDatabaseInput { name, ..Default::default() };
    asked.platform.run_as::<DeleteDatabase>(asked.ctx, input).await.map(|_| done())
}
