//! `CREATE TABLE … WITH (table_type = 'ICEBERG') AS`: the table appears with all its rows.

use std::collections::BTreeMap;

use aquifer_iceberg::change::{Change, to_main};
use aquifer_iceberg::{
    CreateTable as NewTable, Field, PartitionSpec, Schema, TableMetadata, Transform,
};
use aquifer_sql::{PreparedQuery, Properties, PropertyValue, Session, SqlError};
use aquifer_sql_iceberg::{
    RowWriter, as_sql, column_fields, discard, refused, type_of_arrow, write_rows,
};
use datafusion::arrow::datatypes::Schema as ArrowSchema;

use super::commit::{metadata_location, new_table};
use super::create::{part, renumber};
use super::{QUERY_ID, as_written, properties, told};
use crate::failure::Failure;
use crate::run::ctas::Target;
use crate::run::layout::{invalid, text};
use crate::run::{Done, Run};
use crate::uri::S3Uri;

/// Whether the table to be made is one of Iceberg's.
pub(in crate::run) fn is_wanted(properties: &Properties) -> bool {
    let kind = properties.get("table_type").and_then(PropertyValue::as_text);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"))
}

impl Run {
    pub(in crate::run) async fn create_iceberg_as(
        &self,
        session: &Session,
        target: Target,
        query: PreparedQuery,
    ) -> Result<Done, Failure> {
        self.live.counts(query.stats());
        let (database, name) = self.place_of(&target.table)?;
        if self.is_there(&database, &name, &target).await? {
            return self.written(&as_written(&[], 0)).await;
        }
        let new = described(target.properties, &query)?;
        if self.live.row.place_enforced {
            return Err(invalid(crate::error::PLACE_ENFORCED).into());
        }
        let metadata = self.new_metadata(new)?;
        super::check_format(&metadata)?;
        let options = self.write_options(&metadata);
        self.begin_commit(&metadata.location, &database, &name).await?;
        let mut files = Vec::new();
        if target.with_data {
            let schema = metadata.current_schema().map_err(refused)?;
            let columns = std::sync::Arc::new(ArrowSchema::new(column_fields(schema)));
            let writer = RowWriter::new(&metadata, self.io().clone(), options);
            let writer = writer.map_err(told(session))?;
            let rows = session.rows_of(query, columns).await?;
            files = write_rows(rows, writer).await.map_err(told(session))?;
        }
        let rows: i64 = files.iter().map(|(_, file)| file.record_count).sum();
        let finished = async {
            let count = u64::try_from(rows).unwrap_or(0);
            let done = self.written(&as_written(&files, count)).await?;
            self.publish_iceberg(&database, &name, metadata, &files).await?;
            Ok(done)
        };
        let finished: Result<Done, Failure> = finished.await;
        if finished.is_err() && !discard(self.io(), &files).await {
            self.live.left_something();
        }
        finished
    }

    /// Makes the table, its first snapshot there from the beginning.
    async fn publish_iceberg(
        &self,
        database: &str,
        name: &str,
        mut metadata: TableMetadata,
        files: &[(i32, aquifer_iceberg::manifest::DataFile)],
    ) -> Result<(), Failure> {
        self.check_cancelled()?;
        let seed = self.seed(&metadata);
        let change = Change {
            operation: "append",
            added: files.to_vec(),
            notes: BTreeMap::from([(QUERY_ID.to_owned(), self.live.id.clone())]),
            ..Change::default()
        };
        let made = change.snapshot(&metadata, &[], &seed).map_err(refused)?;
        let mut paths: Vec<String> = made.files.iter().map(|(path, _)| path.clone()).collect();
        let now = self.ctx.now().as_millis();
        metadata = metadata.apply(&to_main(&metadata, made.snapshot), now).map_err(refused)?;
        let location = metadata_location(&metadata.location, 0, &self.ctx.ids().uuid());
        paths.push(location.clone());
        let publishing = async {
            for (path, bytes) in made.files {
                self.io().write(&path, bytes).await.map_err(as_sql)?;
            }
            let bytes = metadata.to_json().map_err(refused)?;
            self.io().write(&location, bytes).await.map_err(as_sql)?;
            let table = new_table(name, None, &metadata, &location);
            match self.make_table(database, table).await {
                Err(fail) if fail.is("AlreadyExistsException") => {
                    let message = format!(
                        "Destination table 'awsdatacatalog.{database}.{name}' already exists"
                    );
                    Err(SqlError::user("TABLE_ALREADY_EXISTS", message).at(1, 1).into())
                }
                made => made.map_err(|fail| Failure::catalog(&fail)),
            }
        };
        let published: Result<(), Failure> = publishing.await;
        if published.is_err() {
            self.io().delete(&paths).await;
        }
        published
    }
}

