//! `PutBucketCors`: says what pages of other sites may do with a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{CORSRule, PutBucketCors, PutBucketCorsInput, PutBucketCorsOutput};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

const RULES_MAX: usize = 100;
/// Characters of a rule's name.
const ID_MAX: usize = 255;
const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

impl Handle<PutBucketCors> for S3 {
    async fn handle(&self, ctx: &Ctx, input: PutBucketCorsInput) -> Result<PutBucketCorsOutput> {
        let rules = &input.cors_configuration.cors_rules;
        if rules.is_empty() {
            return Err(error::malformed_xml());
        }
        if rules.len() > RULES_MAX {
            return Err(error::invalid_request(format!(
                "The number of CORS rules should not exceed allowed limit of {RULES_MAX} rules."
            )));
        }
        rules.iter().try_for_each(check)?;
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::put(tx, (name, &mut bucket), Setting::Cors, input.cors_configuration)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketCorsOutput::default())
    }
}

fn check(rule: &CORSRule) -> Result<()> {
    if rule.allowed_methods.is_empty() || rule.allowed_origins.is_empty() {
        return Err(error::malformed_xml());
    }
    if rule.id.as_ref().is_some_and(|id| id.chars().count() > ID_MAX) {
        return Err(error::invalid_request(format!(
            "The ID of a CORS rule should not exceed allowed limit of {ID_MAX}."
        )));
    }
    let unknown = rule.allowed_methods.iter().find(|method| !METHODS.contains(&method.as_str()));
    if let Some(method) = unknown {
        return Err(error::invalid_request(format!(
            "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
        )));
    }
    let starred = |patterns: &[String]| {
        patterns.iter().find(|pattern| pattern.matches('*').count() > 1).cloned()
    };
    let headers = rule.allowed_headers.as_deref().unwrap_or_default();
    for (what, found) in
        [("AllowedOrigin", starred(&rule.allowed_origins)), ("AllowedHeader", starred(headers))]
    {
        if let Some(pattern) = found {
            return Err(error::invalid_request(format!(
                "{what} \"{pattern}\" can not have more than one wildcard."
            )));
        }
    }
    let exposed = rule.expose_headers.iter().flatten().find(|name| name.contains('*'));
    if let Some(name) = exposed {
        return Err(error::invalid_request(format!(
            "ExposeHeader \"{name}\" contains wildcard. We currently do not support wildcard for \
             ExposeHeader."
        )));
    }
    Ok(())
}
