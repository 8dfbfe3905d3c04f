//! `UpdateClassifier`: defines a classifier anew; what is not given stays.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateClassifier.html>

use glue_api::{UpdateClassifier, UpdateClassifierInput, UpdateClassifierOutput};
use platform::{Ctx, Handle, Result};

use platform::Stored;

use crate::Glue;
use crate::crawl::classifier;
use crate::error;
use crate::store::CLASSIFIERS;

impl Handle<UpdateClassifier> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateClassifierInput,
    ) -> Result<UpdateClassifierOutput> {
        let name = super::updated_name(&input)?.to_owned();
        let now = ctx.now().floor_secs();
        ctx.write(|tx| {
            let old = CLASSIFIERS.get(tx, name.as_str())?;
            let Stored(mut defined) = old.ok_or_else(|| error::no_classifier(&name))?;
            super::update(&mut defined, input)?;
            classifier::check(&defined)?;
            super::stamp(&mut defined, now, Some(now));
            Ok::<_, platform::Fail>(CLASSIFIERS.put(tx, name.as_str(), &Stored(defined))?)
        })
        .await?;
        Ok(UpdateClassifierOutput::default())
    }
}