/// What the properties and the query say of the table.
fn described(mut given: Properties, query: &PreparedQuery) -> Result<NewTable, Failure> {
    given.remove("table_type");
    if given.remove("is_external") != Some(PropertyValue::Boolean(false)) {
        let message = "Iceberg tables are not external: the table property 'is_external' must be \
                       false";
        return Err(invalid(message).into());
    }
    let location = text(&mut given, "location")?;
    let location = location.ok_or_else(|| {
        invalid("The table property 'location' must be set for table type ICEBERG")
    })?;
    if S3Uri::parse(&location).is_none() {
        return Err(invalid(format!("location '{location}' is not in S3")).into());
    }
    let mut last = 0;
    let mut fields = Vec::new();
    for (field, column) in query.schema().fields().iter().zip(query.columns()) {
        let field_type = type_of_arrow(field.data_type()).map_err(|_| {
            let type_name = &column.type_name;
            SqlError::not_supported(format!("Type not supported for Iceberg: {type_name}"))
        })?;
        last += 1;
        let name = column.name.to_lowercase();
        fields.push(Field { id: last, name, required: false, field_type, doc: None });
    }
    for field in &mut fields {
        renumber(&mut field.field_type, &mut last);
    }
    let mut parts = Vec::new();
    if let Some(value) = given.remove("partitioning") {
        let texts = value.as_texts();
        for text in texts.ok_or_else(|| invalid("partitioning must be an array of texts"))? {
            let (transform, column) = partitioning(text)?;
            parts.push(part(transform, &column, &fields).map_err(invalid)?);
        }
    }
    let mut kept = BTreeMap::new();
    for (name, value) in given {
        let value = match value {
            PropertyValue::Text(text) | PropertyValue::Number(text) => text,
            PropertyValue::Boolean(truth) => truth.to_string(),
            PropertyValue::Array(_) => {
                return Err(invalid(format!("table property '{name}' does not exist")).into());
            }
        };
        let (key, value) = properties::known(&name, &value).map_err(|error| {
            let unknown = error.message.starts_with("Unsupported table property");
            if unknown { invalid(format!("table property '{name}' does not exist")) } else { error }
        })?;
        kept.insert(key, value);
    }
    Ok(NewTable {
        location: location.trim_end_matches('/').to_owned(),
        schema: Schema::new(fields),
        partition_spec: PartitionSpec { spec_id: 0, fields: parts },
        properties: kept,
        ..NewTable::default()
    })
}

/// `day(ts)`, `bucket(id, 16)`, `truncate(name, 3)` or a column's name.
fn partitioning(text: &str) -> Result<(Transform, String), SqlError> {
    let wrong = || invalid(format!("Invalid partition field declaration: {text}"));
    let text = text.trim();
    let Some((word, rest)) = text.split_once('(') else {
        return Ok((Transform::Identity, text.trim_matches('"').to_lowercase()));
    };
    let inner = rest.trim().strip_suffix(')').ok_or_else(wrong)?;
    let mut arguments = inner.split(',').map(str::trim);
    let column = arguments.next().map(|name| name.trim_matches('"').to_lowercase());
    let column = column.filter(|name| !name.is_empty()).ok_or_else(wrong)?;
    let number = arguments.next();
    if arguments.next().is_some() {
        return Err(wrong());
    }
    let number = number.map(|number| number.parse::<u32>().map_err(|_| wrong())).transpose()?;
    let transform = match (word.trim().to_ascii_lowercase().as_str(), number) {
        ("identity", None) => Transform::Identity,
        ("year", None) => Transform::Year,
        ("month", None) => Transform::Month,
        ("day", None) => Transform::Day,
        ("hour", None) => Transform::Hour,
        ("bucket", Some(count)) if count > 0 => Transform::Bucket(count),
        ("truncate", Some(width)) if width > 0 => Transform::Truncate(width),
        _ => return Err(wrong()),
    };
    Ok((transform, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitioning_is_read() {
        let read = |text: &str| partitioning(text).unwrap();
        assert_eq!(read("day(ts)"), (Transform::Day, "ts".into()));
        assert_eq!(read("bucket(Id, 16)"), (Transform::Bucket(16), "id".into()));
        assert_eq!(read("country"), (Transform::Identity, "country".into()));
        for wrong in ["bucket(id)", "day(ts", "zorder(a)", "truncate(a, b)", "day(a, b, c)"] {
            assert!(partitioning(wrong).is_err(), "{wrong}");
        }
    }
}
