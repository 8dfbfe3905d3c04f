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

use aquifer_iceberg::rest::Route;
use futures::FutureExt;
use futures::future::BoxFuture;
use platform::{Ctx, Endpoint, EndpointAnswer, EndpointRequest, Fail, Platform, Result};
use serde_json::json;

use self::answer::ok;
use crate::create::refused;
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
    aquifer_iceberg::rest::namespace(text).map_err(refused)
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
    match Route::of(&request.method, rest).ok_or_else(|| unknown(request))? {
        Route::ListNamespaces => namespaces::list(&asked).await,
        Route::CreateNamespace => namespaces::create(&asked).await,
        Route::LoadNamespace(name) => namespaces::load(&asked, name).await,
        Route::NamespaceExists(name) => namespaces::exists(&asked, name).await,
        Route::DropNamespace(name) => namespaces::drop(&asked, name).await,
        Route::ListTables(name) => tables::list(&asked, name).await,
        Route::CreateTable(name) => tables::create(&asked, name).await,
        Route::LoadTable(name, table) => tables::load(&asked, name, table).await,
        Route::CommitTable(name, table) => commit::commit(&asked, name, table).await,
        Route::TableExists(name, table) => tables::exists(&asked, name, table).await,
        Route::DropTable(name, table) => tables::drop(&asked, name, table).await,
        Route::RenameTable => tables::rename(&asked).await,
        Route::RegisterTable(_) => Err(absent(request, "register")),
        Route::ReportMetrics(..) => Err(absent(request, "metrics")),
        Route::Other(what) => Err(absent(request, what)),
    }
}

fn absent(request: &EndpointRequest, what: &str) -> Fail {
    let method = &request.method;
    let message = format!("{method} of {what} is not supported by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
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
