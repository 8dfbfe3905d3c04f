//! `UntagMFADevice`: removes tags of a device.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagMFADevice.html>

use iam_api::{UntagMFADevice, UntagMFADeviceInput, UntagMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Iam, mfa, tagging};

impl Handle<UntagMFADevice> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UntagMFADeviceInput) -> Result<UntagMFADeviceOutput> {
        let serial = input.serial_number.as_str();
        ctx.write(|tx| {
            let mut device = mfa::get(tx, serial)?;
            tagging::remove(&mut device.tags, &input.tag_keys);
            mfa::put(tx, serial, &device)?;
            Ok::<_, platform::Fail>(())
        })
        .await?;
        Ok(UntagMFADeviceOutput {})
    }
}
