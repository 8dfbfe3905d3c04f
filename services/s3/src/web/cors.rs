//! What pages of other sites may do with a bucket, by the rules its owner has set.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use platform::{CrossOrigin, Ctx, Fail, Headers, Result};
use s3_api::{CORSConfiguration, CORSRule};

use crate::points::Points;
use crate::settings::{self, Setting};
use crate::store::BUCKETS;

/// What an answer by a rule depends on.
const VARY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// The rules of a bucket; `None` when there is no bucket.
fn rules(ctx: &Ctx, name: &str) -> Result<Option<Vec<CORSRule>>> {
    let behind = match ctx.ext::<Points>() {
        Some(points) => points.behind_name(ctx, name)?.map(|(bucket, _)| bucket),
        None => None,
    };
    let name = behind.as_deref().unwrap_or(name);
    ctx.read(|tx| {
        let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(None) };
        let set: Option<CORSConfiguration> = settings::get(tx, (name, &bucket), Setting::Cors)?;
        Ok(Some(set.map(|set| set.cors_rules).unwrap_or_default()))
    })
}

/// The headers that tell a page what it may know of an answer.
pub(super) fn allowed(ctx: &Ctx, bucket: &str, asked: &CrossOrigin<'_>) -> Result<Option<Headers>> {
    let rules = rules(ctx, bucket)?.unwrap_or_default();
    Ok(matching(&rules, asked).map(|rule| headers(rule, asked)))
}

/// The answer to a page that asks in advance.
pub(super) fn preflight(ctx: &Ctx, path: &str, asked: &CrossOrigin<'_>) -> Result<Headers> {
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let kind = if key.is_empty() { "BUCKET" } else { "OBJECT" };
    let refused = |message: &str| {
        Fail::new("AccessForbidden", 403, format!("CORSResponse: {message}"))
            .with("Method", asked.method)
            .with("ResourceType", kind)
    };
    let rules = rules(ctx, bucket)?.ok_or_else(|| refused("Bucket not found"))?;
    if rules.is_empty() {
        return Err(refused("CORS is not enabled for this bucket."));
    }
    let rule = matching(&rules, asked).ok_or_else(|| {
        refused(
            "This CORS request is not allowed. This is usually because the evalution of Origin, \
             request method / Access-Control-Request-Method or Access-Control-Request-Headers are \
             not whitelisted by the resource's CORS spec.",
        )
    })?;
    Ok(headers(rule, asked))
}

/// The first rule that allows what is asked: the first that matches decides.
fn matching<'a>(rules: &'a [CORSRule], asked: &CrossOrigin<'_>) -> Option<&'a CORSRule> {
    rules.iter().find(|rule| {
        let patterns = rule.allowed_headers.as_deref().unwrap_or_default();
        let header = |name: &String| {
            patterns
                .iter()
                .any(|pattern| fits(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase()))
        };
        rule.allowed_methods.iter().any(|method| method == asked.method)
            && rule.allowed_origins.iter().any(|pattern| fits(pattern, asked.origin))
            && asked.headers.iter().all(header)
    })
}

/// Whether a text fits a pattern, in which one star stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len()
                && text.starts_with(before)
                && text.ends_with(after)
        }
    }
}

fn headers(rule: &CORSRule, asked: &CrossOrigin<'_>) -> Headers {
    let mut headers = Headers::new();
    // A rule for anyone does not let pages send what their visitor is known by.
    if rule.allowed_origins.iter().any(|origin| origin == "*") {
        headers.push(("Access-Control-Allow-Origin", "*".to_owned()));
    } else {
        headers.push(("Access-Control-Allow-Origin", asked.origin.to_owned()));
        headers.push(("Access-Control-Allow-Credentials", "true".to_owned()));
    }
    headers.push(("Access-Control-Allow-Methods", rule.allowed_methods.join(", ")));
    if !asked.headers.is_empty() {
        let names: Vec<String> =
            asked.headers.iter().map(|name| name.to_ascii_lowercase()).collect();
        headers.push(("Access-Control-Allow-Headers", names.join(", ")));
    }
    if let Some(exposed) = rule.expose_headers.as_ref().filter(|exposed| !exposed.is_empty()) {
        headers.push(("Access-Control-Expose-Headers", exposed.join(", ")));
    }
    if let Some(seconds) = rule.max_age_seconds {
        headers.push(("Access-Control-Max-Age", seconds.to_string()));
    }
    headers.push(("Vary", VARY.to_owned()));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CORSRule {
        let owned = |list: &[&str]| list.iter().map(|item| (*item).to_owned()).collect();
        CORSRule {
            allowed_origins: owned(origins),
            allowed_methods: owned(methods),
            allowed_headers: Some(owned(headers)),
            max_age_seconds: Some(60),
            ..Default::default()
        }
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let rules = [
            rule(&["https://*.example.com"], &["PUT"], &["x-amz-*", "Content-Type"]),
            rule(&["*"], &["GET", "HEAD"], &[]),
        ];
        let find = |origin, method, headers: &[&str]| {
            let headers: Vec<String> = headers.iter().map(|name| (*name).to_owned()).collect();
            let asked = CrossOrigin { method, origin, headers: &headers };
            let rule = matching(&rules, &asked)?;
            Some(super::headers(rule, &asked)[0].1.clone())
        };
        let own = "https://a.example.com";
        let names = ["X-Amz-Date", "content-type"];
        assert_eq!(find(own, "PUT", &names).as_deref(), Some(own));
        assert_eq!(find(own, "PUT", &["x-other"]), None);
        assert_eq!(find("https://example.com", "PUT", &[]), None);
        assert_eq!(find("http://other", "GET", &[]).as_deref(), Some("*"));
        assert_eq!(find(own, "DELETE", &[]), None);
    }

    #[test]
    fn a_star_stands_for_anything_once() {
        assert!(fits("*", "") && fits("a*", "a") && fits("a*c", "abc") && fits("*c", "c"));
        assert!(!fits("aa*aa", "aaa") && !fits("a", "ab") && !fits("a*b", "abc"));
    }
}
