//! `CREATE TABLE … TBLPROPERTIES ('table_type' = 'ICEBERG')`.

use std::collections::BTreeMap;

use aquifer_iceberg::{
    CreateTable as NewTable, Field, ListType, MapType, PartitionField, PartitionSpec, Primitive,
    Schema, StructType, TableMetadata, Transform, Type,
};
use aquifer_sql::SqlError;
use aquifer_sql_hive::{CreateTable, DataType, PartitionClause, Transform as HiveTransform};
use aquifer_sql_iceberg::{as_sql, refused};
use glue_api::{Client, CreateTableInput, TableInput};

use super::commit::{metadata_location, new_table};
use super::properties;
use crate::failure::Failure;
use crate::run::{Done, Run};
use crate::uri::S3Uri;

/// Whether a definition is of an Iceberg table.
pub(in crate::run) fn is_meant(create: &CreateTable) -> bool {
    let kind = create.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case("table_type"));
    kind.is_some_and(|(_, kind)| kind.eq_ignore_ascii_case("iceberg"))
}

impl Run {
    pub(in crate::run) async fn create_iceberg(
        &self,
        database: &str,
        name: &str,
        create: CreateTable,
    ) -> Result<Done, Failure> {
        let found = self.catalog.table(database, name).await;
        if found.map_err(|fail| Failure::catalog(&fail))?.is_some() {
            if create.if_not_exists {
                return self.nothing().await;
            }
            let reason = format!("AlreadyExistsException(message:Table {name} already exists)");
            return Err(Failure::execution(reason));
        }
        let (if_not_exists, comment) = (create.if_not_exists, create.comment.clone());
        let metadata = self.new_metadata(described(create)?)?;
        let location = metadata_location(&metadata.location, 0, &self.ctx.ids().uuid());
        let bytes = metadata.to_json().map_err(refused)?;
        self.io().write(&location, bytes).await.map_err(as_sql)?;
        let table = new_table(name, comment, &metadata, &location);
        match self.make_table(database, table).await {
            Err(fail) if fail.is("AlreadyExistsException") => {
                self.io().delete(&[location]).await;
                if if_not_exists {
                    return self.nothing().await;
                }
                let reason = format!("AlreadyExistsException(message:Table {name} already exists)");
                Err(Failure::execution(reason))
            }
            Err(fail) => {
                self.io().delete(&[location]).await;
                if crate::catalog::is_absent(&fail) {
                    return Err(Failure::semantic(format!(
                        "[Error 10072]: Database does not exist: {database}"
                    )));
                }
                Err(Failure::catalog(&fail))
            }
            Ok(()) => self.nothing().await,
        }
    }

    /// A new table of the catalog.
    pub(super) async fn make_table(
        &self,
        database: &str,
        table: TableInput,
    ) -> Result<(), platform::Fail> {
        let input = CreateTableInput {
            database_name: database.to_owned(),
            table_input: Some(table),
            ..CreateTableInput::default()
        };
        Client::create_table(&self.ctx, input).await.map(drop)
    }

    /// The metadata of a new table.
    pub(super) fn new_metadata(&self, mut new: NewTable) -> Result<TableMetadata, Failure> {
        new.uuid = self.ctx.ids().uuid();
        properties::with_defaults(&mut new.properties);
        let made = TableMetadata::create(new, self.ctx.now().as_millis());
        made.map_err(|error| match error {
            aquifer_iceberg::Error::Invalid(message) => Failure::semantic(message),
            error => refused(error).into(),
        })
    }
}

