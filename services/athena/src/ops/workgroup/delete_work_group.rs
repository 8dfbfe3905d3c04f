//! `DeleteWorkGroup`: removes a workgroup, with all that is in it if asked to.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html>

use athena_api::{DeleteWorkGroup, DeleteWorkGroupInput, DeleteWorkGroupOutput};
use platform::{Ctx, Handle, Result, StoreError};

use crate::access::PRIMARY;
use crate::failure::Failure;
use crate::{Athena, error, run, store};

/// Queries of one transaction.
const BATCH: usize = 500;

impl Handle<DeleteWorkGroup> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteWorkGroupInput,
    ) -> Result<DeleteWorkGroupOutput> {
        let name = input.work_group;
        if name == PRIMARY {
            return Err(error::invalid("The primary WorkGroup cannot be deleted."));
        }
        ctx.read(|tx| store::workgroup(tx, &name))?;
        if input.recursive_delete_option == Some(true) {
            for live in self.core.queue.of_workgroup(ctx.scope(), &name) {
                live.stop("WorkGroup was deleted");
                if self.core.queue.withdraw(&live.id) {
                    let stopped = Err(Failure::from(aquifer_sql::SqlError::cancelled()));
                    run::finish(&self.core, ctx, &live, stopped).await;
                }
            }
            // History may be long, so it goes in pieces; the workgroup goes last.
            loop {
                let gone = ctx.write(|tx| store::forget_some(tx, &name, BATCH)).await;
                if gone.map_err(|error: StoreError| error)? < BATCH {
                    break;
                }
            }
        }
        ctx.write(|tx| {
            let recursive = input.recursive_delete_option == Some(true);
            if !recursive && !store::is_empty(tx, &name)? {
                return Err(error::invalid(format!("WorkGroup {name} is not empty")));
            }
            // Queries that came since.
            while store::forget_some(tx, &name, BATCH)? == BATCH {}
            store::delete_workgroup(tx, &name)?;
            Ok(DeleteWorkGroupOutput::default())
        })
        .await
    }
}
