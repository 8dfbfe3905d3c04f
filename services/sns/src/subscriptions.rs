//! Finding the subscriptions a request means, and whose they are.

use platform::{Ctx, Fail, Page, ReadTx, Result};
use sns_api::Subscription as Shown;

use crate::store::{ENDPOINTS, LANES, SUBSCRIPTIONS, Subscription};
use crate::{error, names, paging};

/// What AWS tells in the place of the ARN of one that is not confirmed.
pub(crate) const PENDING: &str = "PendingConfirmation";

/// A subscription.
///
/// # Errors
/// `NotFound`.
pub(crate) fn get(tx: &ReadTx<'_>, topic: &str, id: &str) -> Result<Subscription> {
    SUBSCRIPTIONS.get(tx, &(topic, id))?.ok_or_else(error::no_subscription)
}

/// Makes sure that the caller's account owns a subscription or its topic.
///
/// # Errors
/// `AuthorizationError`.
pub(crate) fn check_owner(caller: &Ctx, topic: &Ctx, subscription: &Subscription) -> Result<()> {
    let account = caller.scope().account;
    if account == subscription.owner || account == topic.scope().account {
        return Ok(());
    }
    Err(error::not_yours(caller.operation()))
}

/// Removes a subscription. What is on its way is forgotten.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn remove(
    tx: &platform::WriteTx<'_>,
    topic: &str,
    id: &str,
    gone: &Subscription,
) -> Result<()> {
    SUBSCRIPTIONS.delete(tx, &(topic, id))?;
    ENDPOINTS.delete(tx, &(topic, gone.protocol.as_str(), gone.endpoint.as_str()))?;
    LANES.delete_prefix(tx, &(id,))?;
    Ok(())
}

/// A page of the subscriptions of a topic, or of all.
///
/// # Errors
/// AWS's refusal of tokens of other lists.
pub(crate) fn list(
    ctx: &Ctx,
    topic: Option<&str>,
    token: Option<&str>,
) -> Result<(Vec<Shown>, Option<String>)> {
    let list = format!("Subscriptions/{}", topic.unwrap_or_default());
    let after = paging::after(&list, token)?;
    let page = ctx.read(|tx| {
        let rows = SUBSCRIPTIONS.scan(tx);
        let rows = match topic {
            Some(topic) => {
                crate::topics::get(tx, topic)?;
                rows.prefix(&(topic,))
            }
            None => rows,
        };
        let rows = match after.split_once('/') {
            Some((topic, id)) => rows.after(&(topic.to_owned(), id.to_owned())),
            None => rows,
        };
        let key = |((topic, id), _): &((String, String), Subscription)| format!("{topic}/{id}");
        Page::take(&list, rows, paging::LIMIT, key)
    })?;
    let show = |((topic, id), subscription): ((String, String), Subscription)| {
        let topic_arn = names::arn(ctx.scope(), &topic);
        let arn = match subscription.token {
            Some(_) => PENDING.to_owned(),
            None => format!("{topic_arn}:{id}"),
        };
        Shown {
            subscription_arn: Some(arn),
            owner: Some(subscription.owner.to_string()),
            protocol: Some(subscription.protocol),
            endpoint: Some(subscription.endpoint),
            topic_arn: Some(topic_arn),
        }
    };
    Ok((page.items.into_iter().map(show).collect(), page.next_token))
}

/// How many subscriptions of a topic are confirmed, and how many are not.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn counts(tx: &ReadTx<'_>, topic: &str) -> Result<(u64, u64), Fail> {
    let (mut confirmed, mut pending) = (0, 0);
    for row in SUBSCRIPTIONS.scan(tx).prefix(&(topic,)) {
        let (_, subscription) = row?;
        *(if subscription.token.is_some() { &mut pending } else { &mut confirmed }) += 1;
    }
    Ok((confirmed, pending))
}
