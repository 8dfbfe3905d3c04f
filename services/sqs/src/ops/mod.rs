//! The operations, one file each; registered in the order of AWS's reference.

mod add_permission;
mod cancel_message_move_task;
mod change_message_visibility;
mod change_message_visibility_batch;
mod create_queue;
mod delete_message;
mod delete_message_batch;
mod delete_queue;
mod get_queue_attributes;
mod get_queue_url;
mod list_dead_letter_source_queues;
mod list_message_move_tasks;
mod list_queue_tags;
mod list_queues;
mod purge_queue;
mod receive_message;
mod remove_permission;
mod send_message;
mod send_message_batch;
mod set_queue_attributes;
mod start_message_move_task;
mod tag_queue;
mod untag_queue;

use platform::ServiceBuilder;

use crate::Sqs;

pub(crate) fn register(room: ServiceBuilder<Sqs>) -> ServiceBuilder<Sqs> {
    room.op::<sqs_api::AddPermission>()
        .op::<sqs_api::CancelMessageMoveTask>()
        .op::<sqs_api::ChangeMessageVisibility>()
        .op::<sqs_api::ChangeMessageVisibilityBatch>()
        .op::<sqs_api::CreateQueue>()
        .op::<sqs_api::DeleteMessage>()
        .op::<sqs_api::DeleteMessageBatch>()
        .op::<sqs_api::DeleteQueue>()
        .op::<sqs_api::GetQueueAttributes>()
        .op::<sqs_api::GetQueueUrl>()
        .op::<sqs_api::ListDeadLetterSourceQueues>()
        .op::<sqs_api::ListMessageMoveTasks>()
        .op::<sqs_api::ListQueueTags>()
        .op::<sqs_api::ListQueues>()
        .op::<sqs_api::PurgeQueue>()
        .op::<sqs_api::ReceiveMessage>()
        .op::<sqs_api::RemovePermission>()
        .op::<sqs_api::SendMessage>()
        .op::<sqs_api::SendMessageBatch>()
        .op::<sqs_api::SetQueueAttributes>()
        .op::<sqs_api::StartMessageMoveTask>()
        .op::<sqs_api::TagQueue>()
        .op::<sqs_api::UntagQueue>()
}
