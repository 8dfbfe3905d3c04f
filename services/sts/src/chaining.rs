//! What a session brings into the next one: transitive tags, and the identity behind it all.

use std::collections::BTreeSet;

use iam_api::Role;
use platform::{Ctx, Fail, Result, Tags};
use sts_api::AssumeRoleInput;

use crate::error;
use crate::model::Session;

/// The tags of a new session, and the keys of those it hands on in turn.
///
/// The role's tags are the least: the call's replace them, and what the caller's session hands on
/// cannot be replaced. Keys are the same whatever their case.
pub(crate) fn tags(
    role: &Role,
    caller: Option<&Session>,
    input: &AssumeRoleInput,
) -> Result<(Tags, Vec<String>)> {
    let asked = input.tags.as_deref().unwrap_or_default();
    let keys: BTreeSet<String> = asked.iter().map(|tag| tag.key.to_lowercase()).collect();
    if keys.len() < asked.len() {
        return Err(error::invalid_value(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ));
    }
    let mut transitive: Vec<String> = Vec::new();
    for key in input.transitive_tag_keys.iter().flatten() {
        let tag = asked.iter().find(|tag| tag.key.to_lowercase() == key.to_lowercase());
        let tag = tag.ok_or_else(|| {
            error::invalid_value(
                "The specified transitive tag key must be included in the requested tags.",
            )
        })?;
        transitive.push(tag.key.clone());
    }
    let mut tags = Tags::new();
    for tag in role.tags.iter().flatten() {
        set(&mut tags, &tag.key, &tag.value);
    }
    for tag in asked {
        set(&mut tags, &tag.key, &tag.value);
    }
    for key in caller.iter().flat_map(|session| &session.transitive_tag_keys) {
        if keys.contains(&key.to_lowercase()) {
            return Err(error::invalid_value(
                "One of the specified transitive tag keys can't be set because it conflicts with \
                 a transitive tag key from the calling session.",
            ));
        }
        if let Some(value) = caller.and_then(|session| session.principal.tags.get(key)) {
            set(&mut tags, key, value);
            transitive.push(key.clone());
        }
    }
    Ok((tags, transitive))
}

/// Who is behind the new session: once said, it stays through all that follow.
pub(crate) fn source_identity(
    ctx: &Ctx,
    caller: Option<&Session>,
    input: &AssumeRoleInput,
) -> Result<Option<String>, Fail> {
    let said = caller.and_then(|session| session.source_identity.clone());
    match (said, input.source_identity.clone()) {
        (Some(said), Some(asked)) if said != asked => {
            let caller = ctx.caller().display_name();
            Err(error::may_not("sts:SetSourceIdentity", caller, &input.role_arn))
        }
        (said, asked) => Ok(said.or(asked)),
    }
}

fn set(tags: &mut Tags, key: &str, value: &str) {
    let same: Vec<String> = tags
        .iter()
        .map(|(known, _)| known.to_owned())
        .filter(|known| known.to_lowercase() == key.to_lowercase())
        .collect();
    for known in same {
        tags.remove(&known);
    }
    tags.insert(key, value);
}

#[cfg(test)]
mod tests {
    use platform::{AccountId, Partition, Principal, Timestamp};
    use sts_api::Tag;

    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    fn role(tags: &[(&str, &str)]) -> Role {
        let tag = |(key, value): &(&str, &str)| iam_api::Tag {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
        };
        Role { tags: Some(tags.iter().map(tag).collect()), ..Role::default() }
    }

    /// A session tagged `team=red` and `cost=9`, of which it hands on the team.
    fn session() -> Session {
        let tags: Tags = [("team", "red"), ("cost", "9")].into_iter().collect();
        let principal =
            Principal::assumed_role(Partition::Aws, AccountId::DEFAULT, "r", "AROAR", "s");
        Session {
            secret: String::new(),
            token: String::new(),
            principal: principal.with_tags(tags),
            expires: Timestamp::from_secs(0),
            issued: Timestamp::from_secs(0),
            mfa: false,
            policies: Vec::new(),
            source_identity: None,
            transitive_tag_keys: vec!["team".to_owned()],
        }
    }

    fn of(role_tags: &[(&str, &str)], caller: Option<&Session>, asked: Vec<Tag>) -> Result<String> {
        let input = AssumeRoleInput { tags: Some(asked), ..AssumeRoleInput::default() };
        let (tags, _) = tags(&role(role_tags), caller, &input)?;
        let pairs: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        Ok(pairs.join(" "))
    }

    #[test]
    fn the_call_replaces_the_roles_tags_and_not_what_is_handed_on() {
        let role_tags = [("Team", "blue"), ("env", "test")];
        let asked = of(&role_tags, None, vec![tag("ENV", "prod")]).unwrap();
        assert_eq!(asked, "ENV=prod Team=blue");
        let chained = of(&role_tags, Some(&session()), vec![tag("env", "prod")]).unwrap();
        assert_eq!(chained, "env=prod team=red");
        let refused = of(&[], Some(&session()), vec![tag("TEAM", "green")]).unwrap_err();
        assert!(refused.is("InvalidParameterValue"));
    }

    #[test]
    fn only_tags_of_the_call_are_handed_on_and_what_came_is_handed_on_again() {
        let input = AssumeRoleInput {
            tags: Some(vec![tag("a", "1")]),
            transitive_tag_keys: Some(vec!["A".to_owned()]),
            ..AssumeRoleInput::default()
        };
        let (_, keys) = tags(&role(&[]), Some(&session()), &input).unwrap();
        assert_eq!(keys, ["a", "team"]);
        let input = AssumeRoleInput { tags: None, ..input };
        assert!(tags(&role(&[]), None, &input).is_err());
    }
}
