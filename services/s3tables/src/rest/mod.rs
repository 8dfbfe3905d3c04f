//! The Iceberg REST catalog of a table bucket: the same operations under the names and in the words of
//! its specification.
//!
//! AWS: tables cannot be staged, are dropped for good or not at all, and live where the service puts
//! them; here it is the same.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-open-source.html>
//! <https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml>

mod answer;
mod commit;
mod namespaces;
mod tables;

use futures::FutureExt;
use futures::future::BoxFuture;
use platform::{Ctx, Endpoint, EndpointAnswer, EndpointRequest, Fail, Platform, Result};
use serde_json::json;

use self::answer::ok;
use crate::error;

/// The catalog.
pub(crate) struct Catalog;

/// What it does, as the specification lists it.
const ENDPOINTS: [&str; 13] = [
    "GET /v1/{prefix}/namespaces",
    "POST /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "DELETE /v1/{prefix}/namespaces/{namespace}",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/tables",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/tables/rename",
    "GET /v1/config",
];

/// What it does not do, as the ends of paths of the specification.
const REFUSED: [&str; 8] =
    ["properties", "register", "views", "metrics", "plan", "tasks", "credentials", "commit"];

/// A request, with who asks and what serves.
pub(crate) struct Asked<'a> {
    platform: &'a Platform,
    ctx: &'a Ctx,
    /// The ARN of the table bucket.
    bucket: &'a str,
    request: &'a EndpointRequest,
}

impl Asked<'_> {
    /// A value of the query, if it says something.
    fn query(&self, name: &str) -> Option<&str> {
        let mut pairs = self.request.query.iter();
        let (_, value) = pairs.find(|(key, _)| key == name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The body, as what it should be.
    fn body<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        let bad = |cause| error::invalid(format!("Cannot parse the request body: {cause}"));
        serde_json::from_slice(&self.request.body).map_err(bad)
    }

    /// The size of a page, if it is said.
    fn page_size(&self) -> Result<Option<i32>> {
        let Some(said) = self.query("pageSize") else { return Ok(None) };
        match said.parse() {
            Ok(size) if (1..=1000).contains(&size) => Ok(Some(size)),
            _ => Err(error::invalid("pageSize must be between 1 and 1000.")),
        }
    }
}

/// A namespace as paths write it.
fn namespace(text: &str) -> Result<String> {
    // Levels are parted by the unit separator.
    match text.contains('\u{1f}') || text.is_empty() {
        true => Err(error::invalid("A namespace has one level.")),
        false => Ok(text.to_owned()),
    }
}

/// A namespace as bodies write it.
fn of_levels(levels: Vec<String>) -> Result<String> {
    match <[String; 1]>::try_from(levels) {
        Ok([one]) => namespace(&one),
        Err(_) => Err(error::invalid("A namespace has one level.")),
    }
}

impl Endpoint for Catalog {
    fn prefix(&self) -> &'static str {
        "/iceberg/"
    }

    fn serve<'a>(
        &'a self,
        platform: &'a Platform,
        ctx: &'a Ctx,
        request: EndpointRequest,
    ) -> BoxFuture<'a, Result<EndpointAnswer>> {
        async move { route(platform, ctx, &request).await }.boxed()
    }

    fn refuse(&self, fail: &Fail) -> EndpointAnswer {
        answer::refusal(fail)
    }
}

async fn route(
    platform: &Platform,
    ctx: &Ctx,
    request: &EndpointRequest,
) -> Result<EndpointAnswer> {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    let (bucket, rest) = match path.as_slice() {
        ["v1", "config"] if request.method == "GET" => {
            let asked = Asked { platform, ctx, bucket: "", request };
            return config(&asked);
        }
        ["v1", bucket, rest @ ..] => (*bucket, rest),
        _ => return Err(unknown(request)),
    };
    let asked = Asked { platform, ctx, bucket, request };
    match (request.method.as_str(), rest) {
        ("GET", ["namespaces"]) => namespaces::list(&asked).await,
        ("POST", ["namespaces"]) => namespaces::create(&asked).await,
        ("GET", ["namespaces", name]) => namespaces::load(&asked, name).await,
        ("HEAD", ["namespaces", name]) => namespaces::exists(&asked, name).await,
        ("DELETE", ["namespaces", name]) => namespaces::drop(&asked, name).await,
        ("GET", ["namespaces", name, "tables"]) => tables::list(&asked, name).await,
        ("POST", ["namespaces", name, "tables"]) => tables::create(&asked, name).await,
        ("GET", ["namespaces", name, "tables", table]) => tables::load(&asked, name, table).await,
        ("POST", ["namespaces", name, "tables", table]) => {
            commit::commit(&asked, name, table).await
        }
        ("HEAD", ["namespaces", name, "tables", table]) => {
            tables::exists(&asked, name, table).await
        }
        ("DELETE", ["namespaces", name, "tables", table]) => {
            tables::drop(&asked, name, table).await
        }
        ("POST", ["tables", "rename"]) => tables::rename(&asked).await,
        (_, [.., last]) if REFUSED.contains(last) || rest.contains(&"views") => {
            let message = format!(
                "{} of {last} is not supported by this version of Aquifer.",
                request.method
            );
            Err(Fail::new("NotImplemented", 501, message))
        }
        _ => Err(unknown(request)),
    }
}

fn unknown(request: &EndpointRequest) -> Fail {
    let path = request.path.join("/");
    Fail::new("BadRequestException", 400, format!("No route for {} /{path}", request.method))
}

/// What a client has to know of a warehouse, which is a table bucket.
fn config(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    let warehouse = asked.query("warehouse");
    let warehouse = warehouse.ok_or_else(|| error::invalid("A warehouse must be specified."))?;
    let place = crate::find::place(asked.ctx, warehouse)?;
    place.ctx.read(|tx| crate::store::bucket(tx, &place.bucket))?;
    let prefix = warehouse.replace(':', "%3A").replace('/', "%2F");
    Ok(ok(&json!({
        "defaults": {},
        "overrides": { "prefix": prefix },
        "endpoints": ENDPOINTS,
    })))
}
