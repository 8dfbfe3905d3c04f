//! The operations, one file each; registered in the order of AWS's reference.

mod create_log_group;
mod create_log_stream;
mod delete_log_group;
mod delete_log_stream;
mod delete_retention_policy;
mod describe_log_groups;
mod describe_log_streams;
mod filter_log_events;
mod get_log_events;
mod list_tags_for_resource;
mod put_log_events;
mod put_retention_policy;
mod tag_resource;
mod untag_resource;

use platform::ServiceBuilder;

use crate::Logs;

pub(crate) fn register(room: ServiceBuilder<Logs>) -> ServiceBuilder<Logs> {
    room.op::<logs_api::CreateLogGroup>()
        .op::<logs_api::CreateLogStream>()
        .op::<logs_api::DeleteLogGroup>()
        .op::<logs_api::DeleteLogStream>()
        .op::<logs_api::DeleteRetentionPolicy>()
        .op::<logs_api::DescribeLogGroups>()
        .op::<logs_api::DescribeLogStreams>()
        .op::<logs_api::FilterLogEvents>()
        .op::<logs_api::GetLogEvents>()
        .op::<logs_api::ListTagsForResource>()
        .op::<logs_api::PutLogEvents>()
        .op::<logs_api::PutRetentionPolicy>()
        .op::<logs_api::TagResource>()
        .op::<logs_api::UntagResource>()
}
