//! Tags of workgroups.

mod list_tags_for_resource;
mod tag_resource;
mod untag_resource;

use athena_api::Tag;
use platform::{Arn, Ctx, Fail, Result, Tags};

use crate::error;

/// Tags of one workgroup.
const TAGS_MAX: usize = 50;
const KEY_MAX: usize = 128;
const VALUE_MAX: usize = 256;

/// Adds tags, or refuses them all.
pub(super) fn add(to: &mut Tags, tags: Vec<Tag>) -> Result<()> {
    for tag in tags {
        let (key, value) = (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        let lengths =
            (1..=KEY_MAX).contains(&key.chars().count()) && value.chars().count() <= VALUE_MAX;
        if !lengths || key.to_lowercase().starts_with("aws:") {
            return Err(error::invalid(format!("Tag {key} is not valid")));
        }
        to.insert(key, value);
    }
    if to.len() > TAGS_MAX {
        return Err(error::invalid(format!("A resource has at most {TAGS_MAX} tags")));
    }
    Ok(())
}

/// The workgroup that an ARN of this account and region names.
fn workgroup_of(ctx: &Ctx, arn: &str) -> Result<String> {
    let not_found = || {
        let detail = athena_api::ResourceNotFoundException {
            message: None,
            resource_name: Some(arn.to_owned()),
        };
        let message = format!("Resource {arn} was not found");
        athena_api::error::resource_not_found_exception(message).with_detail(detail)
    };
    let parsed: Arn = arn.parse().map_err(|_| invalid_arn(arn))?;
    if parsed.service() != "athena" {
        return Err(invalid_arn(arn));
    }
    let name = parsed.resource().strip_prefix("workgroup/").ok_or_else(not_found)?;
    if parsed.as_str() != crate::access::arn(ctx, name).as_str() {
        return Err(not_found());
    }
    Ok(name.to_owned())
}

fn invalid_arn(arn: &str) -> Fail {
    error::invalid(format!("ResourceARN {arn} is not valid"))
}
