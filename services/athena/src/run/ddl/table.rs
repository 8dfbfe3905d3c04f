//! `CREATE [EXTERNAL] TABLE` and `DROP TABLE`.

use std::collections::{BTreeMap, BTreeSet};

use aquifer_sql_hive::{
    Column, CreateTable, Delimited, FileFormat, PartitionClause, RowFormat, TableName,
};
use glue_api::{
    Client, CreateTableInput, DeleteTableInput, SerDeInfo, StorageDescriptor, TableInput,
};

use super::{already_exists, no_database};
use crate::catalog::is_absent;
use crate::failure::Failure;
use crate::run::layout::{
    AVRO_INPUT, AVRO_OUTPUT, ORC_INPUT, ORC_OUTPUT, PARQUET_INPUT, PARQUET_OUTPUT, TEXT_INPUT,
    TEXT_OUTPUT,
};
use crate::run::{Done, Run, iceberg};
use crate::table_def::{AVRO, HIVE_JSON, LAZY_SIMPLE, ORC, PARQUET};
use crate::uri::S3Uri;

const SEQUENCE: [&str; 3] = [
    LAZY_SIMPLE,
    "org.apache.hadoop.mapred.SequenceFileInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
];
const RC: [&str; 3] = [
    "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
    "org.apache.hadoop.hive.ql.io.RCFileInputFormat",
    "org.apache.hadoop.hive.ql.io.RCFileOutputFormat",
];
const ION: [&str; 3] = [
    "com.amazon.ionhiveserde.IonHiveSerDe",
    "com.amazon.ionhiveserde.formats.IonInputFormat",
    "com.amazon.ionhiveserde.formats.IonOutputFormat",
];

impl Run {
    pub(super) async fn create_table(&self, create: CreateTable) -> Result<Done, Failure> {
        let (database, name) = self.place(&create.table)?;
        if iceberg::is_meant(&create) {
            return self.create_iceberg(&database, &name, create).await;
        }
        let if_not_exists = create.if_not_exists;
        let table = table_input(&name, create, self.ctx.now().as_secs())?;
        let input = CreateTableInput {
            database_name: database.clone(),
            table_input: Some(table),
            ..CreateTableInput::default()
        };
        match Client::create_table(&self.ctx, input).await {
            Ok(_) => {}
            Err(fail) if already_exists(&fail) && if_not_exists => {}
            Err(fail) if already_exists(&fail) => {
                let reason = format!("AlreadyExistsException(message:Table {name} already exists)");
                return Err(Failure::execution(reason));
            }
            Err(fail) if is_absent(&fail) => return Err(no_database(&database)),
            Err(fail) => return Err(Failure::catalog(&fail)),
        }
        self.nothing().await
    }

    /// The table's files stay where they are.
    pub(super) async fn drop_table(
        &self,
        name: &TableName,
        if_exists: bool,
    ) -> Result<Done, Failure> {
        let (database, table) = self.place(name)?;
        let found = self.catalog.table(&database, &table).await;
        match found.map_err(|fail| Failure::catalog(&fail))? {
            None if if_exists => return self.nothing().await,
            None => {
                self.must_have_database(&database).await?;
                let reason = format!("[Error 10001]: Table not found {database}.{table}");
                return Err(Failure::semantic(reason));
            }
            Some(found) if crate::table_def::is_iceberg(&found) => {
                return self.drop_iceberg(&database, &found).await;
            }
            Some(found) if crate::table_def::is_view(&found) => {
                return Err(Failure::semantic("Cannot drop a view with DROP TABLE"));
            }
            Some(_) => {}
        }
        self.delete_table(&database, &table, if_exists).await?;
        self.nothing().await
    }

    pub(in crate::run) async fn delete_table(
        &self,
        database: &str,
        name: &str,
        may_be_gone: bool,
    ) -> Result<(), Failure> {
        let input = DeleteTableInput {
            database_name: database.to_owned(),
            name: name.to_owned(),
            ..DeleteTableInput::default()
        };
        match Client::delete_table(&self.ctx, input).await {
            Ok(_) => Ok(()),
            Err(fail) if is_absent(&fail) && may_be_gone => Ok(()),
            Err(fail) => Err(Failure::catalog(&fail)),
        }
    }
}

