//! `INSERT INTO`: files into a table's folder, and the partitions they begin.

use std::collections::BTreeMap;

use aquifer_formats::Format;
use aquifer_lake::{Column, TableDef, Written};
use aquifer_sql::{PreparedQuery, Session, SqlError, TableName};
use datafusion::sql::sqlparser::ast::Statement as AstStatement;
use glue_api::Table;

use super::ddl::partition_inputs;
use super::layout::{Layout, codec_default, codec_of};
use super::{Done, Run};
use crate::failure::Failure;
use crate::table_def::{self, header_lines};
use crate::uri::folder;

impl Run {
    pub(super) async fn insert(
        &self,
        session: &Session,
        name: &TableName,
        given: &[String],
        query: PreparedQuery,
    ) -> Result<Done, Failure> {
        self.live.counts(query.stats());
        let (database, table) = self.target(name).await?;
        if table_def::is_iceberg(&table) {
            return self.insert_iceberg(session, (&database, &table), given, query).await;
        }
        let def = table_def::table_def(&database, &table, self.ctx.now().to_chrono())?;
        if def.projection.as_ref().is_some_and(|projection| projection.template.is_some()) {
            return Err(Failure::not_supported(
                "Inserting into tables with storage.location.template is not supported by this \
                 version of Aquifer",
            ));
        }
        let layout = layout(&table, &def)?;
        let header = header_lines_of(&table)? == 1;
        let mut spec = layout.target(&folder(&def.location), &self.live.id, header);
        spec.must_be_empty = false;
        let columns: Vec<Column> = def.all_columns().cloned().collect();
        self.begin_writing(&spec.location, None).await?;
        let written = session.execute_insert(query, given, &columns, spec).await?;
        let told = async {
            // Told before partitions are made: rows must not stay if they cannot be told of.
            let done = self.written(&written).await?;
            self.add_written(&database, &table, &def, &written).await?;
            Ok(done)
        };
        let told = told.await;
        self.or_discard(&written, told).await
    }

    /// The table of Hive's kind that rows are added to.
    async fn target(&self, name: &TableName) -> Result<(String, Table), Failure> {
        let (database, table) = self.place_of(name)?;
        let found = self.catalog.table(&database, &table).await;
        let Some(found) = found.map_err(|fail| Failure::catalog(&fail))? else {
            let message = format!("Table 'awsdatacatalog.{database}.{table}' does not exist");
            let error = SqlError::user("TABLE_NOT_FOUND", message).at(name.at.0, name.at.1);
            return Err(error.into());
        };
        if table_def::is_view(&found) {
            return Err(Failure::not_supported("Inserting into views is not supported"));
        }
        Ok((database, (*found).clone()))
    }

    /// Makes the partitions that rows went to and that are not there yet.
    async fn add_written(
        &self,
        database: &str,
        table: &Table,
        def: &TableDef,
        written: &Written,
    ) -> Result<(), Failure> {
        // Projected partitions are in no catalog.
        if written.partitions.is_empty() || def.projection.is_some() {
            return Ok(());
        }
        self.check_cancelled()?;
        let found = self.catalog.partitions_where(database, &def.name, None).await;
        let known: BTreeMap<Vec<String>, String> = found
            .map_err(|fail| Failure::catalog(&fail))?
            .into_iter()
            .map(|partition| {
                let location = partition.storage_descriptor.and_then(|storage| storage.location);
                (partition.values.unwrap_or_default(), folder(&location.unwrap_or_default()))
            })
            .collect();
        let mut new = Vec::new();
        for partition in &written.partitions {
            match known.get(&partition.values) {
                None => new.push(partition.clone()),
                Some(location) if *location == partition.location => {}
                Some(location) => {
                    return Err(Failure::not_supported(format!(
                        "Inserting into a partition outside its table's folder ({location}) is not \
                         supported by this version of Aquifer"
                    )));
                }
            }
        }
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        self.create_partitions(database, &def.name, partition_inputs(&storage, &new)).await
    }

    /// `UPDATE`, `DELETE`, `MERGE`: rows of Iceberg tables alone can be changed.
    pub(super) async fn modify_rows(
        &self,
        name: &TableName,
        verb: &'static str,
        change: AstStatement,
    ) -> Result<Done, Failure> {
        let (database, table) = self.target(name).await?;
        if table_def::is_iceberg(&table) {
            return self.change_iceberg((&database, &table.name), verb, change).await;
        }
        Err(Failure::not_supported(
            "Modifying Hive table rows is only supported for transactional tables",
        ))
    }
}

fn header_lines_of(table: &Table) -> Result<usize, SqlError> {
    let serde = table.storage_descriptor.as_ref().and_then(|s| s.serde_info.as_ref());
    let own = serde.and_then(|serde| serde.parameters.as_ref());
    let lines = header_lines(own, table.parameters.as_ref())?;
    if lines > 1 {
        return Err(SqlError::not_supported(
            "Inserting into Hive table with value of skip.header.line.count property greater than \
             1 is not supported",
        ));
    }
    Ok(lines)
}

fn layout(table: &Table, def: &TableDef) -> Result<Layout, SqlError> {
    let parameters = table.parameters.as_ref();
    if matches!(def.format, Format::Pattern(_)) {
        return Err(SqlError::not_supported(format!(
            "Inserting into table {}.{} is not supported: its SerDe reads and does not write",
            def.database, def.name
        )));
    }
    let storage = table.storage_descriptor.as_ref();
    if storage.and_then(|storage| storage.number_of_buckets).is_some_and(|buckets| buckets > 0) {
        return Err(SqlError::not_supported(format!(
            "Inserting into bucketed table {}.{} is not supported",
            def.database, def.name
        )));
    }
    let own = match def.format {
        Format::Parquet => "parquet.compression",
        Format::Orc(_) => "orc.compress",
        _ => "write.compression",
    };
    let named = [own, "write.compression", "write_compression", "compression"];
    let codec = named.into_iter().find_map(|name| table_def::parameter(parameters, name));
    let compression = match codec {
        Some(codec) => codec_of(&def.format, codec)?,
        None => codec_default(&def.format),
    };
    let partitioned_by = def.partition_keys.iter().map(|key| key.name.clone()).collect();
    Ok(Layout {
        format: def.format.clone(),
        compression,
        level: None,
        partitioned_by,
        bucketed_by: None,
    })
}
