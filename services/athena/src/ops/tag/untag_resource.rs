//! `UntagResource`: takes tags off a workgroup.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_UntagResource.html>

use athena_api::{UntagResource, UntagResourceInput, UntagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, store};

impl Handle<UntagResource> for Athena {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        let name = super::workgroup_of(ctx, &input.resource_arn)?;
        ctx.write(|tx| {
            let mut row = store::workgroup(tx, &name)?;
            for key in &input.tag_keys {
                row.tags.remove(key);
            }
            store::put_workgroup(tx, &name, &row)?;
            Ok(UntagResourceOutput::default())
        })
        .await
    }
}
