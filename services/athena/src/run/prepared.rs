//! `PREPARE`, `DEALLOCATE`, and the statement that `EXECUTE` means. They are the workgroup's.

use platform::{Result as Answer, StoreError};

use super::{Done, Run};
use crate::failure::Failure;
use crate::model::PreparedRow;
use crate::store;

impl Run {
    pub(super) async fn prepare(&self, name: &str, sql: &str) -> Result<Done, Failure> {
        let row =
            PreparedRow { query: sql.to_owned(), description: None, modified: self.ctx.now() };
        let workgroup = self.live.row.workgroup.as_str();
        let put = self.ctx.write(|tx| -> Answer<()> {
            store::workgroup(tx, workgroup)?;
            Ok(store::put_prepared(tx, workgroup, name, &row)?)
        });
        put.await.map_err(|fail| Failure::ddl(fail.message()))?;
        self.nothing().await
    }

    pub(super) async fn deallocate(&self, name: &str) -> Result<Done, Failure> {
        let workgroup = &self.live.row.workgroup;
        let gone = self.ctx.write(|tx| store::delete_prepared(tx, workgroup, name)).await;
        if !gone.map_err(unreadable)? {
            return Err(self.no_prepared(name));
        }
        self.nothing().await
    }

    /// The text of a prepared statement.
    pub(super) fn prepared_query(&self, name: &str) -> Result<String, Failure> {
        let workgroup = &self.live.row.workgroup;
        let found = self.ctx.read(|tx| store::prepared(tx, workgroup, name)).map_err(unreadable)?;
        Ok(found.ok_or_else(|| self.no_prepared(name))?.query)
    }

    fn no_prepared(&self, name: &str) -> Failure {
        let message = format!("Prepared statement not found: {name}");
        aquifer_sql::SqlError::user("NOT_FOUND", message).into()
    }
}

fn unreadable(error: StoreError) -> Failure {
    tracing::error!(%error, "prepared statements cannot be read");
    aquifer_sql::SqlError::internal("prepared statements cannot be read").into()
}
