//! `PutBucketWebsite`: makes a website of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    PutBucketWebsite, PutBucketWebsiteInput, PutBucketWebsiteOutput, RoutingRule,
    WebsiteConfiguration,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

const RULES_MAX: usize = 50;

impl Handle<PutBucketWebsite> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketWebsiteInput,
    ) -> Result<PutBucketWebsiteOutput> {
        check(&input.website_configuration)?;
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let site = input.website_configuration;
            settings::put(tx, (name, &mut bucket), Setting::Website, site)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketWebsiteOutput::default())
    }
}

fn check(site: &WebsiteConfiguration) -> Result<()> {
    if let Some(all) = &site.redirect_all_requests_to {
        let alone = site.index_document.is_none()
            && site.error_document.is_none()
            && site.routing_rules.is_none();
        if !alone {
            let message =
                "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
            return Err(error::invalid_argument("RedirectAllRequestsTo", "not null", message));
        }
        if all.host_name.is_empty() {
            return Err(error::malformed_xml());
        }
        return Ok(());
    }
    let Some(index) = &site.index_document else {
        let message =
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
        return Err(error::invalid_argument("IndexDocument", "null", message));
    };
    if index.suffix.is_empty() || index.suffix.contains('/') {
        let message = "The IndexDocument Suffix is not well formed";
        return Err(error::invalid_argument("IndexDocument", &index.suffix, message));
    }
    if let Some(document) = site.error_document.as_ref().filter(|document| document.key.is_empty())
    {
        let message = "The ErrorDocument Key is not well formed";
        return Err(error::invalid_argument("ErrorDocument", &document.key, message));
    }
    let Some(rules) = &site.routing_rules else { return Ok(()) };
    if rules.is_empty() {
        return Err(error::malformed_xml());
    }
    if rules.len() > RULES_MAX {
        return Err(error::invalid_request(format!(
            "{} routing rules provided, the number of routing rules in a website configuration is \
             limited to {RULES_MAX}.",
            rules.len()
        )));
    }
    rules.iter().try_for_each(check_rule)
}

fn check_rule(rule: &RoutingRule) -> Result<()> {
    if let Some(condition) = &rule.condition {
        let code = condition.http_error_code_returned_equals.as_deref();
        if code.is_none() && condition.key_prefix_equals.is_none() {
            return Err(error::invalid_request(
                "Condition cannot be empty. To redirect all requests without a condition, the \
                 condition element shouldn't be present.",
            ));
        }
        if let Some(code) = code.filter(|code| !is_between(code, 400, 599)) {
            return Err(error::invalid_request(format!(
                "The provided HTTP error code ({code}) is not valid. Valid codes are 4XX or 5XX."
            )));
        }
    }
    let to = &rule.redirect;
    if to.replace_key_with.is_some() && to.replace_key_prefix_with.is_some() {
        return Err(error::invalid_request(
            "You can only define ReplaceKeyPrefix or ReplaceKey but not both.",
        ));
    }
    let says_nothing = to.host_name.is_none()
        && to.http_redirect_code.is_none()
        && to.protocol.is_none()
        && to.replace_key_with.is_none()
        && to.replace_key_prefix_with.is_none();
    if says_nothing {
        return Err(error::malformed_xml());
    }
    match to.http_redirect_code.as_deref() {
        Some(code) if !is_between(code, 301, 399) => Err(error::invalid_request(format!(
            "The provided HTTP redirect code ({code}) is not valid. Valid codes are 3XX except 300."
        ))),
        _ => Ok(()),
    }
}

fn is_between(code: &str, least: u16, most: u16) -> bool {
    code.len() == 3 && code.parse::<u16>().is_ok_and(|code| (least..=most).contains(&code))
}
