//! `UNLOAD (query) TO 's3://…' WITH (…)`: rows into files and nowhere else.

use aquifer_sql::{PreparedQuery, Properties, Session};

use super::layout::{Layout, invalid, nothing_left};
use super::{Done, Run};
use crate::failure::Failure;
use crate::uri::{S3Uri, folder};

impl Run {
    pub(super) async fn unload(
        &self,
        session: &Session,
        to: &str,
        properties: &Properties,
        query: PreparedQuery,
    ) -> Result<Done, Failure> {
        self.live.counts(query.stats());
        let mut properties = properties.clone();
        let layout = Layout::take(&mut properties, &["compression"], None)?;
        nothing_left(&properties)?;
        layout.check_columns(query.columns())?;
        if S3Uri::parse(to).is_none() {
            return Err(invalid(format!("'{to}' is not a location in S3")).into());
        }
        let spec = layout.target(&folder(to), &self.live.id, false);
        self.begin_writing(&spec.location, None).await?;
        let written = session.execute_write(query, spec).await?;
        let told = self.written(&written).await;
        self.or_discard(&written, told).await
    }
}
