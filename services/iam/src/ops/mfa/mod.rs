//! Devices of second factors, one operation a file.

mod create_virtual_mfa_device;
mod deactivate_mfa_device;
mod delete_virtual_mfa_device;
mod enable_mfa_device;
mod get_mfa_device;
mod list_mfa_device_tags;
mod list_mfa_devices;
mod list_virtual_mfa_devices;
mod resync_mfa_device;
mod tag_mfa_device;
mod untag_mfa_device;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::CreateVirtualMFADevice>()
        .op::<iam_api::DeactivateMFADevice>()
        .op::<iam_api::DeleteVirtualMFADevice>()
        .op::<iam_api::EnableMFADevice>()
        .op::<iam_api::GetMFADevice>()
        .op::<iam_api::ListMFADeviceTags>()
        .op::<iam_api::ListMFADevices>()
        .op::<iam_api::ListVirtualMFADevices>()
        .op::<iam_api::ResyncMFADevice>()
        .op::<iam_api::TagMFADevice>()
        .op::<iam_api::UntagMFADevice>()
}
