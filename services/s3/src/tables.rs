//! Buckets that have the files of a table of S3 Tables: made by that service, known by how their names
//! end, and of use for reading and writing files only, to whom the table's policies let in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-setting-up.html>

use platform::{
    Arn, Around, Asked, Ctx, Fail, OperationSchema, PrincipalKind, Result, Structure, View,
};

use crate::store::BUCKETS;

/// How the names of such buckets end, and no others.
const SUFFIX: &str = "--table-s3";

/// The service that makes them.
const SERVICE: &str = "s3tables.amazonaws.com";

/// What others may ask of them.
const ALLOWED: [&str; 8] = [
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CreateMultipartUpload",
    "GetObject",
    "HeadObject",
    "ListParts",
    "PutObject",
    "UploadPart",
];

/// A bucket that is to have the files of a table.
pub(crate) struct OfTable {
    stem: String,
    arn: String,
}

impl OfTable {
    /// The name without its end, which no other name may have.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// The table.
    pub fn into_arn(self) -> String {
        self.arn
    }
}

/// Whether a bucket that is to be made is one of S3 Tables, by who makes it and for what.
pub(crate) fn of_new(ctx: &Ctx, name: &str) -> Option<OfTable> {
    let stem = name.strip_suffix(SUFFIX).filter(|_| is_service(ctx))?;
    Some(OfTable { stem: stem.to_owned(), arn: ctx.source()?.arn.clone() })
}

fn is_service(ctx: &Ctx) -> bool {
    ctx.caller().kind == PrincipalKind::Service && ctx.caller().id == SERVICE
}

/// What is asked of the table where this is asked of one of its files.
pub(crate) fn stands_for(ctx: &Ctx, asked: Asked<'_>) -> Result<Option<(String, Arn)>> {
    let name = asked.resource.resource().split('/').next().unwrap_or_default();
    if !name.ends_with(SUFFIX) {
        return Ok(None);
    }
    let action = match asked.action {
        "s3:GetObject" | "s3:ListMultipartUploadParts" => "s3tables:GetTableData",
        "s3:PutObject" | "s3:AbortMultipartUpload" => "s3tables:PutTableData",
        _ => return Ok(None),
    };
    let bucket = ctx.read(|tx| BUCKETS.get(tx, name))?;
    let table = bucket.and_then(|bucket| bucket.table?.parse().ok());
    Ok(table.map(|table| (action.to_owned(), table)))
}

/// Refuses what is not for such buckets. A look at the name is all that it costs others.
pub(crate) struct Files;

impl Around for Files {
    fn concerns(&self, schema: &OperationSchema) -> bool {
        let is_bucket = |name: &str| name == "Bucket";
        !ALLOWED.contains(&schema.name)
            && schema.name != "CreateBucket"
            && schema.input.members.iter().any(|member| is_bucket(member.name))
    }

    fn before(&self, ctx: &Ctx, input: &dyn Structure) -> Result<bool> {
        let at = input.schema().members.iter().position(|member| member.name == "Bucket");
        let name = at.map(|at| input.member(at).view());
        match name {
            Some(View::Str(name)) if name.ends_with(SUFFIX) && !is_service(ctx) => {
                let message = "The specified method is not allowed against this resource.";
                Err(Fail::new("MethodNotAllowed", 405, message))
            }
            _ => Ok(false),
        }
    }

    fn after(&self, _output: &mut dyn Structure) {}
}
