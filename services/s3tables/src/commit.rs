//! Commits: a table points to other metadata, if it is still as who commits saw it.

use platform::{Ctx, Result};

use crate::find::Found;
use crate::model::TableRow;
use crate::store::{self, TABLES};
use crate::{error, maintain};

/// Points a table to a metadata file of its own.
pub(crate) async fn point(
    caller: &Ctx,
    found: &Found,
    token: &str,
    location: &str,
) -> Result<TableRow> {
    let within = format!("{}/", found.row.location());
    if !location.starts_with(&within) {
        return Err(error::invalid(
            "The metadata location must be within the warehouse location of the table.",
        ));
    }
    let now = caller.now().floor_millis();
    found
        .ctx
        .write(|tx| {
            let (bucket, namespace, name) = found.key();
            let mut row = store::table(tx, bucket, namespace, name)?;
            // Another table may have the name meanwhile.
            if row.id != found.row.id || row.version_token != token {
                return Err(error::stale_token());
            }
            row.version_token = caller.ids().hex(20);
            row.metadata_location = Some(location.to_owned());
            row.modified = now;
            row.modified_by = caller.caller().account.unwrap_or(row.modified_by);
            TABLES.put(tx, &found.key(), &row)?;
            maintain::schedule(tx, now, bucket, &row)?;
            Ok(row)
        })
        .await
}
