//! Namespaces.

mod create_namespace;
mod delete_namespace;
mod get_namespace;
mod list_namespaces;

use platform::ServiceBuilder;
use s3tables_api as api;

use crate::S3Tables;

pub(crate) fn register(room: ServiceBuilder<S3Tables>) -> ServiceBuilder<S3Tables> {
    room.op::<api::CreateNamespace>()
        .op::<api::DeleteNamespace>()
        .op::<api::GetNamespace>()
        .op::<api::ListNamespaces>()
}
