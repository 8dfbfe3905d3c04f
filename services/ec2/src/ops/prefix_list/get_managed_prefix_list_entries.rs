//! `GetManagedPrefixListEntries`: the blocks of a list of addresses.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetManagedPrefixListEntries.html>

use ec2_api::{
    GetManagedPrefixListEntries, GetManagedPrefixListEntriesInput,
    GetManagedPrefixListEntriesOutput, PrefixListEntry,
};
use platform::{Ctx, Handle, Result};

use crate::refuse::refuse;
use crate::{Ec2, error, listing, prefix_lists};

impl Handle<GetManagedPrefixListEntries> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetManagedPrefixListEntriesInput,
    ) -> Result<GetManagedPrefixListEntriesOutput> {
        refuse!(input, target_version => "TargetVersion");
        let id = input.prefix_list_id;
        let lists = prefix_lists::lists(ctx.region());
        let list = lists.into_iter().find(|list| list.id == id);
        let list = list.ok_or_else(|| error::no_prefix_list(&id))?;
        let blocks: Vec<String> = list.blocks.iter().map(ToString::to_string).collect();
        let wanted = (input.max_results, input.next_token);
        let page = listing::page(&format!("Entries/{id}"), blocks, wanted, String::clone)?;
        let entry = |cidr| PrefixListEntry { cidr: Some(cidr), description: None };
        Ok(GetManagedPrefixListEntriesOutput {
            entries: Some(page.items.into_iter().map(entry).collect()),
            next_token: page.next_token,
        })
    }
}
