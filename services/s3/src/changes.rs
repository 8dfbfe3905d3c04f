//! What happens to objects, told in the transaction in which it happens: whoever has to act on it
//! later writes down there what it will need, so that a crash loses nothing of it.

use platform::{Ctx, Result, WriteTx};

use crate::model::{Bucket, Version};
use crate::notify;
use crate::replication;
use crate::settings::Setting;

/// Who made a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Put,
    Post,
    Copy,
    CompleteMultipartUpload,
    /// It was copied here by the rules of another bucket.
    Replication,
}

/// What happened to a version of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was made.
    Created(By),
    /// A request removed it for good.
    Deleted,
    /// A request put this delete marker over the object.
    MarkedDeleted,
    /// A lifecycle removed it for good.
    Expired,
    /// A lifecycle put this delete marker over the object.
    MarkedExpired,
    /// A lifecycle moved it to another class of storage.
    Transitioned,
    /// Intelligent-Tiering moved it to an archive.
    Tiered,
    /// A restore of it was asked for.
    RestoreBegun,
    /// It can be read, having been restored.
    Restored,
    /// The copy made of it by a restore is gone.
    RestoreExpired,
    /// Its tags were replaced.
    Tagged,
    /// Its tags were removed.
    Untagged,
    /// It got another list of grants.
    AclChanged,
}

/// Tells of a change. Costs nothing where the bucket has set nothing that asks for it.
pub(crate) fn note(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    place: (&str, &Bucket),
    key: &str,
    change: Change,
    version: &Version,
) -> Result<()> {
    if place.1.settings.has(Setting::Notification) {
        notify::note(ctx, tx, place, key, change, version)?;
    }
    replication::changed(ctx, tx, place, key, change, version)
}
