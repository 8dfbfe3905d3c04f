//! `ListEntitiesForPolicy`: the users, groups and roles that hold a managed policy or are bounded by it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html>

use iam_api::{
    EntityType, ListEntitiesForPolicy, ListEntitiesForPolicyInput, ListEntitiesForPolicyOutput,
    PolicyGroup, PolicyRole, PolicyUsageType, PolicyUser,
};
use platform::{Ctx, Handle, Result};

use crate::model::{Group, Identity, Kind, Role, User};
use crate::paging::{Paged, Paging};
use crate::{Iam, error, identities, policies, store};

impl Handle<ListEntitiesForPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListEntitiesForPolicyInput,
    ) -> Result<ListEntitiesForPolicyOutput> {
        let list = format!("ListEntitiesForPolicy/{}", policies::list_name(&input.policy_arn));
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let wanted = match input.entity_filter {
            None => None,
            Some(EntityType::User) => Some(Kind::User),
            Some(EntityType::Group) => Some(Kind::Group),
            Some(EntityType::Role) => Some(Kind::Role),
            Some(other) => return Err(error::invalid(format!("{other} does not hold policies."))),
        };
        ctx.read(|tx| {
            policies::any(tx, &input.policy_arn)?;
            let mut found: Vec<(Kind, Identity)> = Vec::new();
            for (noun, key, as_boundary) in store::attachments(tx, &input.policy_arn)? {
                let of_usage = match input.policy_usage_filter {
                    None => true,
                    Some(usage) => as_boundary == (usage == PolicyUsageType::PermissionsBoundary),
                };
                let Some(kind) = identities::kind_of(&noun).filter(|_| of_usage) else { continue };
                if wanted.is_some_and(|wanted| wanted != kind) {
                    continue;
                }
                let identity = match kind {
                    Kind::User => identities::get::<User>(tx, &key)?.identity,
                    Kind::Group => identities::get::<Group>(tx, &key)?.identity,
                    Kind::Role => identities::get::<Role>(tx, &key)?.identity,
                };
                if identity.path.starts_with(input.path_prefix.as_deref().unwrap_or("/")) {
                    found.push((kind, identity));
                }
            }
            // Held and bounded by the same policy, an identity is listed once: the rows are neighbours.
            found.dedup_by(|(_, a), (_, b)| a.id == b.id);
            let sort_key = |(kind, identity): &(Kind, Identity)| {
                format!("{}/{}", kind.noun(), store::key(&identity.name))
            };
            let page = paging.take(found.into_iter().map(Ok), sort_key)?;
            Ok(answer(page))
        })
    }
}

fn answer(page: Paged<(Kind, Identity)>) -> ListEntitiesForPolicyOutput {
    let (mut users, mut groups, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, Identity { id, name, .. }) in page.items {
        match kind {
            Kind::User => users.push(PolicyUser { user_id: Some(id), user_name: Some(name) }),
            Kind::Group => groups.push(PolicyGroup { group_id: Some(id), group_name: Some(name) }),
            Kind::Role => roles.push(PolicyRole { role_id: Some(id), role_name: Some(name) }),
        }
    }
    ListEntitiesForPolicyOutput {
        policy_users: Some(users),
        policy_groups: Some(groups),
        policy_roles: Some(roles),
        is_truncated: page.is_truncated,
        marker: page.marker,
    }
}
