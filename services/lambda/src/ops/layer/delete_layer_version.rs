//! `DeleteLayerVersion`: no function can be given it any more; those that have it keep it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html>

use lambda_api::{DeleteLayerVersion, DeleteLayerVersionInput, DeleteLayerVersionOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::Lambda;
use crate::store::LAYERS;

impl Handle<DeleteLayerVersion> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteLayerVersionInput,
    ) -> Result<DeleteLayerVersionOutput> {
        let (action, number) = ("lambda:DeleteLayerVersion", Some(input.version_number));
        let (ctx, name, number) = super::open(ctx, action, &input.layer_name, number).await?;
        ctx.write(|tx| {
            let key = (name.as_str(), number);
            if let Some(mut row) = LAYERS.get(tx, &key)? {
                row.shown = None;
                LAYERS.put(tx, &key, &row)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteLayerVersionOutput {})
    }
}
