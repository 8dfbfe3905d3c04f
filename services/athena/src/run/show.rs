//! `SHOW …` and `DESCRIBE …`: what the catalog holds, as lines in Hive's layout.

use aquifer_sql::SqlError;
use aquifer_sql_hive::{
    ColumnDescription, PartitionValue, TableDescription, TableDetails, TableName, describe,
    describe_column, describe_formatted, like, render_create_table,
};
use glue_api::{Column, Table};

use super::ddl::matches_spec;
use super::msck::key_names;
use super::{Done, Run};
use crate::failure::Failure;
use crate::{table_def, view};

/// What DESCRIBE is asked for.
pub(super) struct Describe {
    pub table: TableName,
    pub extended: bool,
    pub formatted: bool,
    pub partition: Vec<PartitionValue>,
    pub column: Vec<String>,
}

impl Run {
    pub(super) async fn show_databases(&self, pattern: Option<&str>) -> Result<Done, Failure> {
        let names = self.catalog.databases().await.map_err(|fail| Failure::catalog(&fail))?;
        self.lines(&["database_name"], matching(names, pattern)).await
    }

    pub(super) async fn show_tables(
        &self,
        database: Option<String>,
        pattern: Option<&str>,
        only_views: bool,
    ) -> Result<Done, Failure> {
        let database = database.unwrap_or_else(|| self.database());
        let tables = self.catalog.tables(&database).await;
        let tables = tables.map_err(|fail| Failure::catalog(&fail))?;
        if tables.is_empty() {
            self.must_have_database(&database).await?;
        }
        let shown = tables.into_iter().filter(|table| !only_views || table_def::is_view(table));
        let names = matching(shown.map(|table| table.name).collect(), pattern);
        self.lines(&[if only_views { "views" } else { "tab_name" }], names).await
    }

    pub(super) async fn show_partitions(
        &self,
        name: &TableName,
        spec: &[PartitionValue],
    ) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        let keys = key_names(&table);
        if keys.is_empty() {
            let sentence = format!("Table {} is not a partitioned table", table.name);
            return Err(Failure::execution(sentence));
        }
        let found = self.catalog.partitions_where(&database, &table.name, None).await;
        let found = found.map_err(|fail| Failure::catalog(&fail))?;
        let mut lines: Vec<String> = found
            .into_iter()
            .filter_map(|partition| partition.values)
            .filter(|values| matches_spec(&keys, values, spec))
            .map(|values| aquifer_lake::partition_path(&keys, &values))
            .collect();
        lines.sort();
        self.lines(&["partition"], lines).await
    }

    pub(super) async fn show_columns(&self, name: &TableName) -> Result<Done, Failure> {
        let (_, table) = self.existing_table(name).await?;
        let storage = table.storage_descriptor.unwrap_or_default();
        let columns = storage.columns.into_iter().chain(table.partition_keys).flatten();
        let columns = columns.filter(|column| !is_former(column));
        let lines = columns.map(|column| format!("{:<20}", column.name)).collect();
        self.lines(&["field"], lines).await
    }

    pub(super) async fn show_create_table(&self, name: &TableName) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        if table_def::is_view(&table) {
            let sentence = "SHOW CREATE TABLE does not work on views; use SHOW CREATE VIEW";
            return Err(Failure::not_supported(sentence));
        }
        let described = match table_def::is_iceberg(&table) {
            true => self.iceberg_description(&database, &table).await?,
            false => description(&database, &table),
        };
        let text = render_create_table(&described);
        self.lines(&["createtab_stmt"], text.lines().map(str::to_owned).collect()).await
    }

    pub(super) async fn show_create_view(&self, name: &TableName) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        if !table_def::is_view(&table) {
            let message = format!("Relation '{database}.{}' is not a view", table.name);
            return Err(SqlError::not_supported(message).into());
        }
        let text = format!("CREATE VIEW {database}.{} AS\n{}", table.name, view::read(&table)?.sql);
        self.lines(&["Create View"], text.lines().map(str::to_owned).collect()).await
    }

    pub(super) async fn show_properties(
        &self,
        name: &TableName,
        key: Option<&str>,
    ) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        let properties = table.parameters.unwrap_or_default();
        let lines = match key {
            None => properties.iter().map(|(key, value)| format!("{key}\t{value}")).collect(),
            Some(key) => vec![match properties.get(key) {
                Some(value) => value.clone(),
                None => format!("Table {database}.{} does not have property: {key}", table.name),
            }],
        };
        self.lines(&["prpt_name", "prpt_value"], lines).await
    }

    pub(super) async fn describe_table(&self, asked: &Describe) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(&asked.table).await?;
        if table_def::is_iceberg(&table) {
            let lines = self.describe_iceberg(&table).await?;
            return self.lines(&["col_name", "data_type", "comment"], lines).await;
        }
        if !asked.partition.is_empty() {
            self.must_have_partition(&database, &table, &asked.partition).await?;
        }
        let described = description(&database, &table);
        let lines = if !asked.column.is_empty() {
            vec![self.describe_one(&described, &asked.column)?]
        } else if asked.formatted || asked.extended {
            describe_formatted(&described, &details(&database, &table))
        } else {
            describe(&described)
        };
        self.lines(&["col_name", "data_type", "comment"], lines).await
    }

    fn describe_one(&self, table: &TableDescription, path: &[String]) -> Result<String, Failure> {
        let columns = table.columns.iter().chain(&table.partition_columns);
        let named = path.first().and_then(|name| columns.clone().find(|c| c.name == *name));
        match (named, path) {
            (Some(column), [_]) => Ok(describe_column(column)),
            (Some(_), _) => Err(Failure::not_supported("DESCRIBE of a field inside a column")),
            (None, _) => {
                let message = format!("Invalid column reference {}", path.join("."));
                Err(Failure::semantic(message))
            }
        }
    }

    pub(super) async fn describe_view(&self, name: &TableName) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        let lines = describe(&description(&database, &table));
        self.lines(&["col_name", "data_type", "comment"], lines).await
    }
}

