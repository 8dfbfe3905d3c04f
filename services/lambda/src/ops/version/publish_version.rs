//! `PublishVersion`: keeps a function as it is, under the next number.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html>

use lambda_api::{PublishVersion, PublishVersionInput, PublishVersionOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::FUNCTIONS;
use crate::{Lambda, error, names, versions};

impl Handle<PublishVersion> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: PublishVersionInput) -> Result<PublishVersionOutput> {
        let named = names::whole(ctx, "lambda:PublishVersion", &input.function_name).await?;
        if input.publish_to.is_some() {
            return Err(error::absent("PublishTo of a version"));
        }
        let (ctx, name) = (&named.ctx, named.name.as_str());
        ctx.write(|tx| {
            let mut function = versions::function(tx, &named)?;
            let latest = &function.latest.config.0;
            versions::check_revision(latest, input.revision_id.as_deref())?;
            if input.code_sha256.is_some() && input.code_sha256 != latest.code_sha256 {
                return Err(error::invalid(format!(
                    "CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). Please \
                     try again with the CodeSHA256 in $LATEST.",
                    input.code_sha256.unwrap_or_default(),
                    latest.code_sha256.clone().unwrap_or_default(),
                )));
            }
            let version = versions::publish(ctx, tx, name, &mut function, input.description)?;
            FUNCTIONS.put(tx, name, &function)?;
            Ok::<_, Fail>(version.config.0)
        })
        .await
    }
}