fn table_input(name: &str, create: CreateTable, now: i64) -> Result<TableInput, Failure> {
    refuse_what_is_not_hive(&create)?;
    let location = create.location.clone().ok_or_else(|| {
        Failure::semantic("LOCATION is required: an external table has its files somewhere")
    })?;
    if S3Uri::parse(&location).is_none() {
        return Err(Failure::semantic(format!("'{location}' is not a location in S3")));
    }
    let keys: Vec<Column> = create
        .partitioned_by
        .iter()
        .filter_map(|clause| match clause {
            PartitionClause::Column(column) => Some(column.clone()),
            PartitionClause::Transform(_) => None,
        })
        .collect();
    refuse_twice(create.columns.iter().chain(&keys))?;
    refuse_other_lines(&create)?;

    let storage = storage(&create, &location)?;
    let mut parameters: BTreeMap<String, String> = create.properties.into_iter().collect();
    parameters.insert("EXTERNAL".to_owned(), "TRUE".to_owned());
    parameters.insert("transient_lastDdlTime".to_owned(), now.to_string());
    Ok(TableInput {
        name: name.to_owned(),
        description: create.comment,
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(parameters),
        partition_keys: Some(keys.into_iter().map(glue_column).collect()),
        storage_descriptor: Some(storage),
        ..TableInput::default()
    })
}

fn refuse_what_is_not_hive(create: &CreateTable) -> Result<(), Failure> {
    let transforms =
        create.partitioned_by.iter().any(|clause| matches!(clause, PartitionClause::Transform(_)));
    if transforms {
        return Err(Failure::semantic(
            "Partition transforms are supported for table type ICEBERG only",
        ));
    }
    if !create.external {
        return Err(Failure::semantic(
            "Only external tables can be created: use CREATE EXTERNAL TABLE",
        ));
    }
    Ok(())
}

fn refuse_twice<'a>(columns: impl Iterator<Item = &'a Column>) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for column in columns {
        if !seen.insert(&column.name) {
            return Err(Failure::semantic(format!(
                "[Error 10036]: Duplicate column name: {}",
                column.name
            )));
        }
    }
    Ok(())
}

/// Rows are lines, and lines end as lines do.
fn refuse_other_lines(create: &CreateTable) -> Result<(), Failure> {
    match &create.row_format {
        Some(RowFormat::Delimited(Delimited { lines: Some(lines), .. }))
            if !matches!(lines.as_str(), "\n" | "10") =>
        {
            let lines = lines.escape_default();
            Err(Failure::semantic(format!(
                "LINES TERMINATED BY only supports newline '\\n' right now. Error encountered near \
                 token ''{lines}''"
            )))
        }
        _ => Ok(()),
    }
}

pub(super) fn glue_column(column: Column) -> glue_api::Column {
    glue_api::Column {
        name: column.name,
        r#type: Some(column.data_type.to_string()),
        comment: column.comment,
        parameters: None,
    }
}

fn storage(create: &CreateTable, location: &str) -> Result<StorageDescriptor, Failure> {
    let (serde, input, output) = classes(create);
    let mut parameters = match &create.row_format {
        Some(RowFormat::Delimited(delimited)) => delimiters(delimited),
        _ => BTreeMap::new(),
    };
    parameters.extend(create.serde_properties.iter().cloned());
    parameters.entry("serialization.format".to_owned()).or_insert_with(|| "1".to_owned());
    let (bucket_columns, buckets) = match &create.clustered_by {
        Some((columns, buckets)) => (columns.clone(), i32::try_from(*buckets).unwrap_or(i32::MAX)),
        None => (Vec::new(), -1),
    };
    Ok(StorageDescriptor {
        columns: Some(create.columns.iter().cloned().map(glue_column).collect()),
        location: Some(location.to_owned()),
        input_format: Some(input),
        output_format: Some(output),
        compressed: Some(false),
        number_of_buckets: Some(buckets),
        bucket_columns: Some(bucket_columns),
        serde_info: Some(SerDeInfo {
            name: None,
            serialization_library: Some(serde),
            parameters: Some(parameters),
        }),
        ..StorageDescriptor::default()
    })
}

