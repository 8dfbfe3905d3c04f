//! Tables, but for commits.

use aquifer_iceberg::rest::NewTable;
use aquifer_iceberg::{PartitionSpec, Schema, SortOrder, TableMetadata};
use platform::{EndpointAnswer, Result};
use s3tables_api::{
    CreateTable, CreateTableInput, DeleteTable, DeleteTableInput, GetTable, GetTableInput,
    GetTableMetadataLocation, GetTableMetadataLocationInput, IcebergMetadata,
    IcebergPartitionField, IcebergPartitionSpec, IcebergSchemaV2, IcebergSortField,
    IcebergSortOrder, ListTables, ListTablesInput, OpenTableFormat, RenameTable, RenameTableInput,
    SchemaV2Field, SchemaV2FieldType,
};
use serde::Deserialize;
use serde_json::json;

use super::answer::{done, ok};
use super::{Asked, namespace, of_levels};
use crate::create::refused;
use crate::error;
use crate::files::Files;
use crate::find::{self, Found};

/// A table as the service has it.
pub(super) struct Loaded {
    pub found: Found,
    pub files: Files,
    pub token: String,
    pub location: String,
    pub metadata: TableMetadata,
}

/// The tables of a namespace.
pub(super) async fn list(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    let input = ListTablesInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: Some(namespace(name)?),
        continuation_token: asked.query("pageToken").map(str::to_owned),
        max_tables: asked.page_size()?,
        ..Default::default()
    };
    let page = asked.platform.run_as::<ListTables>(asked.ctx, input).await?;
    let names = page.tables.into_iter();
    let names = names.map(|table| json!({ "namespace": table.namespace, "name": table.name }));
    let names: Vec<_> = names.collect();
    Ok(ok(&json!({ "identifiers": names, "next-page-token": page.continuation_token })))
}

/// Reads a table whose data the caller may read.
pub(super) async fn read(asked: &Asked<'_>, space: &str, name: &str) -> Result<Loaded> {
    let space = namespace(space)?;
    let input = GetTableMetadataLocationInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: space.clone(),
        name: name.to_owned(),
    };
    let at = asked.platform.run_as::<GetTableMetadataLocation>(asked.ctx, input).await?;
    let found = find::unasked(asked.ctx, asked.bucket, &space, name)?;
    require(asked, "s3tables:GetTableData", &found).await?;
    // A table that was made without columns has no metadata until some is committed.
    let location = at.metadata_location.ok_or_else(error::no_table)?;
    let files = Files::of(&found.ctx, &found.row.warehouse, &found.arn());
    let bytes = files.read(&location).await?;
    let metadata = TableMetadata::from_json(&bytes).map_err(refused)?;
    Ok(Loaded { found, files, token: at.version_token, location, metadata })
}

/// Asks for an action on the data of a table.
pub(super) async fn require(asked: &Asked<'_>, action: &str, found: &Found) -> Result<()> {
    platform::require(asked.ctx, &s3tables_api::SERVICE, action, found.arn()).await
}

/// Where a table is and what it is.
pub(super) fn told(
    location: &str,
    metadata: &TableMetadata,
    snapshots: Option<&str>,
) -> Result<EndpointAnswer> {
    let told = aquifer_iceberg::rest::told(Some(location), metadata, snapshots);
    Ok(ok(&told.map_err(refused)?))
}

/// A table with its metadata.
pub(super) async fn load(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let loaded = read(asked, space, name).await?;
    told(&loaded.location, &loaded.metadata, asked.query("snapshots"))
}

