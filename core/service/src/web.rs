//! What a room answers to browsers, beyond the operations of its model: forms, questions of pages
//! of other sites, and pages of its own.

use aquifer_ctx::Ctx;
use aquifer_schema::{OperationSchema, Structure};
use aquifer_wire::WireError;
use futures::future::BoxFuture;

use crate::fail::{Fail, Result};
use crate::pipeline::Platform;
/// A form that a browser posts, as far as its file.
pub struct Form {
    /// Names and values, as they were sent.
    pub fields: Vec<(String, String)>,
    /// What the browser calls the file.
    pub file_name: Option<String>,
}

/// The request that a form stands for.
pub struct Posted {
    /// The operation it is.
    pub operation: &'static str,
    pub key: String,
    /// Headers that such a request would have.
    pub headers: Vec<(String, String)>,
    /// How small and how large the file may be.
    pub length: Option<(u64, u64)>,
    pub success: Success,
}

/// How a form wants to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Success {
    Status(u16),
    /// By sending the browser elsewhere.
    Redirect(String),
}

/// A question of a page: what it may do to a resource, by its headers.
pub struct CrossOrigin<'a> {
    /// `GET`; for a question in advance, the method that is asked about.
    pub method: &'a str,
    pub origin: &'a str,
    /// The headers that are asked about in advance.
    pub headers: &'a [String],
}

/// Headers of an answer.
pub type Headers = Vec<(&'static str, String)>;

/// A request for a page of a website.
pub struct PageRequest {
    pub site: String,
    /// Decoded, without the slash it begins with.
    pub path: String,
    /// The host as the request names it.
    pub host: String,
    /// Whether only the headers are wanted.
    pub head: bool,
    /// Conditions and the range of the request, by names in lower case.
    pub headers: Vec<(&'static str, String)>,
}

/// A page of a website.
pub enum WebPage {
    /// What an operation of the room answered, under this status if not its own.
    Object {
        status: Option<u16>,
        schema: &'static OperationSchema,
        output: Box<dyn Structure>,
    },
    Redirect {
        status: u16,
        location: String,
    },
    /// Why there is none; and why there is none to say so, where the site has one for that.
    Failed(Fail, Option<Fail>),
}

/// A room that answers browsers.
pub trait Web: Send + Sync {
    /// The request that a form stands for, if it keeps to its own policy.
    ///
    /// # Errors
    /// What is wrong with the form.
    fn form(&self, ctx: &Ctx, resource: &str, form: Form) -> Result<Posted>;

    /// What a page of another site may know of an answer; `None` where no rule allows it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn cross_origin(
        &self,
        ctx: &Ctx,
        resource: &str,
        asked: &CrossOrigin<'_>,
    ) -> Result<Option<Headers>>;

    /// The answer to a page that asks in advance.
    ///
    /// # Errors
    /// The refusal, with its sentence.
    fn preflight(&self, ctx: &Ctx, path: &str, asked: &CrossOrigin<'_>) -> Result<Headers>;

    /// A page of a website.
    fn page<'a>(
        &'a self,
        platform: &'a Platform,
        ctx: &'a Ctx,
        request: PageRequest,
    ) -> BoxFuture<'a, WebPage>;

    /// Whether a request may come by the host that speeds transfers up.
    ///
    /// # Errors
    /// The refusal, with its sentence.
    fn accelerate(&self, ctx: &Ctx, resource: Option<&str>) -> Result<()>;

    /// Counts bytes that were transferred by that host.
    fn accelerated(&self, ctx: &Ctx, resource: &str, bytes: u64);
}

/// Reads an XML document that stands within a request.
///
/// # Errors
/// What is wrong with it.
pub fn from_xml<T: Structure + Default>(document: &str) -> Result<T, WireError> {
    let mut value = T::default();
    aquifer_wire::read_document(document.as_bytes(), &mut value)?;
    Ok(value)
}
