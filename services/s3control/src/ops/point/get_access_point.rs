//! `GetAccessPoint`: what an access point is for, and how it is reached.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetAccessPoint.html>

use std::collections::BTreeMap;

use platform::{Ctx, Handle, Partition, Result};
use s3control_api::{GetAccessPoint, GetAccessPointInput, GetAccessPointOutput, VpcConfiguration};

use crate::{S3Control, account};

impl Handle<GetAccessPoint> for S3Control {
    async fn handle(&self, ctx: &Ctx, input: GetAccessPointInput) -> Result<GetAccessPointOutput> {
        account::check(ctx, &input.account_id)?;
        let point = super::keeper(ctx)?.point(ctx, &input.name)?;
        Ok(GetAccessPointOutput {
            name: Some(point.name),
            bucket: Some(point.bucket),
            network_origin: Some(super::origin(point.vpc.as_deref())),
            vpc_configuration: point.vpc.map(|vpc_id| VpcConfiguration { vpc_id }),
            public_access_block_configuration: Some(super::told(point.block)),
            creation_date: Some(point.created),
            alias: Some(point.alias),
            access_point_arn: Some(point.arn),
            endpoints: Some(endpoints(ctx)),
            bucket_account_id: Some(point.bucket_account),
            ..Default::default()
        })
    }
}

/// Hosts of access points, before which stand the name and the account. None is of this machine: they
/// are what AWS tells.
fn endpoints(ctx: &Ctx) -> BTreeMap<String, String> {
    let region = ctx.region();
    let domain = match ctx.scope().partition() {
        Partition::China => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    let hosts = [
        ("ipv4", "s3-accesspoint"),
        ("dualstack", "s3-accesspoint.dualstack"),
        ("fips", "s3-accesspoint-fips"),
        ("fips_dualstack", "s3-accesspoint-fips.dualstack"),
    ];
    hosts.map(|(kind, host)| (kind.to_owned(), format!("{host}.{region}.{domain}"))).into()
}
