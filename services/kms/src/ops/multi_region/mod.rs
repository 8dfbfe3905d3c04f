//! Keys that are one in several regions.

mod replicate_key;
mod update_primary_region;

use kms_api::error::unsupported_operation_exception;
use platform::{Arn, Fail, Region, Result, ServiceBuilder};

use crate::{Kms, error};

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::ReplicateKey>().op::<kms_api::UpdatePrimaryRegion>()
}

fn not_primary(arn: &Arn) -> Fail {
    unsupported_operation_exception(format!("{arn} is not a multi-Region primary key."))
}

/// A region of the same partition as another.
fn region(text: &str, own: &Region) -> Result<Region> {
    let region: Option<Region> = text.parse().ok();
    region
        .filter(|region| region.partition() == own.partition())
        .ok_or_else(|| error::invalid(format!("{text} is not a Region of this partition.")))
}