/// What a definition says of a table.
fn described(create: CreateTable) -> Result<NewTable, Failure> {
    if create.external {
        return Err(Failure::semantic("External keyword not supported for table type ICEBERG"));
    }
    let hive_only = [
        ("CLUSTERED BY", create.clustered_by.is_some()),
        ("ROW FORMAT", create.row_format.is_some() || !create.serde_properties.is_empty()),
        ("STORED AS", create.stored_as.is_some()),
    ];
    if let Some((clause, _)) = hive_only.iter().find(|(_, given)| *given) {
        return Err(Failure::semantic(format!("{clause} not supported for table type ICEBERG")));
    }
    let location = create
        .location
        .clone()
        .ok_or_else(|| Failure::semantic("LOCATION is required for table type ICEBERG"))?;
    if S3Uri::parse(&location).is_none() {
        return Err(Failure::semantic(format!("'{location}' is not a location in S3")));
    }
    let mut kept = BTreeMap::new();
    for (name, value) in &create.properties {
        if name.eq_ignore_ascii_case("table_type") {
            continue;
        }
        let (key, value) = properties::known(name, value)?;
        kept.insert(key, value);
    }
    if let Some(comment) = &create.comment {
        kept.insert("comment".to_owned(), comment.clone());
    }
    let mut fields = Vec::with_capacity(create.columns.len());
    for (id, column) in (1..).zip(&create.columns) {
        fields.push(Field {
            id,
            name: column.name.clone(),
            required: false,
            field_type: type_of(&column.data_type)?,
            doc: column.comment.clone(),
        });
    }
    // Ids of what is within columns are given when the table is made; here they must only differ.
    let mut next = i32::try_from(fields.len()).unwrap_or(0);
    for field in &mut fields {
        renumber(&mut field.field_type, &mut next);
    }
    let partition_spec = spec(&create.partitioned_by, &fields)?;
    Ok(NewTable {
        location: location.trim_end_matches('/').to_owned(),
        schema: Schema::new(fields),
        partition_spec,
        properties: kept,
        ..NewTable::default()
    })
}

/// Gives all fields within a type ids of their own.
pub(super) fn renumber(of: &mut Type, last: &mut i32) {
    let mut next = || {
        *last += 1;
        *last
    };
    match of {
        Type::Primitive(_) => {}
        Type::Struct(fields) => {
            for field in &mut fields.fields {
                field.id = next();
            }
            for field in &mut fields.fields {
                renumber(&mut field.field_type, last);
            }
        }
        Type::List(list) => {
            list.element_id = next();
            renumber(&mut list.element, last);
        }
        Type::Map(map) => {
            map.key_id = next();
            map.value_id = next();
            renumber(&mut map.key, last);
            renumber(&mut map.value, last);
        }
    }
}

fn spec(clauses: &[PartitionClause], fields: &[Field]) -> Result<PartitionSpec, Failure> {
    let mut parts = Vec::with_capacity(clauses.len());
    for clause in clauses {
        let PartitionClause::Transform(transform) = clause else {
            return Err(Failure::semantic(
                "Partition columns of table type ICEBERG are declared with the other columns: \
                 PARTITIONED BY takes their names alone",
            ));
        };
        let (transform, column) = match transform.clone() {
            HiveTransform::Identity(column) => (Transform::Identity, column),
            HiveTransform::Year(column) => (Transform::Year, column),
            HiveTransform::Month(column) => (Transform::Month, column),
            HiveTransform::Day(column) => (Transform::Day, column),
            HiveTransform::Hour(column) => (Transform::Hour, column),
            HiveTransform::Bucket(count, column) => (Transform::Bucket(count), column),
            HiveTransform::Truncate(width, column) => (Transform::Truncate(width), column),
        };
        parts.push(part(transform, &column, fields).map_err(Failure::semantic)?);
    }
    Ok(PartitionSpec { spec_id: 0, fields: parts })
}

/// A field of a spec, called as all writers call it.
pub(super) fn part(
    transform: Transform,
    column: &str,
    fields: &[Field],
) -> Result<PartitionField, String> {
    let found = fields.iter().find(|field| field.name.eq_ignore_ascii_case(column));
    let field = found.ok_or_else(|| format!("Partition column {column} does not exist"))?;
    let name = match &transform {
        Transform::Identity => field.name.clone(),
        Transform::Bucket(_) => format!("{}_bucket", field.name),
        Transform::Truncate(_) => format!("{}_trunc", field.name),
        other => format!("{}_{other}", field.name),
    };
    Ok(PartitionField { source_id: field.id, field_id: None, name, transform })
}

