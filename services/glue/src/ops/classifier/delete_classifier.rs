//! `DeleteClassifier`: forgets a classifier.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteClassifier.html>

use glue_api::{DeleteClassifier, DeleteClassifierInput, DeleteClassifierOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::error;
use crate::store::CLASSIFIERS;

impl Handle<DeleteClassifier> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteClassifierInput,
    ) -> Result<DeleteClassifierOutput> {
        ctx.write(|tx| match CLASSIFIERS.delete(tx, input.name.as_str())? {
            true => Ok(()),
            false => Err(error::no_classifier(&input.name)),
        })
        .await?;
        Ok(DeleteClassifierOutput::default())
    }
}
