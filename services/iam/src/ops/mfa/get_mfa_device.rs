//! `GetMFADevice`: when a user was given a device.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetMFADevice.html>

use iam_api::{GetMFADevice, GetMFADeviceInput, GetMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Iam, error, mfa};

impl Handle<GetMFADevice> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetMFADeviceInput) -> Result<GetMFADeviceOutput> {
        let serial = input.serial_number;
        ctx.read(|tx| {
            let device = mfa::get(tx, &serial)?;
            let name = match input.user_name.as_deref() {
                Some(name) => {
                    let (holder, name) = mfa::holder(ctx, tx, Some(name))?;
                    if device.enabled.as_ref().is_none_or(|enabled| enabled.holder != holder) {
                        return Err(error::no_such_device(&serial));
                    }
                    Some(name)
                }
                None => match device.enabled.as_ref() {
                    Some(enabled) => mfa::user_of(tx, &enabled.holder)?.map(|u| u.identity.name),
                    None => None,
                },
            };
            Ok(GetMFADeviceOutput {
                user_name: name,
                enable_date: device.enabled.map(|enabled| enabled.since),
                serial_number: serial,
                certifications: None,
            })
        })
    }
}
