//! `ListVirtualMFADevices`: the devices of the account, without their seeds.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html>

use iam_api::{
    AssignmentStatusType, ListVirtualMFADevices, ListVirtualMFADevicesInput,
    ListVirtualMFADevicesOutput, User, VirtualMFADevice,
};
use platform::{Ctx, Handle, Principal, ReadTx, Result, StoreError};

use crate::Iam;
use crate::mfa::{self, Device};
use crate::paging::Paging;

impl Handle<ListVirtualMFADevices> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListVirtualMFADevicesInput,
    ) -> Result<ListVirtualMFADevicesOutput> {
        let asked = input.assignment_status.unwrap_or(AssignmentStatusType::Any);
        let list = format!("ListVirtualMFADevices/{}", asked.as_str());
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let wanted = |device: &Device| match asked {
            AssignmentStatusType::Assigned => device.enabled.is_some(),
            AssignmentStatusType::Unassigned => device.enabled.is_none(),
            AssignmentStatusType::Any => true,
        };
        ctx.read(|tx| {
            let after = paging.after().to_owned();
            let rows = mfa::all(tx, &after)
                .filter(|row| row.as_ref().map_or(true, |(_, device)| wanted(device)));
            let page = paging.take(rows, |(serial, _)| serial.clone())?;
            let mut devices = Vec::new();
            for (serial, device) in page.items {
                devices.push(shown(ctx, tx, serial, device)?);
            }
            Ok(ListVirtualMFADevicesOutput {
                virtual_mfa_devices: devices,
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}

/// A device as lists show it.
fn shown(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    serial_number: String,
    device: Device,
) -> Result<VirtualMFADevice, StoreError> {
    let mut user = None;
    if let Some(enabled) = &device.enabled {
        let found = mfa::user_of(tx, &enabled.holder)?;
        user = Some(found.map_or_else(|| account(ctx), |found| found.detail(ctx.scope())));
    }
    let enable_date = device.enabled.map(|enabled| enabled.since);
    Ok(VirtualMFADevice { serial_number, user, enable_date, ..VirtualMFADevice::default() })
}

/// The account itself, which is shown as a user without a name.
fn account(ctx: &Ctx) -> User {
    let root = Principal::root(ctx.scope().partition(), ctx.scope().account);
    let arn = root.display_name().to_owned();
    User { arn, user_id: root.id, path: "/".to_owned(), ..User::default() }
}
