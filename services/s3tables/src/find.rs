//! What the ARNs and names of a request mean.

use platform::{Arn, Ctx, Result, Scope};

use crate::model::TableRow;
use crate::names::{self, Named};
use crate::{error, store};

/// A table bucket, as its owner has it.
pub(crate) struct Place {
    /// Of the bucket's scope.
    pub ctx: Ctx,
    pub bucket: String,
}

/// A table that was found.
pub(crate) struct Found {
    pub ctx: Ctx,
    pub bucket: String,
    pub namespace: String,
    pub name: String,
    pub row: TableRow,
}

impl Place {
    /// The ARN of the bucket.
    pub fn arn(&self) -> String {
        names::bucket_arn(self.ctx.scope(), &self.bucket)
    }
}

impl Found {
    /// The ARN of the table.
    pub fn arn(&self) -> String {
        names::table_arn(self.ctx.scope(), &self.bucket, &self.row.id)
    }

    /// The key of its row.
    pub fn key(&self) -> (&str, &str, &str) {
        (&self.bucket, &self.namespace, &self.name)
    }
}

/// The scope of an ARN of this region.
fn scope_of(ctx: &Ctx, arn: &str) -> Result<(Scope, Named)> {
    let parsed: Option<Arn> = arn.parse().ok();
    let named = parsed.as_ref().and_then(names::parse);
    let named = named.ok_or_else(|| error::invalid("The specified ARN is not valid."))?;
    // A region knows nothing of the others' buckets.
    if named.0.region != *ctx.region() {
        return Err(error::no_bucket());
    }
    Ok(named)
}

/// The bucket that an ARN names.
pub(crate) fn place(ctx: &Ctx, arn: &str) -> Result<Place> {
    match scope_of(ctx, arn)? {
        (scope, Named::Bucket(bucket)) => Ok(Place { ctx: ctx.with_scope(scope), bucket }),
        (_, Named::Table(..)) => Err(error::invalid("The specified ARN is not of a table bucket.")),
    }
}

/// The table that a bucket's ARN and names mean, without asking whether the caller may use it.
pub(crate) fn unasked(ctx: &Ctx, arn: &str, namespace: &str, name: &str) -> Result<Found> {
    let Place { ctx, bucket } = place(ctx, arn)?;
    let row = ctx.read(|tx| store::table(tx, &bucket, namespace, name))?;
    Ok(Found { ctx, bucket, namespace: namespace.into(), name: name.into(), row })
}

/// The table that a bucket's ARN and names mean, if the caller may do what is asked with it.
pub(crate) async fn table(ctx: &Ctx, arn: &str, namespace: &str, name: &str) -> Result<Found> {
    let found = unasked(ctx, arn, namespace, name);
    let action = format!("s3tables:{}", ctx.operation());
    let resource = match &found {
        Ok(found) => found.arn(),
        // Whether a table is there is for those who could use it.
        Err(_) => format!("{arn}/table/*"),
    };
    platform::require(ctx, &s3tables_api::SERVICE, &action, resource).await?;
    found
}

/// The bucket, or the table of a bucket, that an ARN names.
pub(crate) enum Resource {
    Bucket(Place),
    Table(Box<Found>),
}

/// The resource that an ARN names.
pub(crate) fn resource(ctx: &Ctx, arn: &str) -> Result<Resource> {
    let (scope, named) = scope_of(ctx, arn)?;
    let ctx = ctx.with_scope(scope);
    match named {
        Named::Bucket(bucket) => {
            ctx.read(|tx| store::bucket(tx, &bucket))?;
            Ok(Resource::Bucket(Place { ctx, bucket }))
        }
        Named::Table(bucket, id) => {
            let found = ctx.read(|tx| store::by_id(tx, &bucket, &id))?;
            let (called, row) = found.ok_or_else(error::no_table)?;
            let (namespace, name) = (called.namespace, called.name);
            Ok(Resource::Table(Box::new(Found { ctx, bucket, namespace, name, row })))
        }
    }
}
