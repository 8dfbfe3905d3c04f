//! The policy simulator, one operation a file.

mod simulate_custom_policy;
mod simulate_principal_policy;

use platform::ServiceBuilder;

use crate::Iam;

pub(super) fn register(room: ServiceBuilder<Iam>) -> ServiceBuilder<Iam> {
    room.op::<iam_api::SimulateCustomPolicy>().op::<iam_api::SimulatePrincipalPolicy>()
}
