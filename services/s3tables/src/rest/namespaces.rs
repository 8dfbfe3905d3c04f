//! Namespaces.

use aquifer_iceberg::rest::NewNamespace;
use platform::{EndpointAnswer, Result};
use s3tables_api::{
    CreateNamespace, CreateNamespaceInput, DeleteNamespace, DeleteNamespaceInput, GetNamespace,
    GetNamespaceInput, ListNamespaces, ListNamespacesInput,
};
use serde_json::json;

use super::answer::{done, ok};
use super::{Asked, namespace};
use crate::create::refused;
use crate::error;

/// All of them; a namespace has none within.
pub(super) async fn list(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    if let Some(parent) = asked.query("parent") {
        get(asked, parent).await?;
        return Ok(ok(&json!({ "namespaces": [] })));
    }
    let input = ListNamespacesInput {
        table_bucket_arn: asked.bucket.to_owned(),
        continuation_token: asked.query("pageToken").map(str::to_owned),
        max_namespaces: asked.page_size()?,
        ..Default::default()
    };
    let page = asked.platform.run_as::<ListNamespaces>(asked.ctx, input).await?;
    let names: Vec<_> = page.namespaces.into_iter().map(|summary| summary.namespace).collect();
    Ok(ok(&json!({ "namespaces": names, "next-page-token": page.continuation_token })))
}

/// A new one.
pub(super) async fn create(asked: &Asked<'_>) -> Result<EndpointAnswer> {
    let new: NewNamespace = asked.body()?;
    if new.properties.as_ref().is_some_and(|properties| !properties.is_empty()) {
        return Err(error::invalid("Namespace properties are not supported."));
    }
    let name = new.name().map_err(refused)?;
    let input = CreateNamespaceInput {
        table_bucket_arn: asked.bucket.to_owned(),
        namespace: vec![name.clone()],
    };
    asked.platform.run_as::<CreateNamespace>(asked.ctx, input).await?;
    Ok(ok(&json!({ "namespace": [name], "properties": {} })))
}

async fn get(asked: &Asked<'_>, name: &str) -> Result<s3tables_api::GetNamespaceOutput> {
    let table_bucket_arn = asked.bucket.to_owned();
    let input = GetNamespaceInput { table_bucket_arn, namespace: namespace(name)? };
    asked.platform.run_as::<GetNamespace>(asked.ctx, input).await
}

/// What one is.
pub(super) async fn load(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    let found = get(asked, name).await?;
    Ok(ok(&json!({ "namespace": found.namespace, "properties": {} })))
}

/// Whether one is there.
pub(super) async fn exists(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    get(asked, name).await.map(|_| done())
}

/// An empty one goes.
pub(super) async fn drop(asked: &Asked<'_>, name: &str) -> Result<EndpointAnswer> {
    let table_bucket_arn = asked.bucket.to_owned();
    let input = DeleteNamespaceInput { table_bucket_arn, namespace: namespace(name)? };
    asked.platform.run_as::<DeleteNamespace>(asked.ctx, input).await.map(|_| done())
}
