//! `DeleteVpcEndpoints`: removes endpoints and the routes that lead to them.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html>

use ec2_api::{
    DeleteVpcEndpoints, DeleteVpcEndpointsInput, DeleteVpcEndpointsOutput, SERVICE,
    UnsuccessfulItem, UnsuccessfulItemError,
};
use platform::{Ctx, Fail, Handle, Result, WriteTx};

use crate::resource::{self, ENDPOINT};
use crate::store::{ENDPOINTS, Endpoint};
use crate::{Ec2, error};

fn delete(tx: &WriteTx<'_>, mut endpoint: Endpoint) -> Result<()> {
    for table in endpoint.route_tables.clone() {
        endpoint.unroute(tx, &table)?;
    }
    ENDPOINTS.delete(tx, &endpoint.id)?;
    Ok(())
}

fn failed(id: String, fail: &Fail) -> UnsuccessfulItem {
    let code = Some(fail.code().to_owned());
    let error = UnsuccessfulItemError { code, message: Some(fail.message().to_owned()) };
    UnsuccessfulItem { error: Some(error), resource_id: Some(id) }
}

impl Handle<DeleteVpcEndpoints> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteVpcEndpointsInput,
    ) -> Result<DeleteVpcEndpointsOutput> {
        for id in &input.vpc_endpoint_ids {
            let arn = ENDPOINT.arn(ctx.scope(), id);
            platform::require(ctx, &SERVICE, "ec2:DeleteVpcEndpoints", arn).await?;
        }
        if input.dry_run == Some(true) {
            return Err(error::would_succeed());
        }
        self.change(ctx, |tx| {
            let mut unsuccessful = Vec::new();
            for id in input.vpc_endpoint_ids {
                match resource::find::<Endpoint>(tx, &id) {
                    Ok(endpoint) => delete(tx, endpoint)?,
                    Err(fail) if fail.status() < 500 => unsuccessful.push(failed(id, &fail)),
                    Err(fail) => return Err(fail),
                }
            }
            Ok(DeleteVpcEndpointsOutput { unsuccessful: Some(unsuccessful) })
        })
        .await
    }
}
