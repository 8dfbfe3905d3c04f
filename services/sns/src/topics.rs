//! Finding the topic a request means, and changing it.

use platform::{Ctx, Fail, ReadTx, Result};

use crate::store::{TOPICS, Topic};
use crate::{error, names};

/// A topic by its name.
///
/// # Errors
/// `NotFound`.
pub(crate) fn get(tx: &ReadTx<'_>, name: &str) -> Result<Topic> {
    TOPICS.get(tx, name)?.ok_or_else(error::no_topic)
}

/// Changes the row of a topic.
///
/// # Errors
/// `NotFound`, and what the change answers.
pub(crate) async fn change(
    ctx: &Ctx,
    arn: &str,
    change: impl FnOnce(&mut Topic, &str) -> Result<()>,
) -> Result<()> {
    let (ctx, name) = names::topic(ctx, "TopicArn", arn)?;
    ctx.write(|tx| {
        let mut topic = get(tx, &name)?;
        change(&mut topic, arn)?;
        TOPICS.put(tx, &name, &topic)?;
        Ok::<_, Fail>(())
    })
    .await
}
