//! The walk through a bucket at midnight that does what its rules say.
//!
//! One job for a bucket, which schedules its next run. A page is looked at first, and again in the
//! transaction that changes it, so a page on which nothing is to be done costs no write, and what
//! changed in between is as it is. A run that is cut off is done again from the beginning: what was
//! done is not due any more.

use std::sync::Arc;

use aquifer_object::BlobRef;
use platform::jobs::{JobKey, schedule, state};
use platform::{Ctx, House, ReadTx, Result, Scope, Timestamp, Unit, Usage, WriteTx};
use s3_api::GetBucketLifecycleConfigurationOutput as Configuration;

use super::days::midnight_after;
use super::moving::{Moved, Whither};
use super::rules::{self, End, Place, Seen};
use crate::changes::{self, Change};
use crate::classes::Class;
use crate::model::{Bucket, Version, Versioning};
use crate::named::weight;
use crate::settings::Setting;
use crate::store::{self, BUCKETS, CURRENT, OLDER, UPLOADS};
use crate::tiering::{self, Tier, Tiers};
use crate::usage::{self, Delta};
use crate::versions::{self, Cause};
use crate::{S3, lock};

/// Walks through a bucket.
const LIFECYCLE: &str = "s3.lifecycle";
/// Rows looked at in one transaction.
const ROWS_MAX: usize = 1_000;
/// Versions changed in one transaction.
const ACTS_MAX: usize = 250;
/// How often a page is looked at again because versions changed while their bytes were moved.
const TRIES: usize = 8;
/// Uploads aborted in one transaction.
const UPLOADS_MAX: usize = 50;

/// Has the bucket walked through at the next midnight, and from then on.
pub(crate) fn wake(tx: &WriteTx<'_>, name: &str, bucket: &Bucket, now: Timestamp) -> Result<()> {
    let (tx, job) = (tx.in_scope(&bucket.owner), JobKey::new(LIFECYCLE, name));
    let next = midnight_after(now);
    // One that a failure put off comes by itself.
    if state(&tx, &job)?.is_none_or(|state| state.due > next && state.failures == 0) {
        schedule(&tx, &job, next, Vec::new())?;
    }
    Ok(())
}

/// Registers who walks.
pub(crate) fn register(house: &House, s3: &Arc<S3>) {
    let s3 = s3.clone();
    house.jobs.register_long(LIFECYCLE, move |ctx, job| {
        let s3 = s3.clone();
        async move { s3.live(&ctx, &job.key).await.map_err(|fail| anyhow::anyhow!("{fail:?}")) }
    });
}

/// What a walk is guided by.
struct Guide {
    name: String,
    bucket: Bucket,
    rules: Configuration,
    tiers: Tiers,
}

/// How far the walk came.
#[derive(Clone, Debug, Default)]
enum Reached {
    #[default]
    Start,
    /// All versions of a key.
    Key(String),
    /// Those of a key up to a place among the older ones.
    Older {
        key: String,
        place: u64,
        newer: usize,
        successor: Timestamp,
    },
    End,
}

/// What is to be done with a version.
struct Act {
    key: String,
    version: Version,
    end: Option<End>,
    class: Option<Class>,
    tier: Option<Tier>,
}

impl Act {
    /// The class its version changes to and stays in.
    fn transition(&self, guide: &Guide) -> Option<Class> {
        let removed = self.end == Some(End::Remove);
        let gone = removed || self.end.is_some() && expires_for_good(guide);
        self.class.filter(|_| !gone)
    }
}

/// What was done in one transaction.
#[derive(Default)]
struct Done {
    /// Bytes that nobody names any more.
    freed: Vec<BlobRef>,
    /// The classes that versions moved to.
    moved: Vec<Class>,
    /// Whether versions are left because they changed meanwhile.
    unknown: bool,
    next: Reached,
}

/// Whether what expires leaves nothing behind.
fn expires_for_good(guide: &Guide) -> bool {
    guide.bucket.versioning == Versioning::Never
}

