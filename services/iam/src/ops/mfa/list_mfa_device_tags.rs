//! `ListMFADeviceTags`: the tags of a device.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADeviceTags.html>

use iam_api::{ListMFADeviceTags, ListMFADeviceTagsInput, ListMFADeviceTagsOutput};
use platform::{Ctx, Handle, Result};

use crate::paging::Paging;
use crate::{Iam, mfa, tagging};

impl Handle<ListMFADeviceTags> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListMFADeviceTagsInput,
    ) -> Result<ListMFADeviceTagsOutput> {
        let list = format!("ListMFADeviceTags/{}", input.serial_number);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let device = ctx.read(|tx| mfa::get(tx, &input.serial_number))?;
        let page = tagging::page(&device.tags, paging)?;
        Ok(ListMFADeviceTagsOutput {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
