//! `CreateRouteTable`: a table of routes of a network.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRouteTable.html>

use ec2_api::{CreateRouteTable, CreateRouteTableInput, CreateRouteTableOutput};
use platform::{Ctx, Handle, Result};

use crate::listing::Listed;
use crate::resource::{self, ROUTE_TABLE};
use crate::route_tables::ROUTE_TABLES_MAX;
use crate::store::Vpc;
use crate::{Ec2, error, route_tables, tagging};

impl Handle<CreateRouteTable> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateRouteTableInput,
    ) -> Result<CreateRouteTableOutput> {
        let tags = tagging::given(ctx, input.tag_specifications.clone(), ROUTE_TABLE).await?;
        self.change(ctx, |tx| {
            let vpc: Vpc = resource::find(tx, &input.vpc_id)?;
            if route_tables::of(tx, &vpc.id)?.len() >= ROUTE_TABLES_MAX {
                return Err(error::limit("RouteTableLimitExceeded", "route tables"));
            }
            let mut table = route_tables::new(ctx, &vpc);
            table.tags = tags;
            resource::put(tx, &table)?;
            let output = CreateRouteTableOutput {
                client_token: input.client_token.clone(),
                route_table: Some(table.shown(&self.look(tx))?),
            };
            platform::remember::<CreateRouteTable>(ctx, tx, &input, &output)?;
            Ok(output)
        })
        .await
    }
}
