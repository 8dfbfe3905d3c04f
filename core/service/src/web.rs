//! What a room answers to browsers, beyond the operations of its model: forms, and questions of
//! pages of other sites.

use aquifer_ctx::Ctx;
use aquifer_schema::Structure;
use aquifer_wire::WireError;

use crate::fail::Result;
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
