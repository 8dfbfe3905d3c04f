//! `TagResource`: adds tags to a workgroup.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_TagResource.html>

use athena_api::{TagResource, TagResourceInput, TagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, store};

impl Handle<TagResource> for Athena {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        let name = super::workgroup_of(ctx, &input.resource_arn)?;
        ctx.write(|tx| {
            let mut row = store::workgroup(tx, &name)?;
            super::add(&mut row.tags, input.tags)?;
            store::put_workgroup(tx, &name, &row)?;
            Ok(TagResourceOutput::default())
        })
        .await
    }
}
