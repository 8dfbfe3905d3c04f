//! `GetAccountSettings`: limits, and what is used of them.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html>

use lambda_api::{
    AccountLimit, AccountUsage, GetAccountSettings, GetAccountSettingsInput,
    GetAccountSettingsOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::Lambda;
use crate::code::UNPACKED_MAX;
use crate::store::{FUNCTIONS, TOTALS, VERSIONS};

/// What all packages of an account may come to.
const CODE_MAX: i64 = 80_530_636_800;
const ARCHIVE_MAX: i64 = 52_428_800;

impl Handle<GetAccountSettings> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        _: GetAccountSettingsInput,
    ) -> Result<GetAccountSettingsOutput> {
        let (count, size, totals) = ctx.read(|tx| {
            let (mut count, mut size) = (0, 0);
            for row in FUNCTIONS.scan(tx) {
                count += 1;
                size += row?.1.latest.config.0.code_size.unwrap_or_default();
            }
            for row in VERSIONS.scan(tx) {
                size += row?.1.config.0.code_size.unwrap_or_default();
            }
            Ok::<_, Fail>((count, size, TOTALS.get(tx, &())?.unwrap_or_default()))
        })?;
        let most = i32::try_from(self.concurrency).unwrap_or(i32::MAX);
        let reserved = i32::try_from(totals.reserved).unwrap_or(i32::MAX);
        Ok(GetAccountSettingsOutput {
            account_limit: Some(AccountLimit {
                code_size_unzipped: i64::try_from(UNPACKED_MAX).ok(),
                code_size_zipped: Some(ARCHIVE_MAX),
                concurrent_executions: Some(most),
                total_code_size: Some(CODE_MAX),
                unreserved_concurrent_executions: Some(most.saturating_sub(reserved).max(0)),
            }),
            account_usage: Some(AccountUsage {
                function_count: Some(count),
                total_code_size: Some(size),
            }),
        })
    }
}