/// SerDe, input format and output format.
fn classes(create: &CreateTable) -> (String, String, String) {
    let [serde, input, output] = match &create.stored_as {
        None | Some(FileFormat::TextFile) => [LAZY_SIMPLE, TEXT_INPUT, TEXT_OUTPUT],
        Some(FileFormat::Parquet) => [PARQUET, PARQUET_INPUT, PARQUET_OUTPUT],
        Some(FileFormat::JsonFile) => [HIVE_JSON, TEXT_INPUT, TEXT_OUTPUT],
        Some(FileFormat::Orc) => [ORC, ORC_INPUT, ORC_OUTPUT],
        Some(FileFormat::Avro) => [AVRO, AVRO_INPUT, AVRO_OUTPUT],
        Some(FileFormat::SequenceFile) => SEQUENCE,
        Some(FileFormat::RcFile) => RC,
        Some(FileFormat::Ion) => ION,
        Some(FileFormat::Classes { input, output }) => [LAZY_SIMPLE, input, output],
    };
    let serde = match &create.row_format {
        Some(RowFormat::Serde(class)) => class,
        _ => serde,
    };
    (serde.to_owned(), input.to_owned(), output.to_owned())
}

fn delimiters(delimited: &Delimited) -> BTreeMap<String, String> {
    let pairs = [
        ("field.delim", &delimited.fields),
        ("serialization.format", &delimited.fields),
        ("escape.delim", &delimited.escape),
        // Hive's own spelling.
        ("colelction.delim", &delimited.collection_items),
        ("mapkey.delim", &delimited.map_keys),
        ("line.delim", &delimited.lines),
        ("serialization.null.format", &delimited.null),
    ];
    let given = pairs.into_iter().filter_map(|(key, value)| Some((key, value.clone()?)));
    given.map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use aquifer_sql_hive::{Statement, parse};

    use super::*;

    fn input(sql: &str) -> Result<TableInput, Failure> {
        let Some(Statement::CreateTable(create)) = parse(sql).unwrap() else { panic!("{sql}") };
        table_input("t", *create, 7)
    }

    #[test]
    fn a_definition_becomes_a_table_of_the_catalog() {
        let table = input(
            "CREATE EXTERNAL TABLE t (a int, b map<string,int>) PARTITIONED BY (dt string) \
             ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' \
             LOCATION 's3://b/t/' TBLPROPERTIES ('skip.header.line.count'='1')",
        )
        .unwrap();
        let storage = table.storage_descriptor.unwrap();
        let serde = storage.serde_info.unwrap();
        let parameters = serde.parameters.unwrap();
        assert_eq!(serde.serialization_library.as_deref(), Some(LAZY_SIMPLE));
        assert_eq!(parameters["field.delim"], ",");
        assert_eq!(parameters["escape.delim"], "\\");
        assert_eq!(storage.columns.unwrap()[1].r#type.as_deref(), Some("map<string,int>"));
        assert_eq!(table.partition_keys.unwrap()[0].name, "dt");
        assert_eq!(table.parameters.unwrap()["skip.header.line.count"], "1");
    }

    #[test]
    fn what_cannot_be_made_is_refused() {
        for (sql, part) in [
            ("CREATE TABLE t (a int) LOCATION 's3://b/t/'", "external"),
            ("CREATE EXTERNAL TABLE t (a int)", "LOCATION"),
            ("CREATE EXTERNAL TABLE t (a int) LOCATION '/tmp'", "not a location in S3"),
            ("CREATE EXTERNAL TABLE t (a int, A int) LOCATION 's3://b/'", "Duplicate column"),
            (
                "CREATE EXTERNAL TABLE t (a int) ROW FORMAT DELIMITED LINES TERMINATED BY '|' \
                 LOCATION 's3://b/'",
                "LINES TERMINATED BY only supports newline",
            ),
            (
                "CREATE EXTERNAL TABLE t (a date) PARTITIONED BY (day(a)) LOCATION 's3://b/'",
                "ICEBERG",
            ),
        ] {
            let failure = input(sql).unwrap_err();
            assert!(failure.reason.contains(part), "{sql}: {}", failure.reason);
        }
    }
}
