//! `ListAccessPoints`: the access points of the account and region, or of one bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListAccessPoints.html>

use platform::{Ctx, Fail, Handle, Page, Result, decode_token};
use s3_api::Point;
use s3control_api::{
    AccessPoint, ListAccessPoints, ListAccessPointsInput, ListAccessPointsOutput, VpcConfiguration,
};

use crate::{S3Control, account, error};

const LIST: &str = "ListAccessPoints";
const PAGE: usize = 1_000;

impl Handle<ListAccessPoints> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListAccessPointsInput,
    ) -> Result<ListAccessPointsOutput> {
        account::check(ctx, &input.account_id)?;
        if input.data_source_id.is_some() || input.data_source_type.is_some_and(|kind| kind != "S3")
        {
            return Err(error::not_implemented("DataSourceType other than S3"));
        }
        let list = format!("{LIST}/{}", input.bucket.as_deref().unwrap_or_default());
        let token = input.next_token.as_deref();
        let decode = |token| decode_token(&list, token).ok_or_else(error::invalid_next_token);
        let after = token.map(decode).transpose()?;
        let asked = input.max_results.and_then(|most| usize::try_from(most).ok());
        let limit = asked.filter(|most| *most > 0).unwrap_or(PAGE).min(PAGE);
        let bucket = input.bucket.as_deref();
        let points = super::keeper(ctx)?.points(ctx, bucket, after.as_deref(), limit + 1)?;
        let told = points.into_iter().map(|point| Ok::<_, Fail>(describe(point)));
        let page = Page::take(&list, told, limit, |point: &AccessPoint| point.name.clone())?;
        Ok(ListAccessPointsOutput {
            access_point_list: Some(page.items),
            next_token: page.next_token,
        })
    }
}

fn describe(point: Point) -> AccessPoint {
    AccessPoint {
        name: point.name,
        network_origin: super::origin(point.vpc.as_deref()),
        vpc_configuration: point.vpc.map(|vpc_id| VpcConfiguration { vpc_id }),
        bucket: point.bucket,
        access_point_arn: Some(point.arn),
        alias: Some(point.alias),
        bucket_account_id: Some(point.bucket_account),
        ..Default::default()
    }
}
