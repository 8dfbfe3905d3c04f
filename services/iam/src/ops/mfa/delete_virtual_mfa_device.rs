//! `DeleteVirtualMFADevice`: forgets a device that nobody has.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html>

use iam_api::{DeleteVirtualMFADevice, DeleteVirtualMFADeviceInput, DeleteVirtualMFADeviceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Iam, error, mfa};

impl Handle<DeleteVirtualMFADevice> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteVirtualMFADeviceInput,
    ) -> Result<DeleteVirtualMFADeviceOutput> {
        let serial = input.serial_number.as_str();
        ctx.write(|tx| {
            if mfa::get(tx, serial)?.enabled.is_some() {
                return Err(error::conflict("MFA VirtualDevice in use. Must deactivate first."));
            }
            mfa::delete(tx, serial)?;
            Ok(())
        })
        .await?;
        Ok(DeleteVirtualMFADeviceOutput {})
    }
}
