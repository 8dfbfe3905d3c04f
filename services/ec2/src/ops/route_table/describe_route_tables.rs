//! `DescribeRouteTables`: tables of routes.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html>

use ec2_api::{DescribeRouteTables, DescribeRouteTablesInput, DescribeRouteTablesOutput};
use platform::{Ctx, Handle, Result};

use crate::Ec2;
use crate::listing::{Asked, list};
use crate::store::RouteTable;

impl Handle<DescribeRouteTables> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DescribeRouteTablesInput,
    ) -> Result<DescribeRouteTablesOutput> {
        let asked = Asked {
            list: "DescribeRouteTables",
            ids: input.route_table_ids,
            ids_parameter: "routeTableIds",
            filters: input.filters,
            max_results: input.max_results,
            next_token: input.next_token,
        };
        let (shown, next_token) = self.read(ctx, |look| list::<RouteTable>(look, asked)).await?;
        Ok(DescribeRouteTablesOutput { route_tables: Some(shown), next_token })
    }
}