/// A declared type as Iceberg's.
pub(super) fn type_of(of: &DataType) -> Result<Type, SqlError> {
    let unsupported =
        |of: &DataType| SqlError::not_supported(format!("Type not supported for Iceberg: {of}"));
    Ok(Type::Primitive(match of {
        DataType::Boolean => Primitive::Boolean,
        DataType::Int => Primitive::Int,
        DataType::BigInt => Primitive::Long,
        DataType::Float => Primitive::Float,
        DataType::Double => Primitive::Double,
        DataType::Decimal { precision, scale } => {
            Primitive::Decimal { precision: u32::from(*precision), scale: u32::from(*scale) }
        }
        DataType::String => Primitive::String,
        DataType::Binary => Primitive::Binary,
        DataType::Date => Primitive::Date,
        DataType::Timestamp => Primitive::Timestamp,
        DataType::TimestampTz => Primitive::Timestamptz,
        DataType::Time => Primitive::Time,
        DataType::Array(element) => {
            return Ok(Type::List(Box::new(ListType {
                element_id: 0,
                element_required: false,
                element: type_of(element)?,
            })));
        }
        DataType::Map(key, value) => {
            return Ok(Type::Map(Box::new(MapType {
                key_id: 0,
                key: type_of(key)?,
                value_id: 0,
                value_required: false,
                value: type_of(value)?,
            })));
        }
        DataType::Struct(fields) => {
            let mut own = Vec::with_capacity(fields.len());
            for field in fields {
                own.push(Field {
                    id: 0,
                    name: field.name.clone(),
                    required: false,
                    field_type: type_of(&field.data_type)?,
                    doc: field.comment.clone(),
                });
            }
            return Ok(Type::Struct(StructType { fields: own }));
        }
        DataType::TinyInt
        | DataType::SmallInt
        | DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Uuid
        | DataType::Union(_) => return Err(unsupported(of)),
    }))
}

#[cfg(test)]
mod tests {
    use aquifer_sql_hive::{Statement, parse};

    use super::*;

    fn new(sql: &str) -> Result<NewTable, Failure> {
        let Some(Statement::CreateTable(create)) = parse(sql).unwrap() else { panic!("{sql}") };
        assert!(is_meant(&create));
        described(*create)
    }

    #[test]
    fn a_definition_becomes_a_table() {
        let table = new(
            "CREATE TABLE t (id bigint COMMENT 'key', at timestamp, tags array<struct<a:int>>) \
             PARTITIONED BY (day(at), bucket(16, id)) LOCATION 's3://b/t/' \
             TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet')",
        )
        .unwrap();
        assert_eq!(table.location, "s3://b/t");
        let names: Vec<&str> =
            table.partition_spec.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["at_day", "id_bucket"]);
        let metadata = TableMetadata::create(
            NewTable { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1".into(), ..table },
            1,
        )
        .unwrap();
        assert_eq!(metadata.last_column_id, 5);
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        let rest = "LOCATION 's3://b/t/' TBLPROPERTIES ('table_type'='ICEBERG'";
        for (sql, part) in [
            (
                format!("CREATE EXTERNAL TABLE t (a int) {rest})"),
                "External keyword not supported for table type ICEBERG",
            ),
            (format!("CREATE TABLE t (a int) {rest}, 'x'='y')"), "Unsupported table property key"),
            (format!("CREATE TABLE t (a smallint) {rest})"), "smallint"),
            (format!("CREATE TABLE t (a int) PARTITIONED BY (dt string) {rest})"), "names alone"),
            (format!("CREATE TABLE t (a int) PARTITIONED BY (day(b)) {rest})"), "does not exist"),
            (format!("CREATE TABLE t (a int) STORED AS PARQUET {rest})"), "STORED AS"),
        ] {
            let failure = new(&sql).unwrap_err();
            assert!(failure.reason.contains(part), "{sql}: {}", failure.reason);
        }
    }
}
