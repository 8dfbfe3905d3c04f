//! `GetBucketRequestPayment`: who pays for what is asked of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketRequestPayment, GetBucketRequestPaymentInput, GetBucketRequestPaymentOutput, Payer,
};

use crate::settings::Setting;
use crate::{S3, store};

impl Handle<GetBucketRequestPayment> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketRequestPaymentInput,
    ) -> Result<GetBucketRequestPaymentOutput> {
        let owner = input.expected_bucket_owner.as_ref();
        let bucket = ctx.read(|tx| store::bucket(ctx, tx, &input.bucket, owner))?;
        let requester = bucket.settings.has(Setting::RequestPayment);
        let payer = if requester { Payer::Requester } else { Payer::BucketOwner };
        Ok(GetBucketRequestPaymentOutput { payer: Some(payer) })
    }
}
