//! Websites: a bucket's objects as pages, read as anyone reads them who gives no name.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{Ctx, Operation, PageRequest, Platform, Result, Timestamp, WebPage};
use s3_api::{
    GetObject, GetObjectInput, GetObjectOutput, HeadObject, HeadObjectInput, HeadObjectOutput,
    Redirect, RoutingRule, WebsiteConfiguration,
};

use crate::error;
use crate::settings::{self, Setting};
use crate::store::BUCKETS;

/// What stays as it is in the path of an address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'(')
    .remove(b')')
    .remove(b'=')
    .remove(b'&')
    .remove(b'+')
    .remove(b'@')
    .remove(b',');

/// A page, whatever it takes.
pub(super) async fn page(platform: &Platform, ctx: &Ctx, request: PageRequest) -> WebPage {
    let site = match configuration(ctx, &request.site) {
        Ok(site) => site,
        Err(fail) => return WebPage::Failed(fail, None),
    };
    if let Some(all) = &site.redirect_all_requests_to {
        let to = Redirect {
            host_name: Some(all.host_name.clone()),
            protocol: all.protocol,
            ..Redirect::default()
        };
        return redirect(&to, None, &request);
    }
    let rules = site.routing_rules.as_deref().unwrap_or_default();
    if let Some(rule) = rules.iter().find(|rule| applies(rule, &request.path, None)) {
        return redirect(&rule.redirect, prefix(rule), &request);
    }
    let suffix = site.index_document.as_ref().map_or("", |index| index.suffix.as_str());
    let index = request.path.is_empty() || request.path.ends_with('/');
    let key = if index { format!("{}{suffix}", request.path) } else { request.path.clone() };
    let fail = match read(platform, ctx, &request, &key, true).await {
        Ok(Found { redirect: Some(location), .. }) => {
            return WebPage::Redirect { status: 301, location };
        }
        Ok(found) => return found.page(None),
        Err(fail) if fail.status() == 304 => return WebPage::Failed(fail, None),
        Err(fail) => fail,
    };
    if !index && is_folder(platform, ctx, &request, suffix).await {
        let location = format!("/{}/", utf8_percent_encode(&request.path, PATH));
        return WebPage::Redirect { status: 302, location };
    }
    let status = fail.status();
    if let Some(rule) = rules.iter().find(|rule| applies(rule, &request.path, Some(status))) {
        return redirect(&rule.redirect, prefix(rule), &request);
    }
    // What went wrong here is not the site's to explain.
    let Some(document) = site.error_document.filter(|_| (400..500).contains(&status)) else {
        return WebPage::Failed(fail, None);
    };
    match read(platform, ctx, &request, &document.key, false).await {
        Ok(found) => found.page(Some(status)),
        Err(second) => WebPage::Failed(fail, Some(second)),
    }
}

fn configuration(ctx: &Ctx, name: &str) -> Result<WebsiteConfiguration> {
    ctx.read(|tx| {
        let bucket = BUCKETS.get(tx, name)?.ok_or_else(|| error::no_such_bucket(name))?;
        let site = settings::get(tx, (name, &bucket), Setting::Website)?;
        site.ok_or_else(|| error::no_such_website(name))
    })
}

/// An object as it was read.
enum Read {
    Whole(Box<GetObjectOutput>),
    Headers(Box<HeadObjectOutput>),
}

struct Found {
    read: Read,
    /// Where the object sends who reads it.
    redirect: Option<String>,
}

impl Found {
    fn page(self, status: Option<u16>) -> WebPage {
        match self.read {
            Read::Whole(output) => WebPage::Object { status, schema: GetObject::SCHEMA, output },
            Read::Headers(output) => WebPage::Object { status, schema: HeadObject::SCHEMA, output },
        }
    }
}

/// Reads an object as the request asks, or all of it.
async fn read(
    platform: &Platform,
    ctx: &Ctx,
    request: &PageRequest,
    key: &str,
    as_asked: bool,
) -> Result<Found> {
    let header = |name: &str| {
        let found = request.headers.iter().find(|(known, _)| as_asked && *known == name);
        found.map(|(_, value)| value.clone())
    };
    let date = |name| header(name).as_deref().and_then(Timestamp::parse_http_date);
    if request.head {
        let input = HeadObjectInput {
            bucket: request.site.clone(),
            key: key.to_owned(),
            if_match: header("if-match"),
            if_none_match: header("if-none-match"),
            if_modified_since: date("if-modified-since"),
            if_unmodified_since: date("if-unmodified-since"),
            ..HeadObjectInput::default()
        };
        let output = platform.run_as::<HeadObject>(ctx, input).await?;
        let redirect = output.website_redirect_location.clone();
        return Ok(Found { read: Read::Headers(Box::new(output)), redirect });
    }
    let input = GetObjectInput {
        bucket: request.site.clone(),
        key: key.to_owned(),
        if_match: header("if-match"),
        if_none_match: header("if-none-match"),
        if_modified_since: date("if-modified-since"),
        if_unmodified_since: date("if-unmodified-since"),
        range: header("range"),
        ..GetObjectInput::default()
    };
    let output = platform.run_as::<GetObject>(ctx, input).await?;
    let redirect = output.website_redirect_location.clone();
    Ok(Found { read: Read::Whole(Box::new(output)), redirect })
}

