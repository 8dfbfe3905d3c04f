//! `GetQueryResults`: a page of a query's result, read from its file as the caller.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html>

use athena_api::{
    Datum, GetQueryResults, GetQueryResultsInput, GetQueryResultsOutput, QueryResultType,
    ResultSet, ResultSetMetadata, Row,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::{Execution, State};
use crate::ops::page;
use crate::results::read;
use crate::uri::S3Uri;
use crate::{Athena, error};

const PAGE_MAX: usize = 1_000;

impl Handle<GetQueryResults> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetQueryResultsInput,
    ) -> Result<GetQueryResultsOutput> {
        if input.query_result_type == Some(QueryResultType::DataManifest) {
            return Err(error::not_implemented("QueryResultType DATA_MANIFEST"));
        }
        let id = input.query_execution_id;
        let row = self.query(ctx, &id).await?;
        let row = self.succeeded(ctx, &id, row)?;
        let list = format!("GetQueryResults/{id}");
        let from = match page::after(&list, input.next_token.as_deref())? {
            None => 0,
            Some(from) => from.parse().map_err(|_| error::invalid_token())?,
        };
        let file = S3Uri::parse(row.output()).ok_or_else(no_results)?;
        let limit = page::limit(input.max_results, PAGE_MAX);
        let (description, rows) = read(ctx, &file, from, limit).await.map_err(unreadable)?;

        let datum = |value: Option<String>| Datum { var_char_value: value };
        let shown = rows
            .rows
            .into_iter()
            .map(|values| Row { data: Some(values.into_iter().map(datum).collect()) });
        let shown = shown.collect();
        let last = rows.next.map(|next| next.to_string());
        Ok(GetQueryResultsOutput {
            update_count: description.update_count.or(Some(0)),
            result_set: Some(ResultSet {
                rows: Some(shown),
                result_set_metadata: Some(ResultSetMetadata {
                    column_info: Some(description.column_info()),
                }),
            }),
            next_token: page::next(&list, true, last.as_deref()),
        })
    }
}

impl Athena {
    /// The query, which must have come to a good end.
    fn succeeded(&self, ctx: &Ctx, id: &str, row: Execution) -> Result<Execution> {
        match row.state {
            State::Succeeded => Ok(row),
            State::Queued => {
                let shown = self.show(ctx, id, row)?;
                let state = shown.status.and_then(|status| status.state).unwrap_or_default();
                Err(error::invalid(format!("Query has not yet finished. Current state: {state}")))
            }
            State::Failed | State::Cancelled => {
                let shown = row.describe(id);
                let state = shown.status.and_then(|status| status.state).unwrap_or_default();
                Err(error::invalid(format!(
                    "Query did not finish successfully. Final query state: {state}"
                )))
            }
        }
    }
}

fn no_results() -> Fail {
    error::invalid("Could not find results")
}

fn unreadable(fail: Fail) -> Fail {
    match fail.code() {
        "NoSuchKey" | "NoSuchBucket" => no_results(),
        // Keys that KMS has and does not give, through S3 or without it.
        code if code.starts_with("KMS.") || KEY_REFUSALS.contains(&code) => {
            error::invalid(fail.message())
        }
        _ => fail,
    }
}

/// What KMS says of keys that may not be used as they are.
const KEY_REFUSALS: [&str; 5] = [
    "DisabledException",
    "IncorrectKeyException",
    "InvalidCiphertextException",
    "KMSInvalidStateException",
    "NotFoundException",
];
