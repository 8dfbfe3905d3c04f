//! `ResyncMFADevice`: finds anew how far a device's clock is off, by two codes.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html>

use iam_api::{ResyncMFADevice, ResyncMFADeviceInput, ResyncMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::Iam;
use crate::mfa::{self, Now};

impl Handle<ResyncMFADevice> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ResyncMFADeviceInput,
    ) -> Result<ResyncMFADeviceOutput> {
        let of = (input.serial_number.as_str(), Some(input.user_name.as_str()));
        let now = Now::of(ctx);
        let codes = [&*input.authentication_code1, &*input.authentication_code2];
        mfa::change(ctx, of, |device| device.synchronize(codes, now)).await?;
        Ok(ResyncMFADeviceOutput {})
    }
}