/// Whether a column is one that the table had once: Iceberg's writers keep those in the catalog.
fn is_former(column: &Column) -> bool {
    let current = column.parameters.as_ref().and_then(|own| own.get("iceberg.field.current"));
    current.is_some_and(|current| current == "false")
}

fn matching(names: Vec<String>, pattern: Option<&str>) -> Vec<String> {
    match pattern {
        Some(pattern) => names.into_iter().filter(|name| like(pattern, name)).collect(),
        None => names,
    }
}

fn described(columns: &[Column]) -> Vec<ColumnDescription> {
    let describe = |column: &Column| ColumnDescription {
        name: column.name.clone(),
        data_type: column.r#type.clone().unwrap_or_else(|| "string".to_owned()),
        comment: column.comment.clone(),
    };
    columns.iter().map(describe).collect()
}

fn description(database: &str, table: &Table) -> TableDescription {
    let storage = table.storage_descriptor.clone().unwrap_or_default();
    let serde = storage.serde_info.unwrap_or_default();
    let buckets = storage.number_of_buckets.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
    let bucketed_by = storage.bucket_columns.unwrap_or_default();
    let parameters = table.parameters.clone().unwrap_or_default();
    let external = table.table_type.as_deref() == Some("EXTERNAL_TABLE");
    TableDescription {
        name: format!("{database}.{}", table.name),
        external,
        columns: described(storage.columns.as_deref().unwrap_or_default()),
        comment: table.description.clone(),
        partition_columns: described(table.partition_keys.as_deref().unwrap_or_default()),
        clustered_by: buckets.filter(|_| !bucketed_by.is_empty()).map(|n| (bucketed_by, n)),
        serde: serde.serialization_library,
        serde_properties: serde.parameters.unwrap_or_default().into_iter().collect(),
        input_format: storage.input_format,
        output_format: storage.output_format,
        location: storage.location,
        // EXTERNAL is in the statement itself.
        properties: parameters.into_iter().filter(|(key, _)| key != "EXTERNAL").collect(),
        iceberg: None,
    }
}

fn details(database: &str, table: &Table) -> TableDetails {
    let storage = table.storage_descriptor.clone().unwrap_or_default();
    let time = |at: Option<platform::Timestamp>| {
        let at = at.map(|at| at.to_chrono().format("%a %b %d %H:%M:%S UTC %Y").to_string());
        at.unwrap_or_else(|| "UNKNOWN".to_owned())
    };
    TableDetails {
        database: database.to_owned(),
        owner: table.owner.clone().unwrap_or_default(),
        create_time: time(table.create_time),
        last_access_time: time(table.last_access_time),
        retention: table.retention.unwrap_or(0).into(),
        table_type: table.table_type.clone().unwrap_or_default(),
        compressed: storage.compressed.unwrap_or(false),
        bucket_count: storage.number_of_buckets.unwrap_or(-1).into(),
        sort_columns: storage
            .sort_columns
            .into_iter()
            .flatten()
            .map(|order| order.column)
            .collect(),
    }
}
