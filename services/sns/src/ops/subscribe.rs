//! `Subscribe`: says who is sent what is published to a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>

use std::collections::BTreeMap;
use std::time::Duration;

use platform::{Ctx, Fail, Handle, Result, Timestamp, WriteTx};
use sns_api::{Subscribe, SubscribeInput, SubscribeOutput};

use crate::envelope::{self, Letter};
use crate::store::{ENDPOINTS, Parcel, SUBSCRIPTIONS, Subscription, Token, Topic};
use crate::{Sns, endpoint, error, lanes, names, publishing, subscription_attributes, topics};

/// The most subscriptions of a topic: of a standard one, and of a FIFO one.
const SUBSCRIPTIONS_MAX: (usize, usize) = (12_500_000, 100);
/// The most filter policies of a topic.
const FILTERS_MAX: usize = 200;
/// How long a token confirms.
const TOKEN_LIFE: Duration = Duration::from_secs(2 * 86_400);

impl Handle<Subscribe> for Sns {
    async fn handle(&self, ctx: &Ctx, input: SubscribeInput) -> Result<SubscribeOutput> {
        let caller = ctx;
        let (ctx, name) = names::topic(caller, "TopicArn", &input.topic_arn)?;
        let topic = ctx.read(|tx| topics::get(tx, &name))?;
        let (protocol, endpoint) = (input.protocol, input.endpoint.unwrap_or_default());
        let fifo = topic.is_fifo();
        endpoint::check(&protocol, &endpoint, fifo)?;
        let account = caller.scope().account;
        let fifo_end = endpoint.ends_with(names::FIFO_SUFFIX);
        let mut given = BTreeMap::new();
        for (attribute, value) in input.attributes.unwrap_or_default() {
            let checked =
                subscription_attributes::check(caller.scope(), fifo_end, &attribute, &value);
            given.insert(attribute, checked.map_err(in_attributes)?);
        }
        let principal = caller.caller().arn.as_ref().map(ToString::to_string);
        let mut subscription = Subscription {
            protocol,
            endpoint,
            owner: account,
            principal: principal.unwrap_or_else(|| caller.caller().id.clone()),
            attributes: BTreeMap::new(),
            token: None,
            authenticated: true,
        };
        subscription_attributes::set(&mut subscription, given).map_err(in_attributes)?;
        // AWS: a queue is its account's to subscribe; one of another account is asked. So are functions.
        let place = match subscription.protocol.as_str() {
            endpoint::LAMBDA => endpoint::function(&subscription.endpoint),
            _ => endpoint::queue(&subscription.endpoint).map(|(scope, _)| scope),
        };
        let owned = place.is_some_and(|scope| caller.caller().account == Some(scope.account));
        let now = ctx.now();
        if !owned {
            let text = format!("{}{}", hex::encode(ctx.ids().bytes::<32>()), ctx.ids().uuid());
            subscription.token = Some(Token { text, until: now + TOKEN_LIFE });
            subscription.authenticated = false;
        }
        let (id, pending) = ctx
            .write(|tx| {
                let topic = topics::get(tx, &name)?;
                add(&ctx, tx, (&topic, &input.topic_arn), &subscription, now)
            })
            .await?;
        let shown = match pending && !input.return_subscription_arn.unwrap_or_default() {
            true => "pending confirmation".to_owned(),
            false => format!("{}:{id}", input.topic_arn),
        };
        Ok(SubscribeOutput { subscription_arn: Some(shown) })
    }
}

/// Adds a subscription, or finds the one that is there; answers its id, and whether it has still to
/// be confirmed.
fn add(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (topic, arn): (&Topic, &str),
    subscription: &Subscription,
    now: Timestamp,
) -> Result<(String, bool)> {
    let name = topic.name.as_str();
    let place = (name, subscription.protocol.as_str(), subscription.endpoint.as_str());
    let there = match ENDPOINTS.get(tx, &place)? {
        Some(id) => SUBSCRIPTIONS.get(tx, &(name, id.as_str()))?.map(|there| (id, there)),
        None => None,
    };
    let (id, kept) = match there {
        Some((id, there)) => {
            if there.attributes != subscription.attributes {
                return Err(error::invalid(
                    "Attributes Reason: Subscription already exists with different attributes",
                ));
            }
            if there.token.is_none() {
                return Ok((id, false));
            }
            // Whoever subscribes again is asked again, or need not be asked any more.
            (id, Subscription { attributes: there.attributes, ..subscription.clone() })
        }
        None => {
            check_limits(tx, topic, subscription)?;
            (ctx.ids().uuid(), subscription.clone())
        }
    };
    SUBSCRIPTIONS.put(tx, &(name, id.as_str()), &kept)?;
    ENDPOINTS.put(tx, &place, &id)?;
    if let Some(token) = &kept.token {
        let parcel = question(ctx, arn, &token.text, now);
        lanes::put(tx, (name, &id), publishing::next(tx, topic)?, &parcel, now)?;
    }
    Ok((id, kept.token.is_some()))
}

fn check_limits(tx: &WriteTx<'_>, topic: &Topic, new: &Subscription) -> Result<()> {
    let most = if topic.is_fifo() { SUBSCRIPTIONS_MAX.1 } else { SUBSCRIPTIONS_MAX.0 };
    let rows = || SUBSCRIPTIONS.scan(tx).prefix(&(topic.name.as_str(),));
    if topic.is_fifo() && rows().keys().take(most).count() == most {
        return Err(error::too_many_subscriptions());
    }
    if new.attributes.contains_key("FilterPolicy") {
        let mut filters = 0;
        for row in rows() {
            filters += usize::from(row?.1.attributes.contains_key("FilterPolicy"));
        }
        if filters >= FILTERS_MAX {
            return Err(error::too_many_filters());
        }
    }
    Ok(())
}

/// What an endpoint is asked.
fn question(ctx: &Ctx, topic_arn: &str, token: &str, now: Timestamp) -> Parcel {
    let message = format!(
        "You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the subscription, visit \
         the SubscribeURL included in this message."
    );
    let query = format!("Action=ConfirmSubscription&TopicArn={topic_arn}&Token={token}");
    let letter = Letter {
        kind: "SubscriptionConfirmation",
        message_id: &ctx.ids().uuid(),
        sequence: None,
        token: Some(token),
        topic_arn,
        subject: None,
        message: &message,
        time: now,
        url: ("SubscribeURL", envelope::url(ctx, &query)),
        attributes: &BTreeMap::new(),
    };
    let fifo = topic_arn.ends_with(names::FIFO_SUFFIX);
    Parcel {
        since: now,
        body: letter.write(),
        attributes: BTreeMap::new(),
        group: fifo.then(|| "SubscriptionConfirmation".to_owned()),
        dedup: fifo.then(|| ctx.ids().uuid()),
    }
}

/// AWS: the reason is told inside another when somebody subscribes.
fn in_attributes(fail: Fail) -> Fail {
    if !fail.is("InvalidParameter") {
        return fail;
    }
    let reason = fail.message().trim_start_matches("Invalid parameter: ");
    error::invalid(format!("Attributes Reason: {reason}"))
}
