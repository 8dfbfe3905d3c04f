//! `SHOW CREATE TABLE` and `DESCRIBE` of Iceberg tables: from the metadata, not from the catalog.

use aquifer_iceberg::{TableMetadata, Transform, hive_type};
use aquifer_sql_hive::{ColumnDescription, TableDescription, Transform as HiveTransform};
use aquifer_sql_iceberg::refused;
use glue_api::Table;

use super::properties;
use crate::failure::Failure;
use crate::run::Run;

impl Run {
    pub(in crate::run) async fn iceberg_description(
        &self,
        database: &str,
        table: &Table,
    ) -> Result<TableDescription, Failure> {
        let (_, read) = self.catalog.iceberg(table).await?;
        let metadata = read.metadata();
        let transforms = parts(metadata).filter_map(|(_, transform, column)| {
            Some(match transform {
                Transform::Identity => HiveTransform::Identity(column),
                Transform::Year => HiveTransform::Year(column),
                Transform::Month => HiveTransform::Month(column),
                Transform::Day => HiveTransform::Day(column),
                Transform::Hour => HiveTransform::Hour(column),
                Transform::Bucket(count) => HiveTransform::Bucket(count, column),
                Transform::Truncate(width) => HiveTransform::Truncate(width, column),
                Transform::Void | Transform::Unknown(_) => return None,
            })
        });
        Ok(TableDescription {
            name: format!("{database}.{}", table.name),
            columns: columns(metadata)?,
            comment: metadata.properties.get("comment").cloned(),
            location: Some(metadata.location.clone()),
            properties: properties::shown(&metadata.properties),
            iceberg: Some(transforms.collect()),
            ..TableDescription::default()
        })
    }

    /// Columns, then how rows are parted.
    pub(in crate::run) async fn describe_iceberg(
        &self,
        table: &Table,
    ) -> Result<Vec<String>, Failure> {
        let (_, read) = self.catalog.iceberg(table).await?;
        let metadata = read.metadata();
        let mut lines =
            vec!["# Table schema:\t\t".to_owned(), "# col_name\tdata_type\tcomment".to_owned()];
        for column in columns(metadata)? {
            let comment = column.comment.unwrap_or_default();
            lines.push(format!("{}\t{}\t{comment}", column.name, column.data_type));
        }
        lines.push("\t\t".to_owned());
        lines.push("# Partition spec:\t\t".to_owned());
        lines.push("# field_name\tfield_transform\tcolumn_name".to_owned());
        let fields = parts(metadata);
        lines.extend(
            fields.map(|(name, transform, column)| format!("{name}\t{transform}\t{column}")),
        );
        Ok(lines)
    }
}

fn columns(metadata: &TableMetadata) -> Result<Vec<ColumnDescription>, Failure> {
    let schema = metadata.current_schema().map_err(refused)?;
    let describe = |field: &aquifer_iceberg::Field| ColumnDescription {
        name: field.name.to_lowercase(),
        data_type: hive_type(&field.field_type),
        comment: field.doc.clone(),
    };
    Ok(schema.columns.fields.iter().map(describe).collect())
}

/// The fields that rows are parted by: their name, their transform, their column.
fn parts(metadata: &TableMetadata) -> impl Iterator<Item = (String, Transform, String)> + '_ {
    let spec = metadata.spec(metadata.default_spec_id);
    let fields = spec.into_iter().flat_map(|spec| &spec.fields);
    fields.map(|field| {
        let schemas = metadata.current_schema().into_iter().chain(metadata.schemas.iter().rev());
        let mut columns = schemas.flat_map(|schema| &schema.columns.fields);
        let column = columns.find(|column| column.id == field.source_id);
        let column = column.map(|column| column.name.clone()).unwrap_or_default();
        (field.name.clone(), field.transform.clone(), column)
    })
}