impl S3 {
    async fn live(&self, ctx: &Ctx, name: &str) -> Result<()> {
        let Some(guide) = ctx.read(|tx| guide(tx, name))? else { return Ok(()) };
        if rules::aborts(&guide.rules) {
            self.abort_uploads(ctx, &guide).await?;
        }
        let mut reached = Reached::Start;
        let mut again = 0;
        while !matches!(reached, Reached::End) {
            if ctx.shutdown_token().is_cancelled() {
                return Err(platform::Fail::internal(anyhow::anyhow!("the server ends")));
            }
            let now = ctx.now();
            let (acts, next) = ctx.read(|tx| look(tx, &guide, &reached, now))?;
            if acts.is_empty() {
                reached = next;
                tokio::task::yield_now().await;
                continue;
            }
            let changes = acts
                .iter()
                .filter_map(|act| Some((act.key.as_str(), &act.version, act.transition(&guide)?)));
            let mut bytes = self.move_bytes(&guide.name, changes).await;
            let mut accepted = false;
            let done = ctx.write(|tx| {
                let (acts, next) = look(tx, &guide, &reached, now)?;
                let mut done = Done { next, ..Done::default() };
                for act in acts {
                    perform(ctx, tx, &guide, act, &mut bytes, &mut done)?;
                }
                accepted = true;
                Ok::<_, platform::Fail>(done)
            });
            let done = done.await;
            // What was accepted and could not be saved may be there when the store is next opened.
            if !accepted {
                bytes.refused();
            }
            self.settle_moved(bytes).await;
            let Done { freed, moved, unknown, next } = done?;
            self.free(freed).await;
            bill(ctx, &guide, &moved);
            again = if unknown { again + 1 } else { 0 };
            if !unknown || again == TRIES {
                reached = next;
            }
        }
        ctx.write(|tx| {
            let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(()) };
            let job = JobKey::new(LIFECYCLE, name);
            let next = midnight_after(ctx.now());
            Ok(schedule(&tx.in_scope(&bucket.owner), &job, next, Vec::new())?)
        })
        .await
    }

    /// Aborts uploads that nobody completed for too long.
    async fn abort_uploads(&self, ctx: &Ctx, guide: &Guide) -> Result<()> {
        let mut after: Option<(String, String)> = None;
        loop {
            let now = ctx.now();
            let (page, reached) = ctx.read(|tx| {
                let scan = UPLOADS.scan(tx).prefix(&(guide.name.as_str(),));
                let scan = match &after {
                    Some((key, id)) => scan.after(&(guide.name.as_str(), key, id)),
                    None => scan,
                };
                let (mut page, mut reached) = (Vec::new(), None);
                for (looked, row) in scan.enumerate() {
                    let ((_, key, id), upload) = row?;
                    let due = rules::abortion(&guide.rules, &key, upload.initiated);
                    if due.is_some_and(|(due, _)| due <= now) {
                        page.push((key.clone(), id.clone()));
                    }
                    if page.len() == UPLOADS_MAX || looked + 1 == ROWS_MAX {
                        reached = Some((key, id));
                        break;
                    }
                }
                Ok::<_, platform::Fail>((page, reached))
            })?;
            for (key, id) in &page {
                let freed = ctx
                    .write(|tx| {
                        // It may have been completed meanwhile.
                        if UPLOADS.get(tx, &(guide.name.as_str(), key, id))?.is_none() {
                            return Ok(Vec::new());
                        }
                        store::forget_upload(tx, now, (&guide.name, key, id))
                    })
                    .await?;
                self.free(freed.into_iter().map(|(_, blob)| blob)).await;
            }
            if reached.is_none() {
                return Ok(());
            }
            after = reached;
        }
    }
}

/// None where there is nothing to walk for.
fn guide(tx: &ReadTx<'_>, name: &str) -> Result<Option<Guide>> {
    let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(None) };
    if !bucket.settings.has(Setting::Lifecycle) && !usage::has_tiers(tx, name)? {
        return Ok(None);
    }
    let rules = super::of(tx, name, &bucket)?.unwrap_or_default();
    let tiers = Tiers::of(tx, name, &bucket)?;
    Ok(Some(Guide { name: name.to_owned(), bucket, rules, tiers }))
}

/// What is to be done on a page, and how far it goes.
fn look(
    tx: &ReadTx<'_>,
    guide: &Guide,
    reached: &Reached,
    now: Timestamp,
) -> Result<(Vec<Act>, Reached)> {
    let name = guide.name.as_str();
    let mut page = Page { guide, now, acts: Vec::new(), rows: ROWS_MAX };
    let mut keys = CURRENT.scan(tx).prefix(&(name,));
    match reached {
        Reached::Start | Reached::End => {}
        Reached::Key(key) => keys = keys.after(&(name, key.as_str())),
        Reached::Older { key, place, newer, successor } => {
            if let Some(reached) = page.older(tx, key, Some(*place), (*newer, *successor))? {
                return Ok((page.acts, reached));
            }
            keys = keys.after(&(name, key.as_str()));
        }
    }
    let versioned = guide.bucket.versioning != Versioning::Never;
    for row in keys {
        let ((_, key), version) = row?;
        let first = || OLDER.scan(tx).prefix(&(name, key.as_str())).keys().next().transpose();
        let alone = version.delete_marker && first()?.is_none();
        let modified = version.modified;
        page.see(&key, version, Place::Current { alone });
        if versioned && let Some(reached) = page.older(tx, &key, None, (0, modified))? {
            return Ok((page.acts, reached));
        }
        if page.is_full() {
            return Ok((page.acts, Reached::Key(key)));
        }
    }
    Ok((page.acts, Reached::End))
}

