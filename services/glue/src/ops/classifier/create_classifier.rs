//! `CreateClassifier`: a way to tell what files are, tried before the built-in ones.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateClassifier.html>

use glue_api::{CreateClassifier, CreateClassifierInput, CreateClassifierOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::crawl::classifier;
use crate::error;
use crate::store::CLASSIFIERS;

impl Handle<CreateClassifier> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateClassifierInput,
    ) -> Result<CreateClassifierOutput> {
        let mut defined = super::created(input)?;
        super::stamp(&mut defined, ctx.now().floor_secs(), None);
        classifier::check(&defined)?;
        let name = classifier::name(&defined).to_owned();
        ctx.write(|tx| {
            if CLASSIFIERS.contains(tx, name.as_str())? {
                return Err(error::classifier_exists(&name));
            }
            Ok(CLASSIFIERS.put(tx, name.as_str(), &platform::Stored(defined))?)
        })
        .await?;
        Ok(CreateClassifierOutput::default())
    }
}
