//! The Iceberg REST catalog of the data catalog: its databases are namespaces, its Iceberg tables are
//! tables.
//!
//! What a client does here is what it does by Glue's own operations, as the same caller: a commit
//! reads the table, writes metadata next to it, and has `UpdateTable` point to that if the table is
//! still the version that was read. Files are read and written as the caller too.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/connect-glu-iceberg-rest.html>

mod answer;
mod commit;
pub(crate) mod files;
mod namespaces;
mod tables;

use aquifer_iceberg::rest::Route;
use futures::FutureExt;
use futures::future::BoxFuture;
use platform::{Ctx, Endpoint, EndpointAnswer, EndpointRequest, Fail, Platform, Result};
use serde_json::json;

use self::answer::ok;
use crate::error;

pub(crate) use self::tables::{next_location, pointed};

/// The catalog.
pub(crate) struct Catalog;

/// What it does, as the specification lists it.
const ENDPOINTS: [&str; 13] = [
    "GET /v1/config",
    "GET /v1/{prefix}/namespaces",
    "POST /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "DELETE /v1/{prefix}/namespaces/{namespace}",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/register",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "DELETE /v1/{prefix}/namespaces/{namespace}/tables/{table}",
];

/// A request, with who asks and what serves.
pub(crate) struct Asked<'a> {
    platform: &'a Platform,
    ctx: &'a Ctx,
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
        match said.parse::<i32>() {
            Ok(size) if (1..=1000).contains(&size) => Ok(Some(size.min(100))),
            _ => Err(error::invalid("pageSize must be between 1 and 1000.")),
        }
    }
}

/// What the engine of tables refuses.
pub(crate) fn refused(cause: aquifer_iceberg::Error) -> Fail {
    match cause {
        aquifer_iceberg::Error::Conflict(message) => {
            glue_api::error::concurrent_modification_exception(message)
        }
        other => error::invalid(other.to_string()),
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
    let asked = Asked { platform, ctx, request };
    let (id, rest) = match path.as_slice() {
        ["v1", "config"] if request.method == "GET" => return config(&asked),
        ["v1", "catalogs", id, rest @ ..] => (*id, rest),
        _ => return Err(unknown(request)),
    };
    check_catalog(&asked, id)?;
    match Route::of(&request.method, rest).ok_or_else(|| unknown(request))? {
        Route::ListNamespaces => namespaces::list(&asked).await,
        Route::CreateNamespace => namespaces::create(&asked).await,
        Route::LoadNamespace(name) => namespaces::load(&asked, name).await,
        Route::NamespaceExists(name) => namespaces::exists(&asked, name).await,
        Route::DropNamespace(name) => namespaces::drop(&asked, name).await,
        Route::ListTables(name) => tables::list(&asked, name).await,
        Route::CreateTable(name) => tables::create(&asked, name).await,
        Route::RegisterTable(name) => tables::register(&asked, name).await,
        Route::LoadTable(name, table) => tables::load(&asked, name, table).await,
        Route::CommitTable(name, table) => commit::commit(&asked, name, table).await,
        Route::TableExists(name, table) => tables::exists(&asked, name, table).await,
        Route::DropTable(name, table) => tables::drop(&asked, name, table).await,
        Route::RenameTable => Err(absent(request, "rename")),
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

/// Refuses every catalog but the account's own: there are no others here.
fn check_catalog(asked: &Asked<'_>, id: &str) -> Result<()> {
    let own = asked.ctx.scope().account.to_string();
    if id == own || id == ":" {
        return Ok(());
    }
    let message = format!("Catalog {id} not found.");
    Err(glue_api::error::entity_not_found_exception(message))
}

/// What a client has to know of a warehouse, which is an account's catalog.
fn config(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    let own = asked.ctx.scope().account.to_string();
    let warehouse = asked.query("warehouse").unwrap_or(&own);
    check_catalog(asked, warehouse)?;
    Ok(ok(&json!({
        "defaults": {},
        "overrides": { "prefix": format!("catalogs/{own}") },
        "endpoints": ENDPOINTS,
    })))
}
