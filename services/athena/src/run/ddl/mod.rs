//! Definitions: what Hive's statements do to the catalog, through Glue, as the caller.

mod alter;
mod database;
mod partition;
mod table;
mod view;

use aquifer_sql::SqlError;
use aquifer_sql_hive::{Statement, TableName};
use glue_api::Table;
use platform::Fail;

pub(super) use partition::{matches_spec, partition_input, partition_inputs};

use super::show::Describe;
use super::{Done, Run};
use crate::failure::Failure;

impl Run {
    /// A statement of Hive's language.
    pub(super) async fn definition(&self, statement: Statement) -> Result<Done, Failure> {
        match statement {
            Statement::CreateDatabase { name, if_not_exists, comment, location, properties } => {
                let database = database::NewDatabase { name, comment, location, properties };
                self.create_database(database, if_not_exists).await
            }
            Statement::AlterDatabaseProperties { name, properties } => {
                self.alter_database(&name, properties, None).await
            }
            Statement::AlterDatabaseLocation { name, location } => {
                self.alter_database(&name, Vec::new(), Some(location)).await
            }
            Statement::DropDatabase { name, if_exists, cascade } => {
                self.drop_database(&name, if_exists, cascade).await
            }
            Statement::CreateTable(create) => self.create_table(*create).await,
            Statement::AlterTable { table, action } => self.alter_table(&table, action).await,
            Statement::DropTable { table, if_exists } => self.drop_table(&table, if_exists).await,
            Statement::DropView { view, if_exists } => self.drop_view(&view, if_exists).await,
            Statement::RepairTable { table } => self.repair(&table).await,
            Statement::Prepare { name, statement } => self.prepare(&name, &statement.text).await,
            Statement::Deallocate { name } => self.deallocate(&name).await,
            Statement::Execute { .. } => {
                Err(SqlError::internal("EXECUTE is not a definition").into())
            }
            Statement::Optimize { table, predicate } => {
                let (database, name) = self.iceberg_only(&table, "OPTIMIZE").await?;
                self.optimize(&database, &name, predicate.map(|sql| sql.text)).await
            }
            Statement::Vacuum { table } => {
                let (database, name) = self.iceberg_only(&table, "VACUUM").await?;
                self.vacuum(&database, &name).await
            }
            other => self.inspection(other).await,
        }
    }

    /// A statement that changes nothing.
    async fn inspection(&self, statement: Statement) -> Result<Done, Failure> {
        match statement {
            Statement::Describe { table, extended, formatted, partition, column } => {
                self.describe_table(&Describe { table, extended, formatted, partition, column })
                    .await
            }
            Statement::DescribeView { view } => self.describe_view(&view).await,
            Statement::ShowDatabases { pattern } => self.show_databases(pattern.as_deref()).await,
            Statement::ShowTables { database, pattern } => {
                self.show_tables(database, pattern.as_deref(), false).await
            }
            Statement::ShowViews { database, pattern } => {
                self.show_tables(database, pattern.as_deref(), true).await
            }
            Statement::ShowPartitions { table, partition } => {
                self.show_partitions(&table, &partition).await
            }
            Statement::ShowColumns { table } => self.show_columns(&table).await,
            Statement::ShowCreateTable { table } => self.show_create_table(&table).await,
            Statement::ShowCreateView { view } => self.show_create_view(&view).await,
            Statement::ShowTableProperties { table, key } => {
                self.show_properties(&table, key.as_deref()).await
            }
            _ => Err(Failure::not_supported("This statement is not supported")),
        }
    }

    /// What only Iceberg tables can have done to them.
    async fn iceberg_only(
        &self,
        name: &TableName,
        verb: &str,
    ) -> Result<(String, String), Failure> {
        let (database, table) = self.existing_table(name).await?;
        if crate::table_def::is_iceberg(&table) {
            return Ok((database, table.name));
        }
        let name = format!("{database}.{}", table.name);
        Err(Failure::not_supported(format!(
            "{verb} is for Iceberg tables only, and {name} is none"
        )))
    }

    /// A table that must be there; its database and itself.
    pub(super) async fn existing_table(
        &self,
        name: &TableName,
    ) -> Result<(String, Table), Failure> {
        let (database, table) = self.place(name)?;
        let found = self.catalog.table(&database, &table).await;
        match found.map_err(|fail| Failure::catalog(&fail))? {
            Some(found) => Ok((database, (*found).clone())),
            None => {
                self.must_have_database(&database).await?;
                Err(Failure::semantic(format!("[Error 10001]: Table not found {database}.{table}")))
            }
        }
    }

    /// Fails unless the database is there.
    pub(super) async fn must_have_database(&self, name: &str) -> Result<(), Failure> {
        let exists = self.catalog.database_exists(name).await;
        if exists.map_err(|fail| Failure::catalog(&fail))? {
            Ok(())
        } else {
            Err(no_database(name))
        }
    }
}

fn no_database(name: &str) -> Failure {
    Failure::semantic(format!("[Error 10072]: Database does not exist: {name}"))
}

/// Whether Glue says that what is to be made is there already.
fn already_exists(fail: &Fail) -> bool {
    fail.is("AlreadyExistsException")
}
