//! `PutBucketNotificationConfiguration`: says who is told of changes of a bucket's objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html>

use lambda_api::{InvocationType, Invoke};
use platform::{Ctx, Fail, Handle, Result, call_as};
use s3_api::{
    NotificationConfiguration, PutBucketNotificationConfiguration,
    PutBucketNotificationConfigurationInput, PutBucketNotificationConfigurationOutput,
};
use sns_api::Publish;
use sqs_api::{SendMessage, SendMessageInput};

use crate::model::Bucket;
use crate::notify::{self, rules};
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<PutBucketNotificationConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketNotificationConfigurationInput,
    ) -> Result<PutBucketNotificationConfigurationOutput> {
        let (name, owner) = (input.bucket.as_str(), input.expected_bucket_owner.as_ref());
        let bucket = ctx.read(|tx| store::bucket(ctx, tx, name, owner))?;
        let mut set = input.notification_configuration;
        rules::check(ctx, &bucket, &mut set)?;
        if !input.skip_destination_validation.unwrap_or_default() {
            greet(ctx, (name, &bucket), &set).await?;
        }
        let empty = set.queue_configurations.iter().flatten().next().is_none()
            && set.topic_configurations.iter().flatten().next().is_none()
            && set.lambda_function_configurations.iter().flatten().next().is_none()
            && set.event_bridge_configuration.is_none();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, owner)?;
            let place = (name, &mut bucket);
            if empty {
                settings::delete(tx, place, Setting::Notification)?;
            } else {
                settings::put(tx, place, Setting::Notification, set)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketNotificationConfigurationOutput {})
    }
}

/// Sends a message to each queue and topic that is to be told, which shows whether it may be, and
/// asks of each function whether it may be called.
async fn greet(
    ctx: &Ctx,
    (name, bucket): (&str, &Bucket),
    set: &NotificationConfiguration,
) -> Result<()> {
    for queue in set.queue_configurations.iter().flatten() {
        let refused = || rules::no_destination(&queue.queue_arn);
        let (target, queue_url) = notify::queue_of(&queue.queue_arn).ok_or_else(refused)?;
        let message_body = notify::test_event(ctx, name);
        let input = SendMessageInput { queue_url, message_body, ..SendMessageInput::default() };
        let who = notify::on_behalf(name, bucket, target);
        match call_as::<SendMessage>(ctx, &who, input).await {
            Err(fail) if fail.status() < 500 => return Err(refused()),
            sent => sent.map(drop)?,
        }
    }
    for topic in set.topic_configurations.iter().flatten() {
        let refused = || rules::no_destination(&topic.topic_arn);
        let target = notify::topic_of(&topic.topic_arn).ok_or_else(refused)?;
        let letter = notify::letter(&topic.topic_arn, notify::test_event(ctx, name));
        match call_as::<Publish>(ctx, &notify::on_behalf(name, bucket, target), letter).await {
            Err(fail) if fail.status() < 500 => return Err(refused()),
            sent => sent.map(drop)?,
        }
    }
    for function in set.lambda_function_configurations.iter().flatten() {
        let arn = &function.lambda_function_arn;
        let refused = || rules::no_function(arn);
        let target = notify::function_of(arn).ok_or_else(refused)?;
        let call = notify::call_of(arn, InvocationType::DryRun, notify::test_event(ctx, name));
        match call_as::<Invoke>(ctx, &notify::on_behalf(name, bucket, target), call).await {
            Err(fail) if fail.status() < 500 => return Err(refused()),
            asked => asked.map(drop)?,
        }
    }
    Ok(())
}
