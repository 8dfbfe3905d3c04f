//! Table buckets and their settings.

mod create_table_bucket;
mod delete_table_bucket;
mod delete_table_bucket_encryption;
mod delete_table_bucket_policy;
mod get_table_bucket;
mod get_table_bucket_encryption;
mod get_table_bucket_maintenance_configuration;
mod get_table_bucket_policy;
mod get_table_bucket_storage_class;
mod list_table_buckets;
mod put_table_bucket_encryption;
mod put_table_bucket_maintenance_configuration;
mod put_table_bucket_policy;

use platform::ServiceBuilder;
use s3tables_api as api;

use crate::S3Tables;

pub(crate) use create_table_bucket::NO_CLASSES;

pub(crate) fn register(room: ServiceBuilder<S3Tables>) -> ServiceBuilder<S3Tables> {
    room.op::<api::CreateTableBucket>()
        .op::<api::DeleteTableBucket>()
        .op::<api::DeleteTableBucketEncryption>()
        .op::<api::DeleteTableBucketPolicy>()
        .op::<api::GetTableBucket>()
        .op::<api::GetTableBucketEncryption>()
        .op::<api::GetTableBucketMaintenanceConfiguration>()
        .op::<api::GetTableBucketPolicy>()
        .op::<api::GetTableBucketStorageClass>()
        .op::<api::ListTableBuckets>()
        .op::<api::PutTableBucketEncryption>()
        .op::<api::PutTableBucketMaintenanceConfiguration>()
        .op::<api::PutTableBucketPolicy>()
}
