//! What browsers get besides the operations: uploads by form, answers to pages of other sites,
//! and websites.

mod accelerate;
mod cors;
mod form;
mod policy;
mod website;

use futures::FutureExt;
use futures::future::BoxFuture;
use platform::{
    CrossOrigin, Ctx, Form, Headers, PageRequest, Platform, Posted, Result, Web, WebPage,
};

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

    fn page<'a>(
        &'a self,
        platform: &'a Platform,
        ctx: &'a Ctx,
        request: PageRequest,
    ) -> BoxFuture<'a, WebPage> {
        website::page(platform, ctx, request).boxed()
    }

    fn accelerate(&self, ctx: &Ctx, bucket: Option<&str>) -> Result<()> {
        accelerate::check(ctx, bucket)
    }

    fn accelerated(&self, ctx: &Ctx, bucket: &str, bytes: u64) {
        accelerate::count(ctx, bucket, bytes);
    }
}
