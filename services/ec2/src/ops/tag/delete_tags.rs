//! `DeleteTags`: takes tags from resources: those that are named, if they have the values named, or all.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html>

use ec2_api::{DeleteTags, DeleteTagsInput, DeleteTagsOutput};
use platform::{Ctx, Handle, Result, Tags};

use crate::labels::{self, change_each};
use crate::{Ec2, error};

impl Handle<DeleteTags> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: DeleteTagsInput) -> Result<DeleteTagsOutput> {
        let named: Tags = input
            .tags
            .iter()
            .flatten()
            .filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
            .collect();
        labels::may(ctx, "ec2:DeleteTags", &input.resources, &named).await?;
        if input.dry_run == Some(true) {
            return Err(error::would_succeed());
        }
        let tags = input.tags.filter(|tags| !tags.is_empty());
        self.change(ctx, |tx| {
            change_each(tx, &input.resources, |own| {
                match &tags {
                    None => *own = Tags::new(),
                    Some(tags) => {
                        for tag in tags {
                            let key = tag.key.as_deref().unwrap_or_default();
                            let value = tag.value.as_deref();
                            if value.is_none_or(|value| own.get(key) == Some(value)) {
                                own.remove(key);
                            }
                        }
                    }
                }
                Ok(())
            })?;
            Ok(DeleteTagsOutput {})
        })
        .await
    }
}
