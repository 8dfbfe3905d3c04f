//! Tags of databases, connections, crawlers, registries and schemas.

mod get_tags;
mod tag_resource;
mod untag_resource;

use std::collections::BTreeMap;

use glue_api::error::entity_not_found_exception;
use platform::{Arn, Ctx, ReadTx, Result, ServiceBuilder, Tags, WriteTx};

use crate::store::{CONNECTIONS, CRAWLERS, DATABASES, REGISTRIES, SCHEMAS, TAGS};
use crate::{Glue, error, place};

/// The most tags a resource carries.
const TAGS_MAX: usize = 50;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::GetTags>().op::<glue_api::TagResource>().op::<glue_api::UntagResource>()
}

/// A resource that carries tags, from its ARN: `database/sales`, `crawler/nightly`.
fn resource(ctx: &Ctx, arn: &str) -> Result<String> {
    let invalid = || error::invalid(format!("Invalid ARN: {arn}"));
    let parsed: Arn = arn.parse().map_err(|_| invalid())?;
    if parsed.service() != "glue" || parsed.region_text() != ctx.region().as_str() {
        return Err(invalid());
    }
    if parsed.account_text() != ctx.scope().account.as_str() {
        let action = format!("glue:{}", ctx.operation());
        return Err(error::foreign_catalog(ctx.caller().display_name(), &action, arn));
    }
    match parsed.resource().split_once('/') {
        Some(("database", name)) if !name.is_empty() => {
            Ok(format!("database/{}", place::fold(name)))
        }
        Some(("connection", name)) if !name.is_empty() => Ok(format!("connection/{name}")),
        Some(("registry", name)) if !name.is_empty() => Ok(format!("registry/{name}")),
        Some(("schema", name)) if name.contains('/') => Ok(format!("schema/{name}")),
        Some(("crawler", name)) if !name.is_empty() => Ok(format!("crawler/{name}")),
        _ => Err(error::invalid(format!("Resource type of {arn} cannot be tagged."))),
    }
}

/// Refuses a resource that is not there.
fn check_exists(tx: &ReadTx<'_>, resource: &str) -> Result<()> {
    let there = match resource.split_once('/') {
        Some(("database", name)) => DATABASES.contains(tx, name)?,
        Some(("connection", name)) => CONNECTIONS.contains(tx, name)?,
        Some(("registry", name)) => REGISTRIES.contains(tx, name)?,
        Some(("schema", name)) => match name.split_once('/') {
            Some((registry, name)) => match REGISTRIES.get(tx, registry)? {
                Some(owner) => SCHEMAS.contains(tx, &(owner.id, name))?,
                None => false,
            },
            None => false,
        },
        Some((_, name)) => CRAWLERS.contains(tx, name)?,
        None => false,
    };
    match there {
        true => Ok(()),
        false => Err(entity_not_found_exception(format!("Entity {resource} not found."))),
    }
}

/// The tags a new resource is made with.
pub(crate) fn put_new(
    tx: &WriteTx<'_>,
    resource: &str,
    tags: BTreeMap<String, String>,
) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    put(tx, resource, &Tags::from_iter(tags))
}

fn put(tx: &WriteTx<'_>, resource: &str, tags: &Tags) -> Result<()> {
    if tags.len() > TAGS_MAX {
        return Err(error::invalid(format!("A resource can have at most {TAGS_MAX} tags.")));
    }
    if tags.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(error::invalid("Tag keys that start with aws: are reserved."));
    }
    Ok(TAGS.put(tx, resource, tags)?)
}

fn get(tx: &ReadTx<'_>, resource: &str) -> Result<Tags> {
    Ok(TAGS.get(tx, resource)?.unwrap_or_default())
}
