//! Buckets and objects: the ground every other room stands on.
//!
//! A bucket is a row found by its name from anywhere. An object's current version is a row under
//! (bucket, key), older versions stand beside it, newest first; a row names its bytes, which the
//! object engine keeps. Bytes are durable before the row that names them is, and are let go after
//! the row is gone, so that a crash leaves at most bytes nobody names, swept at the next start.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html>

mod access;
mod archive;
mod changes;
mod checksum;
mod classes;
mod condition;
mod copy_source;
mod encryption;
mod error;
mod inspect;
mod inventory;
mod jobs;
mod labels;
mod lifecycle;
mod list;
mod lock;
mod logging;
mod mfa;
mod model;
mod named;
mod names;
mod notify;
mod ops;
mod payer;
mod points;
mod receive;
mod refuse;
mod replication;
mod restore;
mod select;
#[allow(dead_code, reason = "operations on most settings follow")]
mod settings;
mod store;
mod tables;
mod tiering;
mod usage;
mod versions;
mod web;
mod zones;

use std::sync::Arc;

use aquifer_object::{Durability, Objects, ObjectsOptions};
use platform::{Around, House, Names, PlatformParts, PreCommit, Service};

use crate::access::resources::Teller;
use crate::encryption::Keys;
use crate::jobs::Upkeep;
use crate::payer::Payer;
use crate::points::Points;

/// The room.
pub struct S3 {
    parts: PlatformParts,
    objects: Objects,
    keys: Arc<Keys>,
    upkeep: Arc<Upkeep>,
    payer: Arc<Payer>,
    log: Arc<logging::Log>,
    select: select::Desk,
    teller: Arc<Teller>,
    points: Arc<Points>,
    /// Bytes of the largest object.
    object_bytes_max: u64,
}

/// Packed bytes are synced with the group of rows that name them.
struct SyncPacks(Objects);

impl PreCommit for SyncPacks {
    fn before_commit(&self) -> std::io::Result<()> {
        self.0.sync_pending()
    }
}

/// Opens the room.
///
/// # Errors
/// When the folder of object bytes cannot be opened.
pub fn service(house: &House) -> anyhow::Result<Service> {
    let store = house.parts.store();
    let durability = match store.durability() {
        platform::Durability::Strict => Durability::Strict,
        platform::Durability::Relaxed => Durability::Relaxed,
    };
    let dir = house.data.as_ref().map(|data| data.join("objects"));
    let copies = house.copies;
    let options = ObjectsOptions { dir, durability, copies, ..ObjectsOptions::default() };
    let objects = Objects::open(options)?;
    store.before_commit(Arc::new(SyncPacks(objects.clone())));
    let upkeep = Upkeep::start(house, &objects);
    let keys = Arc::new(Keys::new(&house.secret));
    let (parts, resetting) = (house.parts.clone(), (objects.clone(), keys.clone()));
    parts.add_keeper(Arc::new(usage::Keeping(parts.clone())));
    let payer = Arc::new(Payer::open(&parts)?);
    let around: Arc<dyn Around> = Arc::clone(&payer) as Arc<dyn Around>;
    let opened = Points::open(store).map_err(|fail| anyhow::anyhow!("{}", fail.message()))?;
    let points = Arc::new(opened);
    let names: Arc<dyn Names> = Arc::clone(&points) as Arc<dyn Names>;
    let keeper = Arc::new(points::Keeper(Arc::clone(&points)));
    parts.set_ext(Arc::clone(&points));
    parts.set_ext(Arc::new(s3_api::PointKeeper(keeper)));
    let teller = Arc::new(Teller::open(store, Arc::clone(&points))?);
    let telling = Arc::clone(&teller);
    let log = logging::Log::start(house).map_err(|fail| anyhow::anyhow!("{}", fail.message()))?;
    let forgetting = (log.clone(), Arc::clone(&teller), Arc::clone(&points));
    let select = select::Desk::new(house);
    let object_bytes_max = house.bounds.of("s3.object-bytes", receive::OBJECT_BYTES_MAX);
    let room =
        S3 { parts, objects, keys, upkeep, payer, log, select, teller, points, object_bytes_max };
    let room = Arc::new(room);
    replication::register(house, &room);
    restore::register(house);
    archive::register(house, &room);
    lifecycle::worker::register(house, &room);
    inspect::register(house, &room);
    inventory::register(house);
    let zones = zones::Zones { store: house.parts.store().clone(), objects: room.objects.clone() };
    let zones = Arc::new(zones);
    let room = Service::new(&s3_api::SERVICE, room);
    let reset = move || {
        resetting.0.clear();
        resetting.1.clear();
        forgetting.0.clear();
        forgetting.1.clear();
        forgetting.2.clear();
    };
    let tables: Arc<dyn Around> = Arc::new(tables::Files);
    let room = ops::register(room).around(&around).around(&tables).names(&names).web();
    let room = room.resources(telling);
    Ok(room.on_reset(reset).storage(zones).build())
}
