//! `DescribePrefixLists`: the lists of addresses of services that routes can lead to.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePrefixLists.html>

use ec2_api::{DescribePrefixLists, DescribePrefixListsInput, DescribePrefixListsOutput};
use platform::{Ctx, Handle, Result};

use crate::filters::Filters;
use crate::{Ec2, listing, prefix_lists};

const FILTERS: &[&str] = &["prefix-list-id", "prefix-list-name"];

impl Handle<DescribePrefixLists> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribePrefixListsInput,
    ) -> Result<DescribePrefixListsOutput> {
        let filters = Filters::read(input.filters, FILTERS, false)?;
        let lists = prefix_lists::chosen(ctx.region(), input.prefix_list_ids, &filters)?;
        let wanted = (input.max_results, input.next_token);
        let page = listing::page("DescribePrefixLists", lists, wanted, |list| list.id.clone())?;
        let shown = page.items.into_iter().map(|list| ec2_api::PrefixList {
            cidrs: Some(list.blocks.iter().map(ToString::to_string).collect()),
            prefix_list_id: Some(list.id),
            prefix_list_name: Some(list.name),
        });
        Ok(DescribePrefixListsOutput {
            prefix_lists: Some(shown.collect()),
            next_token: page.next_token,
        })
    }
}
