//! `CREATE`, `ALTER` and `DROP DATABASE`.

use aquifer_sql_hive::Properties;
use glue_api::{
    Client, CreateDatabaseInput, DatabaseInput, DeleteDatabaseInput, GetDatabaseInput,
    UpdateDatabaseInput,
};

use super::{already_exists, no_database};
use crate::catalog::is_absent;
use crate::failure::Failure;
use crate::run::{Done, Run};

/// A database to be made.
pub(super) struct NewDatabase {
    pub name: String,
    pub comment: Option<String>,
    pub location: Option<String>,
    pub properties: Properties,
}

impl Run {
    pub(super) async fn create_database(
        &self,
        new: NewDatabase,
        if_not_exists: bool,
    ) -> Result<Done, Failure> {
        let name = new.name.clone();
        let input = CreateDatabaseInput {
            database_input: DatabaseInput {
                name: new.name,
                description: new.comment,
                location_uri: new.location,
                parameters: Some(new.properties.into_iter().collect()),
                ..DatabaseInput::default()
            },
            ..CreateDatabaseInput::default()
        };
        match Client::create_database(&self.ctx, input).await {
            Ok(_) => {}
            Err(fail) if already_exists(&fail) && if_not_exists => {}
            Err(fail) if already_exists(&fail) => {
                return Err(Failure::execution(format!("Database {name} already exists")));
            }
            Err(fail) => return Err(Failure::catalog(&fail)),
        }
        self.nothing().await
    }

    pub(super) async fn alter_database(
        &self,
        name: &str,
        properties: Properties,
        location: Option<String>,
    ) -> Result<Done, Failure> {
        let input = GetDatabaseInput { name: name.to_owned(), ..GetDatabaseInput::default() };
        let found = match Client::get_database(&self.ctx, input).await {
            Ok(found) => found.database.ok_or_else(|| no_database(name))?,
            Err(fail) if is_absent(&fail) => return Err(no_database(name)),
            Err(fail) => return Err(Failure::catalog(&fail)),
        };
        let mut parameters = found.parameters.unwrap_or_default();
        parameters.extend(properties);
        let input = UpdateDatabaseInput {
            name: name.to_owned(),
            database_input: DatabaseInput {
                name: found.name,
                description: found.description,
                location_uri: location.or(found.location_uri),
                parameters: Some(parameters),
                create_table_default_permissions: found.create_table_default_permissions,
                ..DatabaseInput::default()
            },
            ..UpdateDatabaseInput::default()
        };
        let changed = Client::update_database(&self.ctx, input).await;
        changed.map_err(|fail| Failure::catalog(&fail))?;
        self.nothing().await
    }

    pub(super) async fn drop_database(
        &self,
        name: &str,
        if_exists: bool,
        cascade: bool,
    ) -> Result<Done, Failure> {
        if !cascade {
            let tables = self.catalog.tables(name).await.map_err(|fail| Failure::catalog(&fail))?;
            if !tables.is_empty() {
                let reason = format!(
                    "InvalidOperationException(message:Database {name} is not empty. One or more \
                     tables exist.)"
                );
                return Err(Failure::execution(reason));
            }
        }
        let input = DeleteDatabaseInput { name: name.to_owned(), ..DeleteDatabaseInput::default() };
        match Client::delete_database(&self.ctx, input).await {
            Ok(_) => {}
            Err(fail) if is_absent(&fail) && if_exists => {}
            Err(fail) if is_absent(&fail) => return Err(no_database(name)),
            Err(fail) => return Err(Failure::catalog(&fail)),
        }
        self.nothing().await
    }
}
