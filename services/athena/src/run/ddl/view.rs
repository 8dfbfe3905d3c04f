//! `CREATE [OR REPLACE] VIEW` and `DROP VIEW`.

use aquifer_sql::{ResultColumn, SqlError, TableName};
use glue_api::{Client, CreateTableInput, UpdateTableInput};

use super::no_database;
use crate::catalog::is_absent;
use crate::failure::Failure;
use crate::run::{Done, Run};
use crate::{table_def, view};

impl Run {
    pub(in crate::run) async fn create_view(
        &self,
        name: &TableName,
        or_replace: bool,
        sql: &str,
        columns: &[ResultColumn],
    ) -> Result<Done, Failure> {
        let (database, table) = self.place_of(name)?;
        let found = self.catalog.table(&database, &table).await;
        let found = found.map_err(|fail| Failure::catalog(&fail))?;
        let at = |error: SqlError| Failure::from(error.at(name.at.0, name.at.1));
        if let Some(found) = &found {
            let whole = format!("awsdatacatalog.{database}.{table}");
            if !table_def::is_view(found) {
                let message = format!("Table already exists: '{whole}'");
                return Err(at(SqlError::user("TABLE_ALREADY_EXISTS", message)));
            }
            if !or_replace {
                let message = format!("View already exists: '{whole}'");
                return Err(at(SqlError::user("ALREADY_EXISTS", message)));
            }
        }
        let input = view::input(&table, &self.database(), sql, columns);
        let kept = if found.is_some() {
            let input = UpdateTableInput {
                database_name: database.clone(),
                table_input: Some(input),
                ..UpdateTableInput::default()
            };
            Client::update_table(&self.ctx, input).await.map(drop)
        } else {
            let input = CreateTableInput {
                database_name: database.clone(),
                table_input: Some(input),
                ..CreateTableInput::default()
            };
            Client::create_table(&self.ctx, input).await.map(drop)
        };
        match kept {
            Ok(()) => self.nothing().await,
            Err(fail) if is_absent(&fail) => Err(no_database(&database)),
            Err(fail) => Err(Failure::catalog(&fail)),
        }
    }

    pub(super) async fn drop_view(
        &self,
        name: &aquifer_sql_hive::TableName,
        if_exists: bool,
    ) -> Result<Done, Failure> {
        let (database, table) = self.place(name)?;
        let found = self.catalog.table(&database, &table).await;
        match found.map_err(|fail| Failure::catalog(&fail))? {
            None if if_exists => {}
            None => {
                let message = format!("View '{database}.{table}' does not exist");
                return Err(SqlError::user("TABLE_NOT_FOUND", message).into());
            }
            Some(found) if !table_def::is_view(&found) => {
                let message = format!("'{database}.{table}' is a table, not a view");
                return Err(SqlError::not_supported(message).into());
            }
            Some(_) => self.delete_table(&database, &table, if_exists).await?,
        }
        self.nothing().await
    }
}
