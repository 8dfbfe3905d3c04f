//! Who is told of changes of objects, and what they are told.
//!
//! A delivery is written in the transaction of the change it tells of, so none is lost, and none is
//! made of a change that did not happen.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html>

mod bridge;
mod record;
pub(crate) mod replication;
pub(crate) mod rules;

pub(crate) use record::test_event;

use events_api::PutEvents;
use lambda_api::{InvocationType, Invoke, InvokeInput};
use platform::{Arn, Ctx, Fail, OnBehalf, Result, Scope, Source, WriteTx, call_later};
use s3_api::{
    Event, LambdaFunctionConfiguration, NotificationConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, TopicConfiguration,
};
use sns_api::{Publish, PublishInput};
use sqs_api::{SendMessage, SendMessageInput};

use crate::changes::{By, Change};
use crate::model::{Bucket, Version};
use crate::settings::{self, Setting};

/// S3 as the one who delivers.
pub(crate) fn on_behalf(name: &str, bucket: &Bucket, target: Scope) -> OnBehalf {
    let source =
        Source { arn: arn_of(name, bucket), account: bucket.owner.account.as_str().to_owned() };
    OnBehalf { principal: s3_api::SERVICE.principal, source, target }
}

/// The ARN of a bucket.
pub(crate) fn arn_of(name: &str, bucket: &Bucket) -> String {
    let arn = Arn::from_parts(bucket.owner.partition().as_str(), "s3", "", "", name);
    arn.map(|arn| arn.to_string()).unwrap_or_default()
}

/// What a queue is sent: an ARN as the scope and the URL's path that name the same queue.
pub(crate) fn queue_of(arn: &str) -> Option<(Scope, String)> {
    let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service() == "sqs")?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    let name = arn.resource();
    (!name.is_empty() && !name.contains([':', '/']))
        .then(|| (scope.clone(), format!("/{}/{name}", scope.account)))
}

/// Whose topic an ARN names, and in which region.
pub(crate) fn topic_of(arn: &str) -> Option<Scope> {
    let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service() == "sns")?;
    let name = arn.resource();
    let scope = Scope::new(arn.account()?, arn.region()?);
    (!name.is_empty() && !name.contains([':', '/'])).then_some(scope)
}

/// Whose function an ARN names, and in which region.
pub(crate) fn function_of(arn: &str) -> Option<Scope> {
    let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service() == "lambda")?;
    let name = arn.resource().strip_prefix("function:")?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    (!name.is_empty() && name.split(':').count() <= 2).then_some(scope)
}

/// What a function is called with.
pub(crate) fn call_of(arn: &str, kind: InvocationType, event: String) -> InvokeInput {
    InvokeInput {
        function_name: arn.to_owned(),
        invocation_type: Some(kind),
        payload: Some(event.into()),
        ..InvokeInput::default()
    }
}

/// What a topic is sent.
pub(crate) fn letter(topic_arn: &str, message: String) -> PublishInput {
    PublishInput {
        topic_arn: Some(topic_arn.to_owned()),
        subject: Some("Amazon S3 Notification".to_owned()),
        message,
        ..PublishInput::default()
    }
}

/// Puts what a bucket's documents ask for into the outbox.
pub(crate) fn note(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    change: Change,
    version: &Version,
) -> Result<()> {
    let place = (name, bucket);
    let set: Option<NotificationConfiguration> = settings::get(tx, place, Setting::Notification)?;
    let Some(set) = set else { return Ok(()) };
    if set.event_bridge_configuration.is_some() {
        let input = bridge::event(ctx, place, key, change, version);
        let who = on_behalf(name, bucket, bucket.owner.clone());
        call_later::<PutEvents>(tx, ctx.now(), &who, &input)?;
    }
    let event = name_of(change);
    let asked = |events: &[Event], filter: Option<&NotificationConfigurationFilter>| {
        let kind = events.iter().any(|wanted| rules::covers(wanted.as_str(), event));
        Ok::<_, Fail>(kind && rules::Filter::of(filter)?.passes(key))
    };
    for queue in set.queue_configurations.iter().flatten() {
        let QueueConfiguration { queue_arn, events, filter, id } = queue;
        if !asked(events, filter.as_ref())? {
            continue;
        }
        let Some((target, queue_url)) = queue_of(queue_arn) else { continue };
        let id = id.as_deref().unwrap_or_default();
        let message_body = record::records(ctx, place, key, (event, id), change, version);
        let input = SendMessageInput { queue_url, message_body, ..SendMessageInput::default() };
        call_later::<SendMessage>(tx, ctx.now(), &on_behalf(name, bucket, target), &input)?;
    }
    for topic in set.topic_configurations.iter().flatten() {
        let TopicConfiguration { topic_arn, events, filter, id } = topic;
        if !asked(events, filter.as_ref())? {
            continue;
        }
        let Some(target) = topic_of(topic_arn) else { continue };
        let id = id.as_deref().unwrap_or_default();
        let message = record::records(ctx, place, key, (event, id), change, version);
        let who = on_behalf(name, bucket, target);
        call_later::<Publish>(tx, ctx.now(), &who, &letter(topic_arn, message))?;
    }
    for function in set.lambda_function_configurations.iter().flatten() {
        let LambdaFunctionConfiguration { lambda_function_arn: arn, events, filter, id } = function;
        if !asked(events, filter.as_ref())? {
            continue;
        }
        let Some(target) = function_of(arn) else { continue };
        let id = id.as_deref().unwrap_or_default();
        let message = record::records(ctx, place, key, (event, id), change, version);
        let call = call_of(arn, InvocationType::Event, message);
        call_later::<Invoke>(tx, ctx.now(), &on_behalf(name, bucket, target), &call)?;
    }
    Ok(())
}

/// A change as those who are told of it call it.
fn name_of(change: Change) -> &'static str {
    match change {
        // AWS: replicas are put.
        Change::Created(By::Put | By::Replication) => "s3:ObjectCreated:Put",
        Change::Created(By::Post) => "s3:ObjectCreated:Post",
        Change::Created(By::Copy) => "s3:ObjectCreated:Copy",
        Change::Created(By::CompleteMultipartUpload) => "s3:ObjectCreated:CompleteMultipartUpload",
        Change::Deleted => "s3:ObjectRemoved:Delete",
        Change::MarkedDeleted => "s3:ObjectRemoved:DeleteMarkerCreated",
        Change::Expired => "s3:LifecycleExpiration:Delete",
        Change::MarkedExpired => "s3:LifecycleExpiration:DeleteMarkerCreated",
        Change::Transitioned => "s3:LifecycleTransition",
        Change::Tiered => "s3:IntelligentTiering",
        Change::RestoreBegun => "s3:ObjectRestore:Post",
        Change::Restored => "s3:ObjectRestore:Completed",
        Change::RestoreExpired => "s3:ObjectRestore:Delete",
        Change::Tagged => "s3:ObjectTagging:Put",
        Change::Untagged => "s3:ObjectTagging:Delete",
        Change::AclChanged => "s3:ObjectAcl:Put",
    }
}
