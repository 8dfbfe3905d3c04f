//! `ALTER TABLE`: columns and properties, as commits that write no row.

use aquifer_iceberg::{LAST_ADDED, Place, Schema, TableMetadata, TableUpdate};
use aquifer_sql_hive::{AlterAction, Column, Position};
use aquifer_sql_iceberg::refused;

use super::commit::{Committed, given_up};
use super::create::type_of;
use super::{TRIES, properties};
use crate::failure::Failure;
use crate::run::{Done, Run};

impl Run {
    pub(in crate::run) async fn alter_iceberg(
        &self,
        database: &str,
        name: &str,
        action: AlterAction,
    ) -> Result<Done, Failure> {
        let mut catalog = self.catalog.clone();
        for _ in 0..TRIES {
            let loaded = self.load_iceberg(&catalog, database, name).await?;
            let updates = updates(&loaded.metadata, &action)?;
            if updates.is_empty() || self.commit(&loaded, &updates).await? == Committed::Done {
                return self.nothing().await;
            }
            catalog = self.catalog.anew();
        }
        let loaded = self.load_iceberg(&catalog, database, name).await?;
        Err(given_up(&loaded))
    }
}

fn updates(table: &TableMetadata, action: &AlterAction) -> Result<Vec<TableUpdate>, Failure> {
    let schema = table.current_schema().map_err(refused)?;
    let said = |error: aquifer_iceberg::Error| match error {
        aquifer_iceberg::Error::Invalid(message) => Failure::semantic(message),
        error => refused(error).into(),
    };
    match action {
        AlterAction::AddColumns { partition, columns } if partition.is_empty() => {
            let mut last = table.last_column_id;
            let mut next = schema.clone();
            for column in columns {
                let of = type_of(&column.data_type)?;
                let comment = column.comment.clone();
                next = next.with_column(&column.name, &of, comment, &mut last).map_err(said)?;
            }
            Ok(with_schema(next))
        }
        AlterAction::DropColumn { name } => {
            let own = known(schema, name)?;
            let id = schema.column(&own).map(|field| field.id);
            let parted = table.spec(table.default_spec_id).into_iter().flat_map(|s| &s.fields);
            if parted.into_iter().any(|field| Some(field.source_id) == id) {
                return Err(Failure::semantic(format!("Cannot drop partition column: {name}")));
            }
            Ok(with_schema(schema.without_column(&own).map_err(said)?))
        }
        AlterAction::ChangeColumn { name, column, position } => {
            let next = changed(schema, name, column, position.as_ref(), said)?;
            Ok(if next == *schema { Vec::new() } else { with_schema(next) })
        }
        AlterAction::SetProperties(given) => {
            let known = given.iter().map(|(name, value)| properties::known(name, value));
            let updates = known.collect::<Result<_, _>>()?;
            Ok(vec![TableUpdate::SetProperties { updates }])
        }
        AlterAction::UnsetProperties { keys, .. } => {
            let removals = keys.iter().map(|name| properties::key_of(name));
            let removals = removals.collect::<Result<_, _>>()?;
            Ok(vec![TableUpdate::RemoveProperties { removals }])
        }
        AlterAction::ReplaceColumns { .. } => Err(unsupported("REPLACE COLUMNS")),
        AlterAction::AddColumns { .. } => Err(unsupported("ADD COLUMNS of a partition")),
        AlterAction::SetLocation { .. } => Err(unsupported("SET LOCATION")),
        AlterAction::Rename { .. } => Err(unsupported("RENAME TO")),
        AlterAction::AddPartitions { .. } => Err(unsupported("ADD PARTITION")),
        AlterAction::DropPartitions { .. } => Err(unsupported("DROP PARTITION")),
        AlterAction::RenamePartition { .. } => Err(unsupported("RENAME PARTITION")),
    }
}

fn unsupported(what: &str) -> Failure {
    Failure::not_supported(format!("ALTER TABLE {what} is not supported for table type ICEBERG"))
}

fn with_schema(schema: Schema) -> Vec<TableUpdate> {
    vec![
        TableUpdate::AddSchema { schema, last_column_id: None },
        TableUpdate::SetCurrentSchema { schema_id: LAST_ADDED },
    ]
}

/// A column's name as the table spells it.
fn known(schema: &Schema, name: &str) -> Result<String, Failure> {
    let found = schema.columns.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    let missing = || Failure::semantic(format!("Invalid column reference {name}"));
    found.map(|field| field.name.clone()).ok_or_else(missing)
}

fn changed(
    schema: &Schema,
    name: &str,
    column: &Column,
    position: Option<&Position>,
    said: impl Fn(aquifer_iceberg::Error) -> Failure + Copy,
) -> Result<Schema, Failure> {
    let own = known(schema, name)?;
    let of = type_of(&column.data_type)?;
    let mut next = schema.retyped(&own, &of).map_err(said)?;
    if let Some(comment) = &column.comment {
        next = next.remarked(&own, Some(comment.clone())).map_err(said)?;
    }
    let mut called = own;
    if !column.name.eq_ignore_ascii_case(&called) {
        next = next.renamed(&called, &column.name).map_err(said)?;
        called.clone_from(&column.name);
    }
    let place = match position {
        None => return Ok(next),
        Some(Position::First) => Place::First,
        Some(Position::After(other)) => Place::After(known(&next, other)?),
    };
    next.moved(&called, &place).map_err(said)
}
