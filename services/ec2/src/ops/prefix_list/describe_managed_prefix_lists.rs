//! `DescribeManagedPrefixLists`: lists of addresses: those of AWS.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeManagedPrefixLists.html>

use ec2_api::{
    DescribeManagedPrefixLists, DescribeManagedPrefixListsInput, DescribeManagedPrefixListsOutput,
    ManagedPrefixList, PrefixListState,
};
use platform::{Arn, Ctx, Handle, Result};

use crate::filters::Filters;
use crate::{Ec2, listing, prefix_lists};

const FILTERS: &[&str] = &["owner-id", "prefix-list-id", "prefix-list-name"];

impl Handle<DescribeManagedPrefixLists> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeManagedPrefixListsInput,
    ) -> Result<DescribeManagedPrefixListsOutput> {
        let filters = Filters::read(input.filters, FILTERS, true)?;
        let lists = prefix_lists::chosen(ctx.region(), input.prefix_list_ids, &filters)?;
        let wanted = (input.max_results, input.next_token);
        let list = "DescribeManagedPrefixLists";
        let page = listing::page(list, lists, wanted, |list| list.id.clone())?;
        let (partition, region) = (ctx.scope().partition(), ctx.region());
        let shown = page.items.into_iter().map(|list| {
            let resource = format!("prefix-list/{}", list.id);
            let arn = Arn::from_parts(partition.as_str(), "ec2", region.as_str(), "aws", &resource);
            ManagedPrefixList {
                address_family: Some("IPv4".to_owned()),
                owner_id: Some(prefix_lists::OWNER.to_owned()),
                prefix_list_arn: arn.ok().map(|arn| arn.to_string()),
                prefix_list_id: Some(list.id),
                prefix_list_name: Some(list.name),
                state: Some(PrefixListState::CreateComplete),
                tags: Some(Vec::new()),
                ..Default::default()
            }
        });
        Ok(DescribeManagedPrefixListsOutput {
            prefix_lists: Some(shown.collect()),
            next_token: page.next_token,
        })
    }
}
