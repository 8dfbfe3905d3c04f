//! `DryRun`: whether the caller may, without doing it. Asked after that was judged.

use ec2_api::SERVICE;
use platform::{Ctx, OperationSchema, Result, Structure, View};

use crate::error;

/// Stops requests that only ask.
pub(crate) struct DryRuns;

const MEMBER: &str = "DryRun";

impl platform::Around for DryRuns {
    fn concerns(&self, schema: &OperationSchema) -> bool {
        debug_assert_eq!(schema.service.name, SERVICE.name);
        // Those that ask for nothing here ask for what their input names, and then stop themselves.
        let judged = !schema.resources.is_empty();
        judged && schema.input.members.iter().any(|member| member.name == MEMBER)
    }

    fn before(&self, _ctx: &Ctx, input: &dyn Structure) -> Result<bool> {
        let at = input.schema().members.iter().position(|member| member.name == MEMBER);
        match at.map(|at| input.member(at).view()) {
            Some(View::Bool(true)) => Err(error::would_succeed()),
            _ => Ok(false),
        }
    }

    fn after(&self, _output: &mut dyn Structure) {}
}
