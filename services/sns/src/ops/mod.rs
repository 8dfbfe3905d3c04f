//! The operations, one file each; registered in the order of AWS's reference.

mod add_permission;
mod confirm_subscription;
mod create_topic;
mod delete_topic;
mod get_subscription_attributes;
mod get_topic_attributes;
mod list_subscriptions;
mod list_subscriptions_by_topic;
mod list_tags_for_resource;
mod list_topics;
mod publish;
mod publish_batch;
mod remove_permission;
mod set_subscription_attributes;
mod set_topic_attributes;
mod subscribe;
mod tag_resource;
mod unsubscribe;
mod untag_resource;

use platform::ServiceBuilder;

use crate::Sns;

pub(crate) fn register(room: ServiceBuilder<Sns>) -> ServiceBuilder<Sns> {
    room.op::<sns_api::AddPermission>()
        .op::<sns_api::ConfirmSubscription>()
        .op::<sns_api::CreateTopic>()
        .op::<sns_api::DeleteTopic>()
        .op::<sns_api::GetSubscriptionAttributes>()
        .op::<sns_api::GetTopicAttributes>()
        .op::<sns_api::ListSubscriptions>()
        .op::<sns_api::ListSubscriptionsByTopic>()
        .op::<sns_api::ListTagsForResource>()
        .op::<sns_api::ListTopics>()
        .op::<sns_api::Publish>()
        .op::<sns_api::PublishBatch>()
        .op::<sns_api::RemovePermission>()
        .op::<sns_api::SetSubscriptionAttributes>()
        .op::<sns_api::SetTopicAttributes>()
        .op::<sns_api::Subscribe>()
        .op::<sns_api::TagResource>()
        .op::<sns_api::Unsubscribe>()
        .op::<sns_api::UntagResource>()
}
