//! `CreateWorkGroup`: a new workgroup.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html>

use athena_api::{CreateWorkGroup, CreateWorkGroupInput, CreateWorkGroupOutput};
use platform::{Ctx, Handle, Result, Stored};

use super::settings;
use crate::model::WorkGroupRow;
use crate::ops::tag;
use crate::{Athena, error, store};

impl Handle<CreateWorkGroup> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateWorkGroupInput,
    ) -> Result<CreateWorkGroupOutput> {
        let configuration = settings::checked(input.configuration.unwrap_or_default())?;
        let mut row = WorkGroupRow {
            description: input.description,
            disabled: false,
            configuration: Stored(configuration),
            created: Some(ctx.now()),
            tags: platform::Tags::new(),
        };
        tag::add(&mut row.tags, input.tags.unwrap_or_default())?;
        ctx.write(|tx| {
            if store::has_workgroup(tx, &input.name)? {
                return Err(error::workgroup_exists());
            }
            store::put_workgroup(tx, &input.name, &row)?;
            Ok(CreateWorkGroupOutput::default())
        })
        .await
    }
}
