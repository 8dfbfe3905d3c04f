//! `CreateAccessPoint`: gives a bucket another name, with a policy of its own.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateAccessPoint.html>

use platform::{Arn, Ctx, Handle, Result, require_with};
use s3_api::{Block, NewPoint};
use s3control_api::{CreateAccessPoint, CreateAccessPointInput, CreateAccessPointOutput};

use crate::{S3Control, account, error};

impl Handle<CreateAccessPoint> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateAccessPointInput,
    ) -> Result<CreateAccessPointOutput> {
        account::check(ctx, &input.account_id)?;
        for (given, what) in [
            (input.scope.is_some(), "Scope"),
            (input.tags.as_ref().is_some_and(|tags| !tags.is_empty()), "Tags"),
        ] {
            if given {
                return Err(error::not_implemented(what));
            }
        }
        let vpc = input.vpc_configuration.map(|vpc| vpc.vpc_id);
        may(ctx, &input.name, vpc.is_some()).await?;
        let block = input.public_access_block_configuration;
        let new = NewPoint {
            name: input.name,
            bucket: input.bucket,
            bucket_account: input.bucket_account_id,
            vpc,
            block: block.map_or(Block::ALL, |block| super::block(&block)),
        };
        let point = super::keeper(ctx)?.create(ctx, new).await?;
        Ok(CreateAccessPointOutput { access_point_arn: Some(point.arn), alias: Some(point.alias) })
    }
}

/// Policies may ask from where an access point is to be reached.
async fn may(ctx: &Ctx, name: &str, has_vpc: bool) -> Result<()> {
    let arn = Arn::from_parts(
        ctx.scope().partition().as_str(),
        "s3",
        ctx.region().as_str(),
        ctx.scope().account.as_str(),
        &format!("accesspoint/{name}"),
    )
    .map_err(|_| error::access_denied())?;
    let conditions = [
        ("s3:AccessPointNetworkOrigin", if has_vpc { "VPC" } else { "Internet" }),
        ("s3:DataAccessPointAccount", ctx.scope().account.as_str()),
        ("s3:DataAccessPointArn", arn.as_str()),
    ];
    let action = "s3:CreateAccessPoint";
    require_with(ctx, &s3control_api::SERVICE, action, arn.as_str(), &conditions).await
}
