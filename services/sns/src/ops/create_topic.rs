//! `CreateTopic`: a new topic, or the one that is there with the same attributes and tags.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>

use std::collections::BTreeMap;

use platform::{Ctx, Fail, Handle, Result, Tags};
use sns_api::{CreateTopic, CreateTopicInput, CreateTopicOutput};

use crate::store::{TOPICS, Topic};
use crate::{Sns, attributes, error, names, tagging};

/// The most topics of an account in a region: standard ones, and FIFO ones.
const TOPICS_MAX: (usize, usize) = (100_000, 1_000);

impl Handle<CreateTopic> for Sns {
    async fn handle(&self, ctx: &Ctx, input: CreateTopicInput) -> Result<CreateTopicOutput> {
        if input.data_protection_policy.is_some() {
            return Err(error::absent("DataProtectionPolicy of a topic"));
        }
        let name = input.name;
        let given = input.attributes.unwrap_or_default();
        let fifo = given.get("FifoTopic").is_some_and(|value| value == "true");
        names::check(&name, fifo)?;
        attributes::check_all(&given, fifo)?;
        let mut tags = Tags::new();
        tagging::set(&mut tags, input.tags.unwrap_or_default())?;
        let mut topic = Topic {
            name: name.clone(),
            id: ctx.ids().number(),
            attributes: BTreeMap::new(),
            tags,
            unsubscribed: 0,
        };
        for (attribute, value) in &given {
            attributes::set(&mut topic, attribute, value.clone());
        }
        let arn = names::arn(ctx.scope(), &name);
        ctx.write(|tx| {
            if let Some(there) = TOPICS.get(tx, &name)? {
                return same(&there, &topic, &arn, ctx);
            }
            let names = TOPICS.scan(tx).keys();
            let alike = names.filter(|name| match name {
                Ok(name) => name.ends_with(names::FIFO_SUFFIX) == fifo,
                Err(_) => true,
            });
            let most = if fifo { TOPICS_MAX.1 } else { TOPICS_MAX.0 };
            if alike.take(most).count() == most {
                return Err(error::too_many_topics());
            }
            TOPICS.put(tx, &name, &topic)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(CreateTopicOutput { topic_arn: Some(arn) })
    }
}

/// Whether what is asked for is there: attributes that were not given do not count.
fn same(there: &Topic, asked: &Topic, arn: &str, ctx: &Ctx) -> Result<()> {
    let shown = there.shown(arn, ctx.scope().account);
    let mut given = asked.attributes.iter();
    if given.any(|(name, value)| shown.get(name) != Some(value)) {
        return Err(error::invalid(
            "Attributes Reason: Topic already exists with different attributes",
        ));
    }
    if !asked.tags.is_empty() && asked.tags != there.tags {
        return Err(error::invalid("Tags Reason: Topic already exists with different tags"));
    }
    Ok(())
}
