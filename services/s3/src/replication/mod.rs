//! Replication: versions of a bucket's objects are copied to other buckets, under the same ids.
//!
//! What is to be copied is decided and written down as a durable job in the transaction that makes
//! the version; the job copies it a moment later, and is tried again when something other than its
//! rules stands in its way. Metadata, tags, locks, grants, time and version id go along; replicas
//! are not replicated further, and deletions of versions never are.
//!
//! `check` refuses configurations, `rules` reads them, `carry` copies, `follow` has replicas follow
//! what changes later, `place` puts replicas among the versions of their keys, `direct` copies what
//! is asked for, `tell` tells of what fails or is late, `reason` names why, `session` is the role in
//! whose name it happens.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html>

mod carry;
pub(crate) mod check;
mod direct;
mod follow;
mod place;
mod reason;
pub(crate) mod rules;
mod session;
mod tell;

use std::time::Duration;

use platform::jobs::{JobKey, schedule};
use platform::{Ctx, Fail, ReadTx, Result, Timestamp, WriteTx};
use s3_api::ReplicationConfiguration;
use serde::{Deserialize, Serialize};

use crate::changes::Change;
use crate::model::{Bucket, Replication, Version};
use crate::settings::{self, Setting};

pub(crate) use carry::register;

/// Copies a version.
const COPY: &str = "s3.replicate";
/// Copies what changed of a version later to replicas that are there. Its name is from when those
/// were tags only.
const SETTINGS: &str = "s3.replicate-tags";
/// AWS: most versions are copied within minutes; here: after a moment, so that a reader of the
/// source sees that it is pending, and tags set with a second request go along.
const DELAY: Duration = Duration::from_secs(1);

/// Where a version goes, and what it becomes there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Target {
    pub bucket: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Whose bucket that must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether the owner of that bucket owns the replica.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// The key of KMS of a replica whose source is under one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The rule that says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Whether replication time control is on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timed: bool,
    /// Whether failures are told of.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub measured: bool,
}

/// What a job is to copy.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Task {
    role: String,
    bucket: String,
    key: String,
    version_id: String,
    targets: Vec<Target>,
    /// Since when it is to be copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

/// How a version's replication stands, as readers are told.
pub(crate) fn status(replication: Replication) -> s3_api::ReplicationStatus {
    match replication {
        Replication::Pending => s3_api::ReplicationStatus::Pending,
        Replication::Completed => s3_api::ReplicationStatus::Completed,
        Replication::Failed => s3_api::ReplicationStatus::Failed,
        Replication::Replica => s3_api::ReplicationStatus::Replica,
    }
}

fn configuration(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
) -> Result<Option<ReplicationConfiguration>, Fail> {
    settings::get(tx, (name, bucket), Setting::Replication)
}

/// Marks a version that is about to be made as one to be copied, if it is. Costs nothing where the
/// bucket has no rules.
pub(crate) fn mark(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    version: &mut Version,
) -> Result<()> {
    if let Some(configuration) = configuration(tx, (name, bucket))?
        && !rules::targets(&configuration, key, version).is_empty()
    {
        version.replication = Some(Replication::Pending);
    }
    Ok(())
}

/// Writes down what has to be copied because of a change.
pub(crate) fn changed(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    change: Change,
    version: &Version,
) -> Result<()> {
    let kind = match change {
        Change::Created(_) | Change::MarkedDeleted
            if version.replication == Some(Replication::Pending) =>
        {
            COPY
        }
        Change::Tagged | Change::Untagged | Change::AclChanged => SETTINGS,
        _ => return Ok(()),
    };
    later(ctx, tx, (name, bucket), key, kind, version)
}

/// Writes down that the lock of a version changed, of which nobody else is told, for its replicas to
/// follow.
pub(crate) fn altered(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    place: (&str, &Bucket),
    key: &str,
    version: &Version,
) -> Result<()> {
    later(ctx, tx, place, key, SETTINGS, version)
}

fn later(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    kind: &'static str,
    version: &Version,
) -> Result<()> {
    if version.replication.is_none() {
        return Ok(());
    }
    let Some(configuration) = configuration(tx, (name, bucket))? else { return Ok(()) };
    let targets = match kind {
        COPY => rules::targets(&configuration, key, version),
        _ => rules::targets_of_settings(&configuration, key, version),
    };
    if targets.is_empty() {
        return Ok(());
    }
    let task = Task {
        role: configuration.role,
        bucket: name.to_owned(),
        key: key.to_owned(),
        version_id: version.id_text().to_owned(),
        targets,
        since: Some(ctx.now()),
    };
    if kind == COPY {
        tell::watch(tx, ctx.now(), &task)?;
    }
    let job = JobKey::new(kind, format!("{name}/{}/{key}", task.version_id));
    let payload = rmp_serde::to_vec_named(&task).map_err(Fail::internal)?;
    Ok(schedule(tx, &job, ctx.now() + DELAY, payload)?)
}
