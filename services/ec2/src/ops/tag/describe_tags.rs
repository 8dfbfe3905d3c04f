//! `DescribeTags`: tags, with the resources that have them.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html>

use ec2_api::{DescribeTags, DescribeTagsInput, DescribeTagsOutput, TagDescription};
use platform::{Ctx, Handle, Result, Tags};

use crate::filters::Filters;
use crate::labels::{self, Label};
use crate::{Ec2, listing};

const FILTERS: &[&str] = &["key", "resource-id", "resource-type", "value"];

impl Handle<DescribeTags> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: DescribeTagsInput) -> Result<DescribeTagsOutput> {
        let filters = Filters::read(input.filters, FILTERS, true)?;
        let labels = self.read(ctx, |look| labels::all(look.tx)).await?;
        let mut passing = Vec::new();
        for label in labels {
            let tags: Tags = [(label.key.as_str(), label.value.as_str())].into_iter().collect();
            let values = |filter: &str| {
                Ok(vec![match filter {
                    "key" => label.key.clone(),
                    "resource-id" => label.id.clone(),
                    "resource-type" => label.kind.resource_type.to_string(),
                    _ => label.value.clone(),
                }])
            };
            if filters.pass(&tags, values)? {
                passing.push(label);
            }
        }
        let wanted = (input.max_results, input.next_token);
        let page = listing::page("DescribeTags", passing, wanted, Label::place)?;
        let shown = page.items.into_iter().map(|label| TagDescription {
            key: Some(label.key),
            resource_id: Some(label.id),
            resource_type: Some(label.kind.resource_type),
            value: Some(label.value),
        });
        Ok(DescribeTagsOutput { tags: Some(shown.collect()), next_token: page.next_token })
    }
}
