//! `GetClassifier`: one classifier.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetClassifier.html>

use glue_api::{GetClassifier, GetClassifierInput, GetClassifierOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::error;
use crate::store::CLASSIFIERS;

impl Handle<GetClassifier> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetClassifierInput) -> Result<GetClassifierOutput> {
        let found = ctx.read(|tx| CLASSIFIERS.get(tx, input.name.as_str()))?;
        let found = found.ok_or_else(|| error::no_classifier(&input.name))?;
        Ok(GetClassifierOutput { classifier: Some(found.0) })
    }
}