/// A new table.
pub(super) async fn create(asked: &Asked<'_>, space: &str) -> Result<EndpointAnswer> {
    let create: NewTable = asked.body()?;
    if create.stage_create == Some(true) {
        return Err(error::invalid("The stage-create option is not supported."));
    }
    if create.location.is_some() {
        return Err(error::invalid("A table's location cannot be specified."));
    }
    let (space, name) = (namespace(space)?, create.name);
    let metadata = IcebergMetadata {
        schema: None,
        schema_v2: Some(schema(&create.schema)?),
        partition_spec: create.partition_spec.as_ref().map(spec),
        write_order: create.write_order.as_ref().map(order).transpose()?,
        properties: create.properties,
    };
    let input = CreateTableInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: space.clone(),
        name: name.clone(),
        format: OpenTableFormat::Iceberg,
        metadata: Some(s3tables_api::TableMetadata { iceberg: Some(metadata) }),
        ..Default::default()
    };
    asked.platform.run_as::<CreateTable>(asked.ctx, input).await?;
    let found = find::unasked(asked.ctx, asked.bucket, &space, &name)?;
    require(asked, "s3tables:PutTableData", &found).await?;
    let loaded = read(asked, &space, &name).await?;
    told(&loaded.location, &loaded.metadata, None)
}

fn schema(schema: &Schema) -> Result<IcebergSchemaV2> {
    let field = |field: &aquifer_iceberg::Field| {
        let json = |error: serde_json::Error| error::invalid(error.to_string());
        Ok(SchemaV2Field {
            id: field.id,
            name: field.name.clone(),
            required: field.required,
            r#type: serde_json::to_value(&field.field_type).map_err(json)?,
            doc: field.doc.clone(),
        })
    };
    Ok(IcebergSchemaV2 {
        r#type: SchemaV2FieldType::Struct,
        schema_id: None,
        identifier_field_ids: Some(schema.identifier_field_ids.clone()),
        fields: schema.columns.fields.iter().map(field).collect::<Result<_>>()?,
    })
}

fn spec(spec: &PartitionSpec) -> IcebergPartitionSpec {
    let field = |field: &aquifer_iceberg::PartitionField| IcebergPartitionField {
        source_id: field.source_id,
        field_id: field.field_id,
        name: field.name.clone(),
        transform: field.transform.to_string(),
    };
    IcebergPartitionSpec { spec_id: None, fields: spec.fields.iter().map(field).collect() }
}

fn order(order: &SortOrder) -> Result<IcebergSortOrder> {
    use aquifer_iceberg::{Direction, NullOrder};
    let field = |field: &aquifer_iceberg::SortField| IcebergSortField {
        source_id: field.source_id,
        transform: field.transform.to_string(),
        direction: match field.direction {
            Direction::Asc => s3tables_api::IcebergSortDirection::Asc,
            Direction::Desc => s3tables_api::IcebergSortDirection::Desc,
        },
        null_order: match field.null_order {
            NullOrder::NullsFirst => s3tables_api::IcebergNullOrder::NullsFirst,
            NullOrder::NullsLast => s3tables_api::IcebergNullOrder::NullsLast,
        },
    };
    let fields = order.fields.iter().map(field).collect();
    Ok(IcebergSortOrder { order_id: order.order_id, fields })
}

/// Whether a table is there.
pub(super) async fn exists(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let input = GetTableInput {
        table_bucket_arn: Some(asked.bucket.to_owned()),
        namespace: Some(namespace(space)?),
        name: Some(name.to_owned()),
        table_arn: None,
    };
    asked.platform.run_as::<GetTable>(asked.ctx, input).await.map(|_| done())
}

/// A table goes, with its files.
pub(super) async fn drop(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let purge = asked.query("purgeRequested");
    if !purge.is_some_and(|purge| purge.eq_ignore_ascii_case("true")) {
        return Err(error::invalid(
            "S3 Tables only supports dropping a table with purge: set purgeRequested to true.",
        ));
    }
    let input = DeleteTableInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: namespace(space)?,
        name: name.to_owned(),
        version_token: None,
    };
    asked.platform.run_as::<DeleteTable>(asked.ctx, input).await.map(|_| done())
}

#[derive(Deserialize)]
struct Identifier {
    namespace: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Rename {
    source: Identifier,
    destination: Identifier,
}

/// A table under another name.
pub(super) async fn rename(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    let Rename { source, destination } = asked.body()?;
    let input = RenameTableInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: of_levels(source.namespace)?,
        name: source.name,
        new_namespace_name: Some(of_levels(destination.namespace)?),
        new_name: Some(destination.name),
        version_token: None,
    };
    asked.platform.run_as::<RenameTable>(asked.ctx, input).await.map(|_| done())
}
