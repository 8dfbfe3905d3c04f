//! `GetAccessKeyInfo`: the account an access key belongs to.
//!
//! AWS reads the account out of the key's own characters; here it is the account of the key's
//! holder, or the account a key of twelve digits names.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html>

use platform::{AccountId, Ctx, Handle, Result};
use sts_api::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetAccessKeyInfoOutput};

use crate::{Sts, error, store};

impl Handle<GetAccessKeyInfo> for Sts {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetAccessKeyInfoInput,
    ) -> Result<GetAccessKeyInfoOutput> {
        let key = &input.access_key_id;
        let account = match store::account_of(ctx, key).await? {
            Some(account) => account,
            None => key
                .parse::<AccountId>()
                .map_err(|_| error::invalid(format!("The access key id {key} does not exist.")))?,
        };
        Ok(GetAccessKeyInfoOutput { account: Some(account.to_string()) })
    }
}
