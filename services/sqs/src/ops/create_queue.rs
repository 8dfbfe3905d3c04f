//! `CreateQueue`: a new queue, or the one that is there with the same attributes.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>

use std::time::Duration;

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{CreateQueue, CreateQueueInput, CreateQueueOutput};

use crate::store::{DELETED, QUEUES, Queue};
use crate::{Sqs, attributes, error, names, redrive, tagging};

/// For this long the name of a deleted queue is nobody's.
const GONE: Duration = Duration::from_secs(60);

impl Handle<CreateQueue> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: CreateQueueInput) -> Result<CreateQueueOutput> {
        let name = input.queue_name;
        let given = input.attributes.unwrap_or_default();
        let fifo = given.get("FifoQueue").is_some_and(|value| value == "true");
        names::check(&name, fifo)?;
        let given = attributes::check(&given, fifo)?;
        let now = ctx.now();
        let mut queue = Queue {
            name: name.clone(),
            id: ctx.ids().number(),
            created: now,
            modified: now,
            attributes: Default::default(),
            tags: Default::default(),
            purged: None,
        };
        attributes::set(&mut queue, given.clone());
        attributes::check_together(&queue)?;
        tagging::set(&mut queue, input.tags.unwrap_or_default())?;
        let url = names::url(ctx, &name);
        ctx.write(|tx| {
            if let Some(there) = QUEUES.get(tx, &name)? {
                let shown = there.shown("");
                let set = |name: &str| shown.get(name).map_or("", String::as_str);
                return match given.iter().find(|(name, value)| set(name) != value.as_str()) {
                    Some((attribute, _)) => Err(error::name_exists(attribute)),
                    None => Ok(()),
                };
            }
            let deleted = DELETED.get(tx, &name)?;
            if deleted.is_some_and(|at| now < at + GONE) {
                return Err(error::deleted_recently());
            }
            redrive::check_target(tx, &queue)?;
            redrive::note_source(tx, &name, None, Some(&queue))?;
            DELETED.delete(tx, &name)?;
            QUEUES.put(tx, &name, &queue)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(CreateQueueOutput { queue_url: Some(url) })
    }
}
