//! `DescribeKey`: what a key is.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>

use kms_api::{DescribeKey, DescribeKeyInput, DescribeKeyOutput};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::{Kms, find};

impl Handle<DescribeKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: DescribeKeyInput) -> Result<DescribeKeyOutput> {
        let found = find::by_any(self, ctx, &input.key_id).await?;
        let ask = Ask { grant_tokens: input.grant_tokens.as_deref(), ..Ask::default() };
        access::require(ctx, &found, "kms:DescribeKey", ask).await?;
        Ok(DescribeKeyOutput { key_metadata: Some(found.key.metadata(&found.scope)) })
    }
}
