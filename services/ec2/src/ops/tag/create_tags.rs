//! `CreateTags`: sets tags of resources.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html>

use ec2_api::{CreateTags, CreateTagsInput, CreateTagsOutput};
use platform::{Ctx, Handle, Result};

use crate::labels::{self, change_each};
use crate::{Ec2, error, tagging};

impl Handle<CreateTags> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: CreateTagsInput) -> Result<CreateTagsOutput> {
        if input.tags.is_empty() {
            return Err(error::missing("Tag"));
        }
        let tags = tagging::check(input.tags)?;
        labels::may(ctx, "ec2:CreateTags", &input.resources, &tags).await?;
        if input.dry_run == Some(true) {
            return Err(error::would_succeed());
        }
        self.change(ctx, |tx| {
            change_each(tx, &input.resources, |own| tagging::add(own, &tags))?;
            Ok(CreateTagsOutput {})
        })
        .await
    }
}