struct Page<'a> {
    guide: &'a Guide,
    now: Timestamp,
    acts: Vec<Act>,
    rows: usize,
}

impl Page<'_> {
    fn is_full(&self) -> bool {
        self.rows == 0 || self.acts.len() >= ACTS_MAX
    }

    /// The older versions of a key after a place; where the page is full before their end.
    fn older(
        &mut self,
        tx: &ReadTx<'_>,
        key: &str,
        after: Option<u64>,
        (mut newer, mut successor): (usize, Timestamp),
    ) -> Result<Option<Reached>> {
        let name = self.guide.name.as_str();
        let mut older = OLDER.scan(tx).prefix(&(name, key));
        if let Some(place) = after {
            older = older.after(&(name, key, place));
        }
        for row in older {
            let ((_, _, place), version) = row?;
            let since = version.noncurrent_since.unwrap_or(successor);
            successor = version.modified;
            self.see(key, version, Place::Noncurrent { since, newer });
            newer += 1;
            if self.is_full() {
                let key = key.to_owned();
                return Ok(Some(Reached::Older { key, place, newer, successor }));
            }
        }
        Ok(None)
    }

    fn see(&mut self, key: &str, version: Version, place: Place) {
        self.rows = self.rows.saturating_sub(weight(&version));
        let fate =
            rules::fate(&self.guide.rules, &Seen { key, version: &version, place }, self.now);
        let locked = lock::is_locked(&version, self.now);
        let end = fate.end.filter(|end| !(*end == End::Remove && locked));
        let tier = match (end, fate.class) {
            (Some(End::Remove), _) | (_, Some(_)) => None,
            _ => self.guide.tiers.moves(key, &version, self.now),
        };
        if end.is_some() || fate.class.is_some() || tier.is_some() {
            let key = key.to_owned();
            self.acts.push(Act { key, version, end, class: fate.class, tier });
        }
    }
}

/// Does it.
fn perform(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    guide: &Guide,
    act: Act,
    bytes: &mut Moved,
    done: &mut Done,
) -> Result<()> {
    let at = (guide.name.as_str(), &guide.bucket);
    let transition_to = act.transition(guide);
    let (key, mut version) = (act.key.as_str(), act.version);
    if act.end == Some(End::Remove) {
        let id = version.id_text();
        let removed = versions::delete_version(ctx, tx, at, key, id, Cause::Lifecycle)?;
        done.freed.extend(removed.freed);
        return Ok(());
    }
    done.moved.extend(act.class);
    if let Some(class) = transition_to {
        match bytes.of(key, &version, class) {
            Whither::Stay => transition(ctx, tx, at, key, &version, class)?,
            Whither::Moved { to, replaced } => {
                version.blob = to;
                transition(ctx, tx, at, key, &version, class)?;
                done.freed.push(replaced);
            }
            whither => {
                done.moved.pop();
                done.unknown |= matches!(whither, Whither::Unknown);
                return Ok(());
            }
        }
    } else if let Some(tier) = act.tier
        && !(act.end.is_some() && expires_for_good(guide))
    {
        tiering::move_to(ctx, tx, at, key, &version, tier)?;
    }
    if act.end.is_some() {
        let deleted = versions::delete_by(ctx, tx, at, key, Cause::Lifecycle)?;
        done.freed.extend(deleted.freed);
    }
    Ok(())
}

fn transition(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    version: &Version,
    class: Class,
) -> Result<()> {
    let now = ctx.now();
    let moved = Version {
        storage_class: Some(class.name().to_owned()),
        class_since: Some(now),
        restore: None,
        tiering: None,
        ..version.clone()
    };
    store::save(tx, name, key, &moved)?;
    let mut delta = Delta::default();
    delta.went(version, now);
    delta.came(&moved);
    usage::change(tx, now, name, &delta)?;
    changes::note(ctx, tx, (name, bucket), key, Change::Transitioned, &moved)
}

/// A transition is a request of the class it goes to.
fn bill(ctx: &Ctx, guide: &Guide, moved: &[Class]) {
    let Some(meter) = ctx.parts().meter() else { return };
    let scope: &Scope = &guide.bucket.owner;
    for class in moved {
        meter.record(&Usage {
            at: ctx.now(),
            scope,
            service: s3_api::SERVICE.name,
            operation: &format!("{}/Transition", class.name()),
            unit: Unit::Requests,
            quantity: 1.0,
            resource: "",
        });
    }
}
