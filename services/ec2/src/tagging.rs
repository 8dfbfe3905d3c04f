//! Tags: given when things are made, and set and taken away later.

use ec2_api::{SERVICE, Tag, TagSpecification};
use platform::{Ctx, Result, Tags};

use crate::error;
use crate::resource::Kind;

/// The most tags a resource has.
const TAGS_MAX: usize = 50;
/// The longest that keys and values are, in characters.
const KEY_MAX: usize = 128;
const VALUE_MAX: usize = 256;

/// Tags of a request, checked.
///
/// # Errors
/// When they are reserved, too long, or said twice.
pub(crate) fn check(given: Vec<Tag>) -> Result<Tags> {
    let mut tags = Tags::new();
    for tag in given {
        let key = tag.key.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| error::invalid("Tag key cannot be null or empty"))?;
        let value = tag.value.unwrap_or_default();
        if key.starts_with("aws:") {
            let message = "Tag keys starting with 'aws:' are reserved for internal use";
            return Err(error::invalid(message));
        }
        if key.chars().count() > KEY_MAX {
            let message = format!("Tag key exceeds the maximum length of {KEY_MAX} characters");
            return Err(error::invalid(message));
        }
        if value.chars().count() > VALUE_MAX {
            let message = format!("Tag value exceeds the maximum length of {VALUE_MAX} characters");
            return Err(error::invalid(message));
        }
        if tags.contains(&key) {
            return Err(error::invalid(format!("Duplicate tag key '{key}' specified.")));
        }
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX {
        return Err(error::too_many_tags());
    }
    Ok(tags)
}

/// The tags that something is made with. Giving it tags is an action of its own.
///
/// # Errors
/// When they are for things of another kind, are no tags, or the caller may not give any.
pub(crate) async fn given(
    ctx: &Ctx,
    specifications: Option<Vec<TagSpecification>>,
    kind: Kind,
) -> Result<Tags> {
    let mut given = Vec::new();
    for specification in specifications.unwrap_or_default() {
        let wanted = specification.resource_type;
        if wanted != Some(kind.resource_type) {
            let wanted = wanted.map_or("null".to_owned(), |wanted| wanted.to_string());
            return Err(error::invalid(format!(
                "'{wanted}' is not a valid taggable resource type for this operation."
            )));
        }
        given.extend(specification.tags.unwrap_or_default());
    }
    let tags = check(given)?;
    if !tags.is_empty() {
        let arn = kind.arn(ctx.scope(), "*");
        let asked: Vec<(String, &str)> =
            tags.iter().map(|(key, value)| (format!("aws:RequestTag/{key}"), value)).collect();
        let mut more: Vec<(&str, &str)> =
            asked.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        more.extend(tags.iter().map(|(key, _)| ("aws:TagKeys", key)));
        more.push(("ec2:CreateAction", ctx.operation()));
        platform::require_with(ctx, &SERVICE, "ec2:CreateTags", arn, &more).await?;
    }
    Ok(tags)
}

/// Adds tags to those that are there.
///
/// # Errors
/// When they become too many.
pub(crate) fn add(to: &mut Tags, tags: &Tags) -> Result<()> {
    to.extend(tags.clone());
    if to.len() > TAGS_MAX { Err(error::too_many_tags()) } else { Ok(()) }
}

/// Tags as clients read them.
pub(crate) fn shown(tags: &Tags) -> Option<Vec<Tag>> {
    let tag = |(key, value): (&str, &str)| Tag {
        key: Some(key.to_owned()),
        value: Some(value.to_owned()),
    };
    Some(tags.iter().map(tag).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) }
    }

    #[test]
    fn reserved_repeated_and_long_tags_are_refused() {
        let code = |tags| check(tags).map_err(|fail| fail.code().to_owned());
        assert_eq!(code(vec![tag("a", "1"), tag("b", "")]).unwrap().len(), 2);
        for bad in [
            vec![tag("aws:a", "1")],
            vec![tag("", "1")],
            vec![tag("a", "1"), tag("a", "2")],
            vec![tag(&"k".repeat(129), "1")],
            vec![tag("a", &"v".repeat(257))],
        ] {
            assert_eq!(code(bad).unwrap_err(), "InvalidParameterValue");
        }
        let many = (0..51).map(|n| tag(&n.to_string(), "")).collect();
        assert_eq!(code(many).unwrap_err(), "TagLimitExceeded");
    }
}
