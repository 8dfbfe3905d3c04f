//! `ListMFADevices`: the devices of a user, or of the caller.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html>

use iam_api::{ListMFADevices, ListMFADevicesInput, ListMFADevicesOutput, MFADevice};
use platform::{Ctx, Handle, Result};

use crate::paging::Paging;
use crate::{Iam, mfa};

impl Handle<ListMFADevices> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListMFADevicesInput) -> Result<ListMFADevicesOutput> {
        let list = format!("ListMFADevices/{}", input.user_name.as_deref().unwrap_or_default());
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        ctx.read(|tx| {
            let (holder, name) = mfa::holder(ctx, tx, input.user_name.as_deref())?;
            let devices =
                mfa::of_holder(tx, &holder)?.into_iter().filter_map(|(serial, device)| {
                    let enable_date = device.enabled?.since;
                    Some(Ok(MFADevice {
                        serial_number: serial,
                        user_name: name.clone(),
                        enable_date,
                    }))
                });
            let page = paging.take(devices, |device| device.serial_number.clone())?;
            Ok(ListMFADevicesOutput {
                mfa_devices: page.items,
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}
