//! Queries of archived objects (Glacier Select): a `RestoreObject` of the type SELECT whose records
//! come as objects, once the archive could have been read.
//!
//! What is wrong with the request is answered at once, and so is who may not write where the results
//! go: `job.txt` is put there first. The query itself is a durable job that runs when the tier's time
//! is over, reads and writes as who asked for it, and leaves either results or errors. Its objects
//! have the same names if it has to run again.
//!
//! `order` is what a request asks for, `output` where its objects go, `run` the job.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/querying-glacier-archives.html>

mod order;
mod output;
mod run;

use platform::jobs::{JobKey, schedule};
use platform::{Ctx, Fail, Principal, Result, Session, Stored};
use s3_api::{RestoreObjectInput, RestoreRequest, Tier};
use serde::{Deserialize, Serialize};

pub(crate) use run::register;

use crate::encryption::Encryption;
use crate::model::{Bucket, Version};
use crate::restore::{self, Archive};
use crate::store::BUCKETS;
use crate::{S3, error, store};

/// Runs a query.
const SELECT: &str = "s3.archive.select";
/// Characters of a job's id.
const ID_LENGTH: usize = 92;

/// A query as its job keeps it.
#[derive(Serialize, Deserialize)]
struct Task {
    id: String,
    bucket: String,
    key: String,
    /// Of the version that is queried.
    sequence: u64,
    /// That version's id, if the request named it.
    #[serde(default)]
    version_id: Option<String>,
    request: Stored<RestoreRequest>,
    caller: Principal,
    session: Option<Session>,
    secure: bool,
}

/// What a query costs by.
fn billed_as(speed: Tier) -> &'static str {
    match speed {
        Tier::Expedited => "GLACIER/Select-Expedited",
        Tier::Standard => "GLACIER/Select-Standard",
        Tier::Bulk => "GLACIER/Select-Bulk",
    }
}

impl S3 {
    /// Takes a query in; the path under which its objects are going to be.
    pub(crate) async fn query_archive(
        &self,
        ctx: &Ctx,
        input: &RestoreObjectInput,
        request: &RestoreRequest,
    ) -> Result<String> {
        self.select.check(ctx.scope().account)?;
        let order = order::Order::of(request)?;
        let (name, key, id) =
            (input.bucket.as_str(), input.key.as_str(), input.version_id.as_deref());
        may_read(ctx, (name, key), id).await?;
        let (bucket, version, takes) = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let version = store::readable(tx, name, key, id)?;
            let archive = check(&version)?;
            let takes = restore::takes(archive, order.speed).ok_or_else(restore::unsupported)?;
            check_output(BUCKETS.get(tx, &order.place.bucket_name)?, &bucket, &order)?;
            Ok::<_, Fail>((bucket, version, takes))
        })?;
        let job = ctx.ids().alphanumeric(ID_LENGTH);
        let output = output::Output::of(order.place, &job);
        let told = order.told(ctx, (&job, output.path()), (name, key), &version);
        output.put(ctx, "job.txt", told.into()).await?;
        let task = Task {
            id: job,
            bucket: name.to_owned(),
            key: key.to_owned(),
            sequence: version.sequence,
            version_id: input.version_id.clone(),
            caller: ctx.caller().clone(),
            session: ctx.session().cloned(),
            secure: ctx.secure_transport(),
            request: Stored(request.clone()),
        };
        let payload = rmp_serde::to_vec_named(&task).map_err(Fail::internal)?;
        let due = ctx.now() + takes;
        let job = JobKey::new(SELECT, task.id);
        ctx.write(|tx| {
            schedule(&tx.in_scope(&bucket.owner), &job, due, payload).map_err(Fail::from)
        })
        .await?;
        ctx.bill_as(billed_as(order.speed));
        Ok(output.path().to_owned())
    }
}

/// A query reads, so it takes that right besides the one to restore.
async fn may_read(ctx: &Ctx, object: (&str, &str), version_id: Option<&str>) -> Result<()> {
    let action = if version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    crate::ops::object::require(ctx, action, object, version_id).await
}

/// Only what is archived can be queried here, and only if its key is at hand.
fn check(version: &Version) -> Result<Archive> {
    let archive = restore::archived(version)?;
    if matches!(version.encryption, Some(Encryption::Customer(_))) {
        return Err(error::invalid_request(
            "Select requests are not supported for objects encrypted with Server Side Encryption \
             with Customer provided keys.",
        ));
    }
    Ok(archive)
}

/// Results stay in the region of what is queried.
fn check_output(output: Option<Bucket>, source: &Bucket, order: &order::Order<'_>) -> Result<()> {
    let name = &order.place.bucket_name;
    let output = output.ok_or_else(|| error::no_such_bucket(name))?;
    if output.owner.region != source.owner.region {
        return Err(error::invalid_argument(
            "BucketName",
            name,
            "The output bucket must be in the same AWS Region as the bucket of the archived object",
        ));
    }
    Ok(())
}
