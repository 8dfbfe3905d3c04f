//! Replicates single versions for who asks for it through the api, as Batch Operations do: versions
//! from before the rules, those that failed, and replicas too.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use platform::{Ctx, Fail, Result};

use super::{Target, Task, carry, configuration, rules};
use crate::model::Version;
use crate::ops::object::require;
use crate::{S3, error, store};

/// Replicates single versions at once, for whoever asks through the api.
pub(super) struct Direct(pub Arc<S3>);

type Answer<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

impl s3_api::Replicates for Direct {
    fn replicate(
        &self,
        ctx: Ctx,
        bucket: String,
        key: String,
        version_id: Option<String>,
    ) -> Answer<()> {
        let room = Arc::clone(&self.0);
        Box::pin(async move {
            require(&ctx, "s3:InitiateReplication", (&bucket, &key), None).await?;
            let task = ctx.read(|tx| {
                let row = store::bucket(&ctx, tx, &bucket, None)?;
                let version = store::find(tx, &bucket, &key, version_id.as_deref())?;
                let version = version.ok_or_else(|| error::no_such_key(&key))?;
                let configuration = configuration(tx, (&bucket, &row))?
                    .ok_or_else(|| error::no_replication_configuration(&bucket))?;
                let targets = any_targets(&configuration, &key, &version);
                let version_id = version.id_text().to_owned();
                let role = configuration.role;
                Ok::<_, Fail>(Task { role, bucket, key, version_id, targets, since: None })
            })?;
            if task.targets.is_empty() {
                return Err(error::invalid_request("No replication rule applies to the object."));
            }
            let Some(refused) = carry::carry(&room, &ctx, &task, false).await? else {
                return Err(error::no_such_key(&task.key));
            };
            carry::finish(&ctx, &task, &refused).await?;
            match refused.into_iter().next() {
                Some(refused) => Err(refused.stopped.told()),
                None => Ok(()),
            }
        })
    }

    fn is_eligible(
        &self,
        ctx: &Ctx,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<bool> {
        ctx.read(|tx| {
            let row = store::bucket(ctx, tx, bucket, None)?;
            let Some(version) = store::find(tx, bucket, key, version_id)? else {
                return Ok(false);
            };
            let Some(configuration) = configuration(tx, (bucket, &row))? else {
                return Ok(false);
            };
            Ok(!any_targets(&configuration, key, &version).is_empty())
        })
    }
}

/// Where a version goes when it is asked for: replicas too then.
fn any_targets(
    configuration: &s3_api::ReplicationConfiguration,
    key: &str,
    version: &Version,
) -> Vec<Target> {
    let version = Version { replication: None, ..version.clone() };
    rules::targets(configuration, key, &version)
}
