//! `DescribeLogGroups`: the groups of the account, by name.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html>

use logs_api::{
    DescribeLogGroups, DescribeLogGroupsInput, DescribeLogGroupsOutput, LogGroup, LogGroupClass,
};
use platform::{Ctx, Handle, Page, Result, decode_token};

use crate::store::GROUPS;
use crate::{Logs, error, groups};

/// What a page holds, where nobody said otherwise.
const LIMIT: usize = 50;

impl Handle<DescribeLogGroups> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeLogGroupsInput,
    ) -> Result<DescribeLogGroupsOutput> {
        for (what, given) in [
            ("accountIdentifiers", input.account_identifiers.is_some()),
            ("includeLinkedAccounts", input.include_linked_accounts == Some(true)),
            ("logGroupIdentifiers", input.log_group_identifiers.is_some()),
        ] {
            if given {
                return Err(error::absent(&format!("{what} of DescribeLogGroups")));
            }
        }
        let (prefix, part) = (input.log_group_name_prefix, input.log_group_name_pattern);
        if prefix.is_some() && part.is_some() {
            return Err(error::invalid(
                "logGroupNamePrefix and logGroupNamePattern are mutually exclusive parameters.",
            ));
        }
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        let list = format!("DescribeLogGroups/{}/{}", said(&prefix), said(&part));
        let after = match input.next_token.as_deref() {
            Some(token) => decode_token(&list, token)
                .ok_or_else(|| error::invalid("The specified nextToken is invalid."))?,
            None => String::new(),
        };
        let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIMIT);
        let standard = input.log_group_class.is_none_or(|class| class == LogGroupClass::Standard);
        let page = ctx.read(|tx| {
            let rows = GROUPS.scan(tx).after(after.as_str());
            let rows = rows.filter(|row| match row {
                Ok((name, _)) => {
                    standard
                        && name.starts_with(prefix.as_deref().unwrap_or_default())
                        && name.to_lowercase().contains(&said(&part).to_lowercase())
                }
                Err(_) => true,
            });
            Page::take(&list, rows, limit, |(name, _)| name.clone())
        })?;
        let shown = page.items.into_iter().map(|(name, group)| {
            let arn = groups::arn(ctx.scope(), &name);
            LogGroup {
                arn: Some(format!("{arn}:*")),
                log_group_arn: Some(arn),
                log_group_name: Some(name),
                log_group_class: Some(LogGroupClass::Standard),
                creation_time: Some(groups::millis(group.created)),
                metric_filter_count: Some(0),
                retention_in_days: group.retention_days,
                stored_bytes: Some(group.bytes.max(0)),
                ..LogGroup::default()
            }
        });
        Ok(DescribeLogGroupsOutput {
            log_groups: Some(shown.collect()),
            next_token: page.next_token,
        })
    }
}
