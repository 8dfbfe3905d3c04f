//! Errors AWS answers here, with its sentences.

use glue_api::{ErrorDetail, error};
use platform::{Ctx, Fail};

pub(crate) use glue_api::error::invalid_input_exception as invalid;

use crate::registry;

pub(crate) fn database_exists() -> Fail {
    error::already_exists_exception("Database already exists.")
}

pub(crate) fn no_database(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Database {name} not found."))
}

pub(crate) fn table_exists() -> Fail {
    error::already_exists_exception("Table already exists.")
}

/// What reading a table that is absent answers; changing one names it.
pub(crate) fn no_entity() -> Fail {
    error::entity_not_found_exception("Entity Not Found")
}

pub(crate) fn no_table(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Table {name} not found."))
}

pub(crate) fn no_version() -> Fail {
    error::entity_not_found_exception("Table version not found.")
}

pub(crate) fn stale_version() -> Fail {
    error::concurrent_modification_exception("Update table failed due to concurrent modifications.")
}

pub(crate) fn no_policy() -> Fail {
    error::entity_not_found_exception("Policy not found")
}

pub(crate) fn policy_condition() -> Fail {
    error::condition_check_failure_exception("Condition check failed.")
}

pub(crate) fn index_exists(name: &str) -> Fail {
    error::already_exists_exception(format!(
        "Index with the given indexName: {name} already exists"
    ))
}

pub(crate) fn index_of_keys_exists() -> Fail {
    error::already_exists_exception("Index with the given keys already exists")
}

pub(crate) fn too_many_indexes(table: &str, most: usize) -> Fail {
    error::resource_number_limit_exceeded_exception(format!(
        "Table {table} has exceeded the maximum number of partition indexes: {most}"
    ))
}

pub(crate) fn no_index(name: &str) -> Fail {
    error::entity_not_found_exception(format!(
        "Index with the given indexName: {name} does not exist"
    ))
}

pub(crate) fn index_busy(name: &str) -> Fail {
    error::conflict_exception(format!("Index {name} is being created or deleted."))
}

pub(crate) fn not_a_partition_key(name: &str) -> Fail {
    invalid(format!("{name} is not a partition key of the table."))
}

pub(crate) fn function_exists(name: &str) -> Fail {
    error::already_exists_exception(format!("Function {name} already exists."))
}

pub(crate) fn no_function(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Function {name} not found."))
}

pub(crate) fn no_column(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Column {name} not found."))
}

pub(crate) fn no_statistics(column: &str) -> Fail {
    error::entity_not_found_exception(format!("Column statistics of {column} not found."))
}

pub(crate) fn optimizer_exists(kind: &str, table: &str) -> Fail {
    error::already_exists_exception(format!(
        "A table optimizer of type {kind} already exists for table {table}."
    ))
}

pub(crate) fn no_optimizer(kind: &str, table: &str) -> Fail {
    error::entity_not_found_exception(format!(
        "A table optimizer of type {kind} is not found for table {table}."
    ))
}

pub(crate) fn partition_exists() -> Fail {
    error::already_exists_exception("Partition already exists.")
}

pub(crate) fn no_partition() -> Fail {
    error::entity_not_found_exception("Cannot find partition.")
}

pub(crate) fn values_mismatch() -> Fail {
    invalid("The number of partition keys do not match the number of partition values")
}

pub(crate) fn bad_token() -> Fail {
    invalid("Invalid pagination token provided.")
}

pub(crate) fn classifier_exists(name: &str) -> Fail {
    error::already_exists_exception(format!("Classifier {name} already exists."))
}

pub(crate) fn no_classifier(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Classifier {name} not found."))
}

pub(crate) fn crawler_exists(name: &str) -> Fail {
    error::already_exists_exception(format!("Crawler with name {name} already exists"))
}

pub(crate) fn no_crawler(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Crawler entry with name {name} does not exist"))
}

pub(crate) fn crawler_running(name: &str) -> Fail {
    error::crawler_running_exception(format!("Crawler with name {name} has already started"))
}

pub(crate) fn crawler_not_running(name: &str) -> Fail {
    error::crawler_not_running_exception(format!("Crawler with name {name} is not running"))
}

pub(crate) fn crawler_stopping(name: &str) -> Fail {
    error::crawler_stopping_exception(format!("Crawler with name {name} is already stopping"))
}

pub(crate) fn no_schedule(name: &str) -> Fail {
    error::no_schedule_exception(format!("There is no schedule for crawler {name}"))
}

pub(crate) fn schedule_running(name: &str) -> Fail {
    error::scheduler_running_exception(format!("The schedule of crawler {name} is already running"))
}

pub(crate) fn schedule_not_running(name: &str) -> Fail {
    error::scheduler_not_running_exception(format!("The schedule of crawler {name} is not running"))
}

pub(crate) fn invalid_arn(arn: &str) -> Fail {
    invalid(format!("Invalid ARN: {arn}"))
}

