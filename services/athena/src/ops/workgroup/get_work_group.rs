//! `GetWorkGroup`: a workgroup with its configuration.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html>

use athena_api::{GetWorkGroup, GetWorkGroupInput, GetWorkGroupOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, store};

impl Handle<GetWorkGroup> for Athena {
    async fn handle(&self, ctx: &Ctx, input: GetWorkGroupInput) -> Result<GetWorkGroupOutput> {
        let row = ctx.read(|tx| store::workgroup(tx, &input.work_group))?;
        Ok(GetWorkGroupOutput { work_group: Some(row.describe(&input.work_group)) })
    }
}
