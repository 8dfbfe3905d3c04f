//! `TagMFADevice`: sets tags of a device.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagMFADevice.html>

use iam_api::{TagMFADevice, TagMFADeviceInput, TagMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Iam, mfa, tagging};

impl Handle<TagMFADevice> for Iam {
    async fn handle(&self, ctx: &Ctx, input: TagMFADeviceInput) -> Result<TagMFADeviceOutput> {
        let serial = input.serial_number.as_str();
        ctx.write(|tx| {
            let mut device = mfa::get(tx, serial)?;
            tagging::set(&mut device.tags, input.tags)?;
            mfa::put(tx, serial, &device)?;
            Ok::<_, platform::Fail>(())
        })
        .await?;
        Ok(TagMFADeviceOutput {})
    }
}