pub(crate) fn registry_exists(name: &str) -> Fail {
    error::already_exists_exception(format!("Registry already exists. RegistryName: {name}"))
}

pub(crate) fn no_registry(name: &str) -> Fail {
    error::entity_not_found_exception(format!(
        "Registry is not found. RegistryName: {name}, RegistryArn: null"
    ))
}

pub(crate) fn too_many_registries() -> Fail {
    error::resource_number_limit_exceeded_exception(
        "More registries cannot be created. The maximum limit has been reached.",
    )
}

pub(crate) fn schema_exists(ctx: &Ctx, registry: &str, name: &str) -> Fail {
    let arn = registry::schema_arn(ctx, registry, name);
    error::already_exists_exception(format!(
        "Schema already exists. SchemaName: {name}, RegistryName: {registry}, SchemaArn: {arn}"
    ))
}

pub(crate) fn no_schema(ctx: &Ctx, registry: &str, name: &str) -> Fail {
    let arn = registry::schema_arn(ctx, registry, name);
    error::entity_not_found_exception(format!(
        "Schema is not found. RegistryName: {registry}, SchemaName: {name}, SchemaArn: {arn}"
    ))
}

pub(crate) fn too_many_schemas() -> Fail {
    error::resource_number_limit_exceeded_exception(
        "More schemas cannot be created. The maximum limit has been reached.",
    )
}

pub(crate) fn no_schema_version(
    ctx: &Ctx,
    (registry, name): (&str, &str),
    number: Option<i64>,
    latest: bool,
) -> Fail {
    let arn = registry::schema_arn(ctx, registry, name);
    let number = number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    error::entity_not_found_exception(format!(
        "Schema version is not found. RegistryName: {registry}, SchemaName: {name}, SchemaArn: {arn}, \
         VersionNumber: {number}, isLatestVersion: {latest}"
    ))
}

pub(crate) fn no_version_id(id: &str) -> Fail {
    error::entity_not_found_exception(format!("Schema version is not found. SchemaVersionId: {id}"))
}

pub(crate) fn no_version_of_definition(ctx: &Ctx, registry: &str, name: &str) -> Fail {
    let arn = registry::schema_arn(ctx, registry, name);
    error::entity_not_found_exception(format!(
        "Schema version is not found. RegistryName: {registry}, SchemaName: {name}, SchemaArn: {arn}"
    ))
}

pub(crate) fn too_many_versions() -> Fail {
    error::resource_number_limit_exceeded_exception(
        "More schema versions cannot be created. The maximum limit has been reached.",
    )
}

pub(crate) fn versioning_disabled(ctx: &Ctx, (registry, name): (&str, &str)) -> Fail {
    let arn = registry::schema_arn(ctx, registry, name);
    invalid(format!(
        "Compatibility DISABLED does not allow versioning. SchemaId: SchemaId(schemaArn={arn}, \
         schemaName={name}, registryName={registry})"
    ))
}

pub(crate) fn metadata_exists(id: &str, key: &str, value: &str) -> Fail {
    error::already_exists_exception(format!(
        "Resource already exist for schema version id: {id}, metadata key: {key}, metadata value: \
         {value}"
    ))
}

pub(crate) fn no_metadata(id: &str, key: &str, value: &str) -> Fail {
    error::entity_not_found_exception(format!(
        "Resource is not found for schema version id: {id}, metadata key: {key}, metadata value: \
         {value}"
    ))
}

pub(crate) fn too_many_metadata() -> Fail {
    error::resource_number_limit_exceeded_exception(
        "Your resource limits for Schema Version Metadata have been exceeded.",
    )
}

pub(crate) fn connection_exists(name: &str) -> Fail {
    error::already_exists_exception(format!("Connection already exists: {name}"))
}

pub(crate) fn no_connection(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Connection {name} not found."))
}

pub(crate) fn too_many_connections() -> Fail {
    error::resource_number_limit_exceeded_exception(
        "The number of connections exceeds the limit of the account.",
    )
}

pub(crate) fn security_exists(name: &str) -> Fail {
    error::already_exists_exception(format!("Security configuration {name} already exists."))
}

pub(crate) fn no_security(name: &str) -> Fail {
    error::entity_not_found_exception(format!("Security configuration {name} not found."))
}

/// Another account's catalog, which nobody shares here.
pub(crate) fn foreign_catalog(caller: &str, action: &str, resource: &str) -> Fail {
    let message = format!(
        "User: {caller} is not authorized to perform: {action} on resource: {resource} because no \
         resource-based policy allows the {action} action"
    );
    Fail::new("AccessDeniedException", 400, message)
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}

/// An error as one item of a batch answers it.
pub(crate) fn detail(fail: &Fail) -> ErrorDetail {
    ErrorDetail {
        error_code: Some(fail.code().to_owned()),
        error_message: Some(fail.message().to_owned()),
    }
}
