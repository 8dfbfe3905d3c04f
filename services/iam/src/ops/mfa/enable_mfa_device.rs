//! `EnableMFADevice`: gives a device to a user, by two codes that follow each other.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html>

use iam_api::{EnableMFADevice, EnableMFADeviceInput, EnableMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::mfa::{self, Now};
use crate::{Iam, error};

impl Handle<EnableMFADevice> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: EnableMFADeviceInput,
    ) -> Result<EnableMFADeviceOutput> {
        let serial = input.serial_number.as_str();
        let now = Now::of(ctx);
        ctx.write(|tx| {
            let (holder, _) = mfa::holder(ctx, tx, Some(&input.user_name))?;
            let mut device = mfa::get(tx, serial)?;
            if device.enabled.is_some() {
                return Err(error::device_in_use());
            }
            mfa::must_have_room(tx, &holder)?;
            let codes = [&*input.authentication_code1, &*input.authentication_code2];
            device.enable(holder, codes, now)?;
            mfa::put(tx, serial, &device)?;
            Ok(())
        })
        .await?;
        Ok(EnableMFADeviceOutput {})
    }
}
