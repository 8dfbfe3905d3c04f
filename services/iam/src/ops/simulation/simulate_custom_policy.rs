//! `SimulateCustomPolicy`: what policies given in the call would allow.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html>

use iam_api::{SimulateCustomPolicy, SimulateCustomPolicyInput, SimulateCustomPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::gather::Gathered;
use crate::paging::Paging;
use crate::simulation::{Questions, Simulated, brought, caller, nobody, simulate};
use crate::{Iam, error};

impl Handle<SimulateCustomPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SimulateCustomPolicyInput,
    ) -> Result<SimulateCustomPolicyOutput> {
        if input.resource_handling_option.is_some() {
            return Err(error::unsupported("ResourceHandlingOption"));
        }
        let mut policies = Gathered {
            identity: brought(&self.documents, Some(input.policy_input_list), "PolicyInputList")?,
            boundary: None,
        };
        let bounds = input.permissions_boundary_policy_input_list;
        let bounds = brought(&self.documents, bounds, "PermissionsBoundaryPolicyInputList")?;
        policies.boundary = bounds.into_iter().next();
        let simulated = match &input.caller_arn {
            Some(arn) => Simulated { principal: caller(arn)?, described: true, policies },
            None => {
                let principal = nobody(ctx.scope().account.as_str());
                Simulated { principal, described: false, policies }
            }
        };
        let paging = Paging::new("SimulateCustomPolicy", input.marker.as_deref(), input.max_items)?;
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
