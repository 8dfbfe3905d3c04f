//! Commits: changes of a table under requirements.

use aquifer_iceberg::rest::{Commit, namespace, told};
use aquifer_iceberg::{TableMetadata, TableRequirement, TableUpdate, check_requirements};
use glue_api::{UpdateTable, UpdateTableInput};
use platform::{EndpointAnswer, Result};

use super::answer::ok;
use super::tables::{self, Loaded, next_location, pointed};
use super::{Asked, files, refused};
use crate::error;

/// How often a commit is tried again whose requirements still hold after another was first.
const TRIES: usize = 5;

/// Changes a table, or makes one that was staged.
pub(super) async fn commit(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let commit: Commit = asked.body()?;
    if commit.requirements.contains(&TableRequirement::AssertCreate) {
        return create(asked, space, name, &commit).await;
    }
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let loaded = tables::read(asked, space, name).await?;
        check_requirements(Some(&loaded.metadata), &commit.requirements).map_err(refused)?;
        match attempt(asked, space, &loaded, &commit.updates).await {
            // Another was first; what this one rests on may be as it was.
            Err(fail) if fail.is("ConcurrentModificationException") && tries > 0 => {}
            Err(fail) => return Err(fail),
            Ok((location, metadata)) => {
                return Ok(ok(&told(Some(&location), &metadata, None).map_err(refused)?));
            }
        }
    }
}

async fn create(
    asked: &Asked<'_>,
    space: &str,
    name: &str,
    commit: &Commit,
) -> Result<EndpointAnswer> {
    check_requirements(None, &commit.requirements).map_err(refused)?;
    let location = commit.updates.iter().find_map(|update| match update {
        TableUpdate::SetLocation { location } => Some(location.clone()),
        _ => None,
    });
    let location = location.ok_or_else(|| error::invalid("A location is required."))?;
    let now = asked.ctx.now().as_millis();
    let metadata = TableMetadata::from_updates(&location, &commit.updates, now).map_err(refused)?;
    tables::publish(asked, space, name, &metadata).await
}

async fn attempt(
    asked: &Asked<'_>,
    space: &str,
    loaded: &Loaded,
    updates: &[TableUpdate],
) -> Result<(String, TableMetadata)> {
    let before = &loaded.metadata;
    let after = before.apply(updates, asked.ctx.now().as_millis()).map_err(refused)?;
    if after == *before {
        return Ok((loaded.location.clone(), after));
    }
    let after = after.with_previous(&loaded.location, before);
    let location = next_location(&loaded.location, &after, &asked.ctx.ids().uuid());
    files::write(asked.ctx, &location, after.to_json().map_err(refused)?).await?;
    let input = tables::input_of(loaded.table.clone());
    let input = UpdateTableInput {
        database_name: namespace(space).map_err(refused)?,
        table_input: Some(pointed(input, &after, &location, Some(&loaded.location))),
        version_id: loaded.table.version_id.clone(),
        skip_archive: Some(true),
        ..Default::default()
    };
    let pointed = asked.platform.run_as::<UpdateTable>(asked.ctx, input).await;
    if let Err(fail) = pointed {
        if fail.is_sender() {
            files::forget(asked.ctx, &location).await;
        }
        return Err(fail);
    }
    Ok((location, after))
}
