//! The policy language: who may do what to which resource, under which conditions.
//!
//! A [`Document`] is parsed and validated once, with an error that names the place. A [`Request`]
//! is evaluated against a [`PolicySet`], all policies that have a say, and the [`Decision`] tells
//! the outcome, the layer that decided, and the statements responsible.
//!
//! The language is a matter of principals, actions, resources and condition keys, all of them
//! plain text here: no service, action or key is known by name, except the global keys that
//! describe the caller himself ([`Principal::describe_in`]). Which policies are attached to whom,
//! how requests become actions and resources, and what a refusal says are the caller's business.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod condition;
mod decision;
mod document;
mod error;
mod evaluate;
mod json;
mod parse;
mod pattern;
mod principal;
mod request;
mod trust;
mod value;
mod wildcard;

pub use decision::{Decision, Layer, Matched, Outcome, Reason};
pub use document::{DOCUMENT_LEN_MAX, Document, DocumentKind, Effect, Statement, quota_len};
pub use error::{PolicyError, PolicyErrorKind};
pub use evaluate::{Attached, PolicySet, ResourceRule};
pub use request::{Context, Principal, PrincipalKind, Request};
pub use trust::service_may_assume;
pub use wildcard::Wildcard;

#[cfg(test)]
mod tests;