/// Whether a path lacks only the slash that its index stands behind.
async fn is_folder(platform: &Platform, ctx: &Ctx, request: &PageRequest, suffix: &str) -> bool {
    let input = HeadObjectInput {
        bucket: request.site.clone(),
        key: format!("{}/{suffix}", request.path),
        ..HeadObjectInput::default()
    };
    platform.run_as::<HeadObject>(ctx, input).await.is_ok()
}

/// Whether a rule is for a path, before it was read or after that failed so.
fn applies(rule: &RoutingRule, path: &str, failed: Option<u16>) -> bool {
    let Some(condition) = &rule.condition else { return failed.is_none() };
    let begins =
        condition.key_prefix_equals.as_ref().is_none_or(|prefix| path.starts_with(prefix.as_str()));
    let code = condition.http_error_code_returned_equals.as_deref();
    begins && code.and_then(|code| code.parse().ok()) == failed
}

fn prefix(rule: &RoutingRule) -> Option<&str> {
    rule.condition.as_ref()?.key_prefix_equals.as_deref()
}

fn redirect(to: &Redirect, prefix: Option<&str>, request: &PageRequest) -> WebPage {
    let host = to.host_name.as_deref().unwrap_or(&request.host);
    let protocol = to.protocol.map_or("http", |protocol| protocol.as_str());
    let encoded = |path: &str| utf8_percent_encode(path, PATH).to_string();
    // What a rule puts in stays as it is: it may be the begin of a query, or of a fragment.
    let path = match (&to.replace_key_with, &to.replace_key_prefix_with) {
        (Some(key), _) => key.clone(),
        (None, Some(other)) => {
            let prefix = prefix.unwrap_or_default();
            let rest = request.path.strip_prefix(prefix).unwrap_or(&request.path);
            format!("{other}{}", encoded(rest))
        }
        (None, None) => encoded(&request.path),
    };
    let status = to.http_redirect_code.as_deref().and_then(|code| code.parse().ok());
    let location = format!("{protocol}://{host}/{path}");
    WebPage::Redirect { status: status.unwrap_or(301), location }
}

#[cfg(test)]
mod tests {
    use s3_api::{Condition, Protocol};

    use super::*;

    fn asked(path: &str) -> PageRequest {
        PageRequest {
            site: "b".to_owned(),
            path: path.to_owned(),
            host: "b.s3-website.localhost:4566".to_owned(),
            head: false,
            headers: Vec::new(),
        }
    }

    fn location(to: &Redirect, prefix: Option<&str>, path: &str) -> (u16, String) {
        match redirect(to, prefix, &asked(path)) {
            WebPage::Redirect { status, location } => (status, location),
            _ => panic!("no redirect"),
        }
    }

    #[test]
    fn rules_change_what_they_say_of_an_address() {
        let here = "http://b.s3-website.localhost:4566";
        let replaced = Redirect {
            replace_key_prefix_with: Some("documents/".to_owned()),
            ..Redirect::default()
        };
        let (status, to) = location(&replaced, Some("docs/"), "docs/a b");
        assert_eq!((status, to), (301, format!("{here}/documents/a%20b")));
        let app = Redirect { replace_key_prefix_with: Some("#!/".to_owned()), ..replaced };
        assert_eq!(location(&app, None, "a/b").1, format!("{here}/#!/a/b"));
        let other = Redirect {
            host_name: Some("example.com".to_owned()),
            protocol: Some(Protocol::Https),
            http_redirect_code: Some("307".to_owned()),
            replace_key_with: Some("gone.html?x=1".to_owned()),
            ..Redirect::default()
        };
        let expected = (307, "https://example.com/gone.html?x=1".to_owned());
        assert_eq!(location(&other, None, "a"), expected);
    }

    #[test]
    fn rules_are_for_paths_or_for_failures() {
        let rule = |prefix: Option<&str>, code: Option<&str>| RoutingRule {
            condition: Some(Condition {
                key_prefix_equals: prefix.map(str::to_owned),
                http_error_code_returned_equals: code.map(str::to_owned),
            }),
            ..RoutingRule::default()
        };
        assert!(applies(&rule(Some("a/"), None), "a/b", None));
        assert!(!applies(&rule(Some("a/"), None), "a/b", Some(404)));
        assert!(applies(&rule(Some("a/"), Some("404")), "a/b", Some(404)));
        assert!(!applies(&rule(Some("a/"), Some("404")), "b", Some(404)));
        assert!(!applies(&rule(None, Some("404")), "b", Some(403)));
        assert!(applies(&RoutingRule::default(), "b", None));
    }
}
