//! The zones that bytes are kept in, as the admin API sees them.
//!
//! Objects of ONEZONE_IA are kept in one zone, all others in every zone there is. A zone stands for
//! an availability zone of AWS; the index of buckets and objects is in none.

use aquifer_object::Objects;
use platform::{Arn, Later, Scope, Store, ZoneState};

use crate::{error, store};

/// What the admin API reaches the zones through.
pub(crate) struct Zones {
    pub store: Store,
    pub objects: Objects,
}

impl platform::Storage for Zones {
    fn zones(&self) -> Vec<ZoneState> {
        let zones = self.objects.zones().into_iter();
        let state = |zone: aquifer_object::ZoneReport| ZoneState {
            name: zone.name,
            lost: zone.lost,
            damaged: zone.damaged,
            repaired: zone.repaired,
            failed: zone.failed,
            waiting: zone.waiting,
        };
        zones.map(state).collect()
    }

    fn set_lost(&self, zone: &str, lost: bool) -> bool {
        self.objects.set_lost(zone, lost)
    }

    fn damage<'a>(
        &'a self,
        resource: &'a Arn,
        version_id: Option<&'a str>,
        zone: &'a str,
    ) -> Later<'a, u64> {
        Box::pin(async move {
            let (bucket, key) = resource.resource().split_once('/').unwrap_or_default();
            let find = |tx: &platform::ReadTx<'_>| store::readable(tx, bucket, key, version_id);
            let version = self.store.read(&Scope::default(), find)?;
            self.objects.damage(&version.blob, zone).await.map_err(error::from_objects)
        })
    }
}
