//! Operations on buckets.

mod create_bucket;
mod delete_bucket;
mod delete_bucket_analytics_configuration;
mod delete_bucket_cors;
mod delete_bucket_encryption;
mod delete_bucket_intelligent_tiering_configuration;
mod delete_bucket_inventory_configuration;
mod delete_bucket_lifecycle;
mod delete_bucket_metrics_configuration;
mod delete_bucket_ownership_controls;
mod delete_bucket_policy;
mod delete_bucket_replication;
mod delete_bucket_tagging;
mod delete_bucket_website;
mod delete_public_access_block;
mod get_bucket_accelerate_configuration;
mod get_bucket_acl;
mod get_bucket_analytics_configuration;
mod get_bucket_cors;
mod get_bucket_encryption;
mod get_bucket_intelligent_tiering_configuration;
mod get_bucket_inventory_configuration;
mod get_bucket_lifecycle_configuration;
mod get_bucket_location;
mod get_bucket_logging;
mod get_bucket_metrics_configuration;
mod get_bucket_notification_configuration;
mod get_bucket_ownership_controls;
mod get_bucket_policy;
mod get_bucket_policy_status;
mod get_bucket_replication;
mod get_bucket_request_payment;
mod get_bucket_tagging;
mod get_bucket_versioning;
mod get_bucket_website;
mod get_object_lock_configuration;
mod get_public_access_block;
mod head_bucket;
mod list_bucket_analytics_configurations;
mod list_bucket_intelligent_tiering_configurations;
mod list_bucket_inventory_configurations;
mod list_bucket_metrics_configurations;
mod list_buckets;
mod put_bucket_accelerate_configuration;
mod put_bucket_acl;
mod put_bucket_analytics_configuration;
mod put_bucket_cors;
mod put_bucket_encryption;
mod put_bucket_intelligent_tiering_configuration;
mod put_bucket_inventory_configuration;
mod put_bucket_lifecycle_configuration;
mod put_bucket_logging;
mod put_bucket_metrics_configuration;
mod put_bucket_notification_configuration;
mod put_bucket_ownership_controls;
mod put_bucket_policy;
mod put_bucket_replication;
mod put_bucket_request_payment;
mod put_bucket_tagging;
mod put_bucket_versioning;
mod put_bucket_website;
mod put_object_lock_configuration;
mod put_public_access_block;
mod selections;

use platform::ServiceBuilder;

use crate::S3;

pub(crate) fn register(room: ServiceBuilder<S3>) -> ServiceBuilder<S3> {
    room.op::<s3_api::CreateBucket>()
        .op::<s3_api::DeleteBucket>()
        .op::<s3_api::DeleteBucketAnalyticsConfiguration>()
        .op::<s3_api::DeleteBucketCors>()
        .op::<s3_api::DeleteBucketEncryption>()
        .op::<s3_api::DeleteBucketIntelligentTieringConfiguration>()
        .op::<s3_api::DeleteBucketInventoryConfiguration>()
        .op::<s3_api::DeleteBucketLifecycle>()
        .op::<s3_api::DeleteBucketMetricsConfiguration>()
        .op::<s3_api::DeleteBucketOwnershipControls>()
        .op::<s3_api::DeleteBucketPolicy>()
        .op::<s3_api::DeleteBucketReplication>()
        .op::<s3_api::DeleteBucketTagging>()
        .op::<s3_api::DeleteBucketWebsite>()
        .op::<s3_api::DeletePublicAccessBlock>()
        .op::<s3_api::GetBucketAccelerateConfiguration>()
        .op::<s3_api::GetBucketAcl>()
        .op::<s3_api::GetBucketAnalyticsConfiguration>()
        .op::<s3_api::GetBucketCors>()
        .op::<s3_api::GetBucketEncryption>()
        .op::<s3_api::GetBucketIntelligentTieringConfiguration>()
        .op::<s3_api::GetBucketInventoryConfiguration>()
        .op::<s3_api::GetBucketLifecycleConfiguration>()
        .op::<s3_api::GetBucketLocation>()
        .op::<s3_api::GetBucketLogging>()
        .op::<s3_api::GetBucketMetricsConfiguration>()
        .op::<s3_api::GetBucketNotificationConfiguration>()
        .op::<s3_api::GetBucketOwnershipControls>()
        .op::<s3_api::GetBucketPolicy>()
        .op::<s3_api::GetBucketPolicyStatus>()
        .op::<s3_api::GetBucketReplication>()
        .op::<s3_api::GetBucketRequestPayment>()
        .op::<s3_api::GetBucketTagging>()
        .op::<s3_api::GetBucketVersioning>()
        .op::<s3_api::GetBucketWebsite>()
        .op::<s3_api::GetObjectLockConfiguration>()
        .op::<s3_api::GetPublicAccessBlock>()
        .op::<s3_api::HeadBucket>()
        .op::<s3_api::ListBucketAnalyticsConfigurations>()
        .op::<s3_api::ListBucketIntelligentTieringConfigurations>()
        .op::<s3_api::ListBucketInventoryConfigurations>()
        .op::<s3_api::ListBucketMetricsConfigurations>()
        .op::<s3_api::ListBuckets>()
        .op::<s3_api::PutBucketAccelerateConfiguration>()
        .op::<s3_api::PutBucketAcl>()
        .op::<s3_api::PutBucketAnalyticsConfiguration>()
        .op::<s3_api::PutBucketCors>()
        .op::<s3_api::PutBucketEncryption>()
        .op::<s3_api::PutBucketIntelligentTieringConfiguration>()
        .op::<s3_api::PutBucketInventoryConfiguration>()
        .op::<s3_api::PutBucketLifecycleConfiguration>()
        .op::<s3_api::PutBucketLogging>()
        .op::<s3_api::PutBucketMetricsConfiguration>()
        .op::<s3_api::PutBucketNotificationConfiguration>()
        .op::<s3_api::PutBucketOwnershipControls>()
        .op::<s3_api::PutBucketPolicy>()
        .op::<s3_api::PutBucketReplication>()
        .op::<s3_api::PutBucketRequestPayment>()
        .op::<s3_api::PutBucketTagging>()
        .op::<s3_api::PutBucketVersioning>()
        .op::<s3_api::PutBucketWebsite>()
        .op::<s3_api::PutObjectLockConfiguration>()
        .op::<s3_api::PutPublicAccessBlock>()
}

pub(crate) use put_bucket_tagging::tags;

pub(crate) use platform::canonical_user_id as canonical_id;
