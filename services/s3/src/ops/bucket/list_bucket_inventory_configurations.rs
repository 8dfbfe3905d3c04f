//! `ListBucketInventoryConfigurations`: the lists that a bucket's owner has asked for, by id.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html>

use platform::{Ctx, Fail, Handle, Page, Result, decode_token};
use s3_api::{
    InventoryConfiguration, ListBucketInventoryConfigurations,
    ListBucketInventoryConfigurationsInput, ListBucketInventoryConfigurationsOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

const LIST: &str = "ListBucketInventoryConfigurations";
const PAGE: usize = 100;

impl Handle<ListBucketInventoryConfigurations> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListBucketInventoryConfigurationsInput,
    ) -> Result<ListBucketInventoryConfigurationsOutput> {
        let name = input.bucket.as_str();
        let given = input.continuation_token.as_deref();
        let decode = |token: &str| {
            let message = "The continuation token provided is incorrect";
            let wrong = || error::invalid_argument("continuation-token", token, message);
            decode_token(LIST, token).ok_or_else(wrong)
        };
        let after = given.map(decode).transpose()?;
        let all: Vec<(String, InventoryConfiguration)> = ctx.read(|tx| {
            let owner = input.expected_bucket_owner.as_ref();
            let bucket = store::bucket(ctx, tx, name, owner)?;
            settings::all(tx, (name, &bucket), Setting::Inventory)
        })?;
        let left = all.into_iter().filter(|(id, _)| after.as_ref().is_none_or(|after| id > after));
        let page = Page::take(LIST, left.map(Ok::<_, Fail>), PAGE, |(id, _)| id.clone())?;
        let list = page.items.into_iter().map(|(_, configuration)| configuration).collect();
        Ok(ListBucketInventoryConfigurationsOutput {
            continuation_token: input.continuation_token,
            inventory_configuration_list: Some(list),
            is_truncated: Some(page.next_token.is_some()),
            next_continuation_token: page.next_token,
        })
    }
}
