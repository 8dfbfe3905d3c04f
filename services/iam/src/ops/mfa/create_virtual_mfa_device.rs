//! `CreateVirtualMFADevice`: makes a device that nobody has yet. Its seed is answered this once.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html>

use iam_api::{
    CreateVirtualMFADevice, CreateVirtualMFADeviceInput, CreateVirtualMFADeviceOutput,
    VirtualMFADevice,
};
use platform::{Ctx, Handle, Result, Tags};

use crate::mfa::{self, Device};
use crate::model::api_tags;
use crate::{Iam, error, qr, tagging};

/// Characters of a device's name, which the model does not bound.
const NAME_MAX: usize = 226;

impl Handle<CreateVirtualMFADevice> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateVirtualMFADeviceInput,
    ) -> Result<CreateVirtualMFADeviceOutput> {
        let name = &input.virtual_mfa_device_name;
        if name.len() > NAME_MAX {
            return Err(error::name_too_long("virtualMFADeviceName", name, NAME_MAX));
        }
        let path = input.path.unwrap_or_else(|| "/".to_owned());
        let serial = mfa::serial(ctx.scope(), &path, name);
        let mut tags = Tags::new();
        tagging::set(&mut tags, input.tags.unwrap_or_default())?;
        let device = Device::new(ctx, tags);
        let picture = qr::png(device.seed(), &ctx.scope().account.to_string(), name)?;
        ctx.write(|tx| {
            if mfa::contains(tx, &serial)? {
                return Err(error::device_exists());
            }
            mfa::put(tx, &serial, &device)?;
            Ok(())
        })
        .await?;
        let tags = api_tags(&device.tags);
        Ok(CreateVirtualMFADeviceOutput {
            virtual_mfa_device: VirtualMFADevice {
                serial_number: serial,
                base32_string_seed: Some(device.seed().to_owned().into()),
                qr_code_png: Some(picture.into()),
                tags: Some(tags).filter(|tags| !tags.is_empty()),
                ..VirtualMFADevice::default()
            },
        })
    }
}
