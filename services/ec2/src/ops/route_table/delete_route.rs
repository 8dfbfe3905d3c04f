//! `DeleteRoute`: removes a route.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRoute.html>

use ec2_api::{DeleteRoute, DeleteRouteInput, DeleteRouteOutput};
use platform::{Ctx, Handle, Result};

use crate::refuse::refuse;
use crate::store::{By, RouteTable};
use crate::{Ec2, error, resource, route_tables};

impl Handle<DeleteRoute> for Ec2 {
    async fn handle(&self, ctx: &Ctx, input: DeleteRouteInput) -> Result<DeleteRouteOutput> {
        refuse!(input, destination_ipv6_cidr_block => "DestinationIpv6CidrBlock");
        let to = route_tables::destination(
            input.destination_cidr_block,
            input.destination_prefix_list_id,
        )?;
        self.change(ctx, |tx| {
            let mut table: RouteTable = resource::find(tx, &input.route_table_id)?;
            let at = route_tables::position(&table, &to)
                .ok_or_else(|| error::no_route(to.parameter(), &to.text(), &table.id))?;
            let what = match table.routes[at].by {
                By::Local => Some("local route"),
                By::Endpoint(_) => Some("VPC endpoint route"),
                By::InternetGateway(_) => None,
            };
            if let Some(what) = what {
                let (to, table) = (to.text(), &table.id);
                let message = format!("cannot remove {what} {to} in route table {table}");
                return Err(error::invalid(message));
            }
            table.routes.remove(at);
            resource::put(tx, &table)?;
            Ok(DeleteRouteOutput {})
        })
        .await
    }
}
