//! New tables, whichever way they are asked for.

use aquifer_iceberg::{CreateTable, Error, TableMetadata};
use platform::{Ctx, Fail, Result, Tags};
use s3tables_api::{EncryptionConfiguration, SSEAlgorithm};

use crate::files::{self, Files};
use crate::find::{Found, Place};
use crate::model::{TableRow, standard_encryption};
use crate::store::{self, TABLES};
use crate::{error, jobs, names};

/// Tables of a bucket, at most.
const TABLES_MAX: usize = 10_000;

/// What a table is to be.
pub(crate) struct NewTable {
    pub namespace: String,
    pub name: String,
    pub encryption: Option<EncryptionConfiguration>,
    pub tags: Tags,
    /// Without it the table has no metadata until a client commits some.
    pub metadata: Option<CreateTable>,
}

/// Refuses encryption that cannot be.
pub(crate) fn check_encryption(encryption: &EncryptionConfiguration) -> Result<()> {
    match (encryption.sse_algorithm, &encryption.kms_key_arn) {
        (SSEAlgorithm::AwsKms, None) => {
            Err(error::invalid("A KMS key ARN must be specified for aws:kms encryption."))
        }
        (SSEAlgorithm::Aes256, Some(_)) => {
            Err(error::invalid("A KMS key ARN cannot be specified for AES256 encryption."))
        }
        _ => Ok(()),
    }
}

/// A change that the engine refuses.
pub(crate) fn refused(error: Error) -> Fail {
    match error {
        Error::Conflict(message) => s3tables_api::error::conflict_exception(message),
        other => error::invalid(other.to_string()),
    }
}

/// Makes a table. Its bucket of files is made before its row; a crash between the two leaves a job
/// that takes the bucket away.
pub(crate) async fn table(caller: &Ctx, place: Place, new: NewTable) -> Result<Found> {
    names::check("table", &new.name)?;
    let Place { ctx, bucket } = place;
    let encryption = ctx.read(|tx| {
        let row = store::bucket(tx, &bucket)?;
        check(tx, &bucket, &new)?;
        Ok::<_, Fail>(row.encryption.map(|stored| stored.0))
    })?;
    let encryption = new.encryption.clone().or(encryption).unwrap_or_else(standard_encryption);
    check_encryption(&encryption)?;
    let (id, warehouse) = (ctx.ids().uuid(), format!("{}{}", ctx.ids().uuid(), files::SUFFIX));
    let now = ctx.now().floor_millis();
    let account = caller.caller().account.unwrap_or(ctx.scope().account);
    let mut row = TableRow {
        id,
        created: now,
        created_by: account,
        modified: now,
        modified_by: account,
        version_token: ctx.ids().hex(20),
        metadata_location: None,
        warehouse,
        encryption: platform::Stored(encryption),
        policy: None,
        tags: new.tags.clone(),
        compaction: None,
        snapshots: None,
        maintained: Default::default(),
    };
    // What cannot be a table is refused before anything is made for it.
    let metadata = new.metadata.clone().map(|create| {
        let create = CreateTable { uuid: ctx.ids().uuid(), location: row.location(), ..create };
        let made = TableMetadata::create(create, now.as_millis());
        made.and_then(|metadata| metadata.to_json()).map_err(refused)
    });
    let metadata = metadata.transpose()?;
    let files = Files::of(&ctx, &row.warehouse, &names::table_arn(ctx.scope(), &bucket, &row.id));
    ctx.write(|tx| jobs::schedule_removal(tx, now + jobs::UNBORN, &row.warehouse)).await?;
    files.create(&row.encryption.0).await?;
    if let Some(metadata) = metadata {
        let location = metadata_location(&ctx, &row.location(), 0);
        files.write(&location, metadata).await?;
        row.metadata_location = Some(location);
    }
    ctx.write(|tx| {
        check(tx, &bucket, &new)?;
        jobs::keep(tx, &row.warehouse)?;
        store::count(tx, &bucket, 1)?;
        store::put_table(tx, &bucket, &new.namespace, &new.name, &row)
    })
    .await?;
    Ok(Found { ctx, bucket, namespace: new.namespace, name: new.name, row })
}

/// Refuses a table that cannot be added.
fn check(tx: &platform::ReadTx<'_>, bucket: &str, new: &NewTable) -> Result<()> {
    store::namespace(tx, bucket, &new.namespace)?;
    let (namespace, name) = (new.namespace.as_str(), new.name.as_str());
    if TABLES.get(tx, &(bucket, namespace, name))?.is_some() {
        return Err(error::table_exists());
    }
    if store::bucket(tx, bucket)?.tables >= TABLES_MAX {
        return Err(error::too_many("tables", TABLES_MAX));
    }
    Ok(())
}

/// Where the next metadata file of a table goes.
pub(crate) fn metadata_location(ctx: &Ctx, location: &str, version: u64) -> String {
    let location = location.trim_end_matches('/');
    format!("{location}/metadata/{version:05}-{}.metadata.json", ctx.ids().uuid())
}

/// The number of a metadata file, by its name.
pub(crate) fn version_of(location: &str) -> Option<u64> {
    let (_, file) = location.rsplit_once('/')?;
    file.split_once('-')?.0.parse().ok()
}
