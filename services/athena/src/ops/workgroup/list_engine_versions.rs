//! `ListEngineVersions`: the engine versions a workgroup may choose.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListEngineVersions.html>

use athena_api::{ListEngineVersions, ListEngineVersionsInput, ListEngineVersionsOutput};
use platform::{Ctx, Handle, Result};

use crate::Athena;
use crate::model::{ENGINE_VERSION, engine_version};
use crate::ops::page;

const PAGE_MAX: usize = 10;

impl Handle<ListEngineVersions> for Athena {
    async fn handle(
        &self,
        _ctx: &Ctx,
        input: ListEngineVersionsInput,
    ) -> Result<ListEngineVersionsOutput> {
        let versions = vec![engine_version(None), engine_version(Some(ENGINE_VERSION))];
        let limit = page::limit(input.max_results, PAGE_MAX);
        let token = input.next_token.as_deref();
        let (versions, next_token) = page::whole("ListEngineVersions", versions, token, limit)?;
        Ok(ListEngineVersionsOutput { engine_versions: Some(versions), next_token })
    }
}
