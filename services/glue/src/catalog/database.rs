//! Databases.

use glue_api::{DataLakePrincipal, Database, DatabaseInput, Permission, PrincipalPermissions};
use platform::{ReadTx, Result, Stored, WriteTx, jobs};

use super::{Maker, purge};
use crate::error;
use crate::place::fold;
use crate::store::{DATABASES, DatabaseRow, FUNCTIONS, TABLES, TAGS};

/// Where a database's tags are kept.
pub(crate) fn tags_key(name: &str) -> String {
    format!("database/{name}")
}

/// The database of a name.
pub(crate) fn find(tx: &ReadTx<'_>, name: &str) -> Result<DatabaseRow> {
    DATABASES.get(tx, name)?.ok_or_else(|| error::no_database(name))
}

pub(crate) fn create(tx: &WriteTx<'_>, maker: &Maker, input: DatabaseInput) -> Result<()> {
    let name = fold(&input.name);
    if DATABASES.contains(tx, name.as_str())? {
        return Err(error::database_exists());
    }
    let mut database = described(input)?;
    database.catalog_id = Some(tx.scope().account.to_string());
    database.create_time = Some(maker.now);
    let row = DatabaseRow { id: maker.ids.number(), database: Stored(database) };
    Ok(DATABASES.put(tx, name.as_str(), &row)?)
}

pub(crate) fn update(tx: &WriteTx<'_>, name: &str, input: DatabaseInput) -> Result<()> {
    let mut row = find(tx, name)?;
    if fold(&input.name) != name {
        return Err(error::invalid("Database name cannot be changed."));
    }
    let mut database = described(input)?;
    database.catalog_id = row.database.0.catalog_id.take();
    database.create_time = row.database.0.create_time.take();
    row.database = Stored(database);
    Ok(DATABASES.put(tx, name, &row)?)
}

/// Removes a database. Its tables are out of sight with it; a job sweeps them away.
pub(crate) fn delete(tx: &WriteTx<'_>, maker: &Maker, name: &str) -> Result<()> {
    let row = find(tx, name)?;
    DATABASES.delete(tx, name)?;
    TAGS.delete(tx, tags_key(name).as_str())?;
    FUNCTIONS.delete_prefix(tx, &(row.id,))?;
    if TABLES.scan(tx).prefix(&(row.id,)).keys().next().transpose()?.is_some() {
        jobs::schedule(tx, &purge::database_job(row.id), maker.now, Vec::new())?;
    }
    Ok(())
}

fn described(input: DatabaseInput) -> Result<Database> {
    if input.target_database.is_some() {
        return Err(error::absent("DatabaseInput.TargetDatabase (resource links)"));
    }
    if input.federated_database.is_some() {
        return Err(error::absent("DatabaseInput.FederatedDatabase"));
    }
    Ok(Database {
        name: fold(&input.name),
        description: input.description,
        location_uri: input.location_uri,
        parameters: input.parameters,
        create_table_default_permissions: Some(
            input.create_table_default_permissions.unwrap_or_else(everyone),
        ),
        ..Database::default()
    })
}

/// What AWS sets where Lake Formation is not in use: IAM alone decides.
fn everyone() -> Vec<PrincipalPermissions> {
    let principal = DataLakePrincipal {
        data_lake_principal_identifier: Some("IAM_ALLOWED_PRINCIPALS".to_owned()),
    };
    vec![PrincipalPermissions {
        permissions: Some(vec![Permission::All]),
        principal: Some(principal),
    }]
}
