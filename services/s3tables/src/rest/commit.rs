//! Commits: changes of a table under requirements.

use aquifer_iceberg::rest::Commit;
use aquifer_iceberg::{TableMetadata, TableUpdate, check_requirements};
use platform::{EndpointAnswer, Result};
use s3tables_api::{UpdateTableMetadataLocation, UpdateTableMetadataLocationInput};

use super::Asked;
use super::tables::{self, Loaded, require};
use crate::create::{metadata_location, refused};
use crate::error;

/// How often a commit is tried again whose requirements still hold after another was first.
const TRIES: usize = 5;

/// Changes a table.
pub(super) async fn commit(asked: &Asked<'_>, space: &str, name: &str) -> Result<EndpointAnswer> {
    let commit: Commit = asked.body()?;
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let loaded = tables::read(asked, space, name).await?;
        require(asked, "s3tables:PutTableData", &loaded.found).await?;
        check_requirements(Some(&loaded.metadata), &commit.requirements).map_err(refused)?;
        match attempt(asked, &loaded, &commit.updates).await {
            // Another was first; what this one rests on may be as it was.
            Err(fail) if fail.is("ConflictException") && tries > 0 => {}
            Err(fail) => return Err(fail),
            Ok((location, metadata)) => return tables::told(&location, &metadata, None),
        }
    }
}

async fn attempt(
    asked: &Asked<'_>,
    loaded: &Loaded,
    updates: &[TableUpdate],
) -> Result<(String, TableMetadata)> {
    let now = asked.ctx.now().as_millis();
    let before = &loaded.metadata;
    let after = before.apply(updates, now).map_err(refused)?;
    if after.location != before.location {
        return Err(error::invalid("The location of a table cannot be changed."));
    }
    if after == *before {
        return Ok((loaded.location.clone(), after));
    }
    let after = after.with_previous(&loaded.location, before);
    let location = next_location(asked, loaded);
    loaded.files.write(&location, after.to_json().map_err(refused)?).await?;
    let input = UpdateTableMetadataLocationInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: loaded.found.namespace.clone(),
        name: loaded.found.name.clone(),
        version_token: loaded.token.clone(),
        metadata_location: location.clone(),
    };
    asked.platform.run_as::<UpdateTableMetadataLocation>(asked.ctx, input).await?;
    Ok((location, after))
}

/// Where the next metadata file goes: one number further.
fn next_location(asked: &Asked<'_>, loaded: &Loaded) -> String {
    let version = crate::create::version_of(&loaded.location).map_or(0, |version| version + 1);
    metadata_location(asked.ctx, &loaded.metadata.location, version)
}
