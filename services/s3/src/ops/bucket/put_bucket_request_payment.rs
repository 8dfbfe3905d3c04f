//! `PutBucketRequestPayment`: says who pays for what is asked of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    PutBucketRequestPayment, PutBucketRequestPaymentInput, PutBucketRequestPaymentOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<PutBucketRequestPayment> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketRequestPaymentInput,
    ) -> Result<PutBucketRequestPaymentOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            // That the owner pays is the rule, and needs no document.
            match input.request_payment_configuration.payer {
                s3_api::Payer::BucketOwner => {
                    settings::delete(tx, (name, &mut bucket), Setting::RequestPayment)?;
                }
                s3_api::Payer::Requester => {
                    let set = input.request_payment_configuration;
                    settings::put(tx, (name, &mut bucket), Setting::RequestPayment, set)?;
                }
            }
            Ok::<_, Fail>(())
        })
        .await?;
        self.payer.note();
        Ok(PutBucketRequestPaymentOutput::default())
    }
}
