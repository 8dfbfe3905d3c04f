//! Queries through Athena's API, timed as a client feels them.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::connection::{Connection, refusal};
use crate::endpoint::{Body, Endpoint, Outgoing};

/// Between two questions whether a query is done: short beside the query, long beside a call.
const POLL: Duration = Duration::from_millis(1);
/// No question takes this long.
const PATIENCE: Duration = Duration::from_secs(120);

/// A client of Athena.
pub struct Athena {
    runtime: Runtime,
    connection: Connection,
    /// Where unqualified names are looked up.
    database: &'static str,
    /// The bucket that results go to.
    bucket: &'static str,
}

/// A query that succeeded.
pub struct Ran {
    /// From `StartQueryExecution` to the rows of `GetQueryResults`, in milliseconds.
    pub api_ms: f64,
    /// What the service says its engine took, in milliseconds.
    pub engine_ms: f64,
    /// Bytes it read.
    pub scanned_bytes: u64,
    /// The rows without the header.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Athena {
    /// A client of this endpoint that asks of a database and has its results put in a bucket.
    pub fn connect(
        endpoint: &Endpoint,
        database: &'static str,
        bucket: &'static str,
    ) -> Result<Athena> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Athena { runtime, connection: Connection::new(endpoint), database, bucket })
    }

    /// Runs a query to its end and reads its first page of rows.
    pub fn query(&mut self, sql: &str) -> Result<Ran> {
        self.run(sql, Some(self.database))
    }

    /// As [`Athena::query`], in another database or in none.
    pub fn run(&mut self, sql: &str, database: Option<&str>) -> Result<Ran> {
        let output = format!("s3://{}/bench-results/", self.bucket);
        let mut start = json!({
            "QueryString": sql,
            "ResultConfiguration": { "OutputLocation": output },
        });
        if let Some(database) = database {
            start["QueryExecutionContext"] = json!({ "Database": database });
        }
        let started = Instant::now();
        let id = self.call("AmazonAthena.StartQueryExecution", &start)?;
        let id = json!({ "QueryExecutionId": id["QueryExecutionId"] });
        let execution = loop {
            let got = self.call("AmazonAthena.GetQueryExecution", &id)?;
            let state = got.pointer("/QueryExecution/Status/State").and_then(Value::as_str);
            match state {
                Some("SUCCEEDED") => break got,
                Some("QUEUED" | "RUNNING") if started.elapsed() < PATIENCE => {
                    std::thread::sleep(POLL);
                }
                _ => bail!("the query did not succeed: {}\n{sql}", got["QueryExecution"]["Status"]),
            }
        };
        let results = self.call("AmazonAthena.GetQueryResults", &id)?;
        let api_ms = started.elapsed().as_secs_f64() * 1e3;
        let statistic = |name: &str| {
            let path = format!("/QueryExecution/Statistics/{name}");
            execution.pointer(&path).and_then(Value::as_u64).with_context(|| format!("no {name}"))
        };
        Ok(Ran {
            api_ms,
            engine_ms: statistic("EngineExecutionTimeInMillis")? as f64,
            scanned_bytes: statistic("DataScannedInBytes")?,
            rows: rows(&results),
        })
    }

    fn call(&mut self, target: &'static str, input: &Value) -> Result<Value> {
        let outgoing = Outgoing {
            service: "athena",
            method: Method::POST,
            path: "/".to_owned(),
            query: String::new(),
            target: Some(target),
            body: Body::signed(serde_json::to_vec(input)?.into()),
        };
        let answer = self.runtime.block_on(self.connection.call(&outgoing))?;
        if !answer.status.is_success() {
            bail!("{target} was refused: {}", refusal(&answer));
        }
        serde_json::from_slice(&answer.body).with_context(|| format!("{target} answered no JSON"))
    }
}

fn rows(results: &Value) -> Vec<Vec<Option<String>>> {
    let rows = results.pointer("/ResultSet/Rows").and_then(Value::as_array);
    let cell = |cell: &Value| cell.get("VarCharValue").and_then(Value::as_str).map(str::to_owned);
    let cells = |row: &Value| {
        let cells = row.get("Data").and_then(Value::as_array);
        cells.map_or_else(Vec::new, |cells| cells.iter().map(cell).collect())
    };
    rows.into_iter().flatten().skip(1).map(cells).collect()
}
