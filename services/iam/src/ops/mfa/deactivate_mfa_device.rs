//! `DeactivateMFADevice`: takes a device from a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html>

use iam_api::{DeactivateMFADevice, DeactivateMFADeviceInput, DeactivateMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Iam, mfa};

impl Handle<DeactivateMFADevice> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeactivateMFADeviceInput,
    ) -> Result<DeactivateMFADeviceOutput> {
        let of = (input.serial_number.as_str(), input.user_name.as_deref());
        mfa::change(ctx, of, |device| {
            device.enabled = None;
            Ok(())
        })
        .await?;
        Ok(DeactivateMFADeviceOutput {})
    }
}
