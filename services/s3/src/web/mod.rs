//! What browsers get besides the operations: uploads by form and answers to pages of other sites.

mod cors;
mod form;
mod policy;

use platform::{CrossOrigin, Ctx, Form, Headers, Posted, Result, Web};

use crate::S3;

impl Web for S3 {
    fn form(&self, ctx: &Ctx, bucket: &str, form: Form) -> Result<Posted> {
        form::read(ctx.now(), bucket, form)
    }

    fn cross_origin(
        &self,
        ctx: &Ctx,
        bucket: &str,
        asked: &CrossOrigin<'_>,
    ) -> Result<Option<Headers>> {
        cors::allowed(ctx, bucket, asked)
    }

    fn preflight(&self, ctx: &Ctx, path: &str, asked: &CrossOrigin<'_>) -> Result<Headers> {
        cors::preflight(ctx, path, asked)
    }
}
