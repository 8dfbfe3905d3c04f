//! `DeleteRouteTable`: removes a table that nothing uses.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html>

use ec2_api::{DeleteRouteTable, DeleteRouteTableInput, DeleteRouteTableOutput};
use platform::{Ctx, Handle, Result};

use crate::resource::{self, ROUTE_TABLE};
use crate::store::{By, Endpoint, ROUTE_TABLES, RouteTable};
use crate::{Ec2, error};

impl Handle<DeleteRouteTable> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteRouteTableInput,
    ) -> Result<DeleteRouteTableOutput> {
        let id = input.route_table_id;
        self.change(ctx, |tx| {
            let table: RouteTable = resource::find(tx, &id)?;
            if !table.associations.is_empty() {
                return Err(error::has_dependencies(ROUTE_TABLE, &id));
            }
            for route in &table.routes {
                let By::Endpoint(endpoint) = &route.by else { continue };
                let mut endpoint: Endpoint = resource::find(tx, endpoint)?;
                endpoint.route_tables.retain(|other| *other != id);
                resource::put(tx, &endpoint)?;
            }
            ROUTE_TABLES.delete(tx, &id)?;
            Ok(DeleteRouteTableOutput {})
        })
        .await
    }
}
