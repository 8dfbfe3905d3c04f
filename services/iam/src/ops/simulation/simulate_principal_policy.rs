//! `SimulatePrincipalPolicy`: what the policies of a user, group or role allow, with others on top.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>

use aquifer_policy::{Principal, PrincipalKind};
use iam_api::{
    SimulatePrincipalPolicy, SimulatePrincipalPolicyInput, SimulatePrincipalPolicyOutput,
};
use platform::{Arn, Ctx, Handle, ReadTx, Result};

use crate::gather::Gatherer;
use crate::model::{Group, Holder, Role, User};
use crate::paging::Paging;
use crate::simulation::{Questions, Simulated, brought, caller, nobody, simulate};
use crate::{Iam, error, identities};

impl Handle<SimulatePrincipalPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SimulatePrincipalPolicyInput,
    ) -> Result<SimulatePrincipalPolicyOutput> {
        if input.resource_handling_option.is_some() {
            return Err(error::unsupported("ResourceHandlingOption"));
        }
        let mut simulated = ctx.read(|tx| self.simulated(tx, &input.policy_source_arn))?;
        if let Some(arn) = &input.caller_arn {
            (simulated.principal, simulated.described) = (caller(arn)?, true);
        }
        let more = brought(&self.documents, input.policy_input_list, "PolicyInputList")?;
        simulated.policies.identity.extend(more);
        let bounds = input.permissions_boundary_policy_input_list;
        let bounds = brought(&self.documents, bounds, "PermissionsBoundaryPolicyInputList")?;
        if let Some(boundary) = bounds.into_iter().next() {
            simulated.policies.boundary = Some(boundary);
        }
        let list = "SimulatePrincipalPolicy";
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let questions = Questions {
            actions: input.action_names,
            resources: input.resource_arns.unwrap_or_default(),
            context_entries: input.context_entries.unwrap_or_default(),
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
        };
        simulate(&simulated, &questions, paging)
    }
}

impl Iam {
    /// The identity of an ARN, with what it holds.
    fn simulated(&self, tx: &ReadTx<'_>, arn: &str) -> Result<Simulated> {
        let invalid = || error::invalid_input(format!("Invalid Entity Arn: {arn}"));
        let parsed: Arn = arn.parse().map_err(|_| invalid())?;
        if parsed.account() != Some(tx.scope().account) {
            return Err(invalid());
        }
        let name = parsed.resource_id().rsplit('/').next().unwrap_or_default();
        let gatherer = Gatherer { tx, documents: &self.documents };
        let account = tx.scope().account.to_string();
        match parsed.resource_type() {
            Some("user") => {
                let user: User = named(tx, name, arn)?;
                let principal = Principal {
                    kind: PrincipalKind::User { name: user.identity.name.clone() },
                    arn: arn.to_owned(),
                    user_id: user.identity.id.clone(),
                    tags: user.identity.tags.clone().into_iter().collect(),
                    ..nobody(&account)
                };
                let policies = gatherer.of_user(&user)?;
                Ok(Simulated { principal, described: true, policies })
            }
            Some("role") => {
                let role: Role = named(tx, name, arn)?;
                let principal = Principal {
                    kind: PrincipalKind::AssumedRole { role_arn: arn.to_owned() },
                    arn: arn.to_owned(),
                    user_id: role.identity.id.clone(),
                    tags: role.identity.tags.clone().into_iter().collect(),
                    ..nobody(&account)
                };
                let policies = gatherer.of(&role)?;
                Ok(Simulated { principal, described: true, policies })
            }
            Some("group") => {
                let group: Group = named(tx, name, arn)?;
                let (principal, policies) = (nobody(&account), gatherer.of(&group)?);
                Ok(Simulated { principal, described: false, policies })
            }
            _ => Err(invalid()),
        }
    }
}

/// The identity of a name, if this is its ARN.
fn named<H: Holder>(tx: &ReadTx<'_>, name: &str, arn: &str) -> Result<H> {
    let row: H = identities::get(tx, name)?;
    if row.arn(tx.scope()).as_str() != arn {
        return Err(error::no_such(H::KIND, name));
    }
    Ok(row)
}
