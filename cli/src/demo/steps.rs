//! The pipeline, step by step: S3, IAM, Glue, Athena. It decides what to call and what to keep.
//!
//! It may run again on a platform that already holds its tables: what exists is kept or replaced.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::client::{Client, element, is_refusal, pause};
use super::data::{self, File};
use super::questions::{QUESTIONS, Question, Row};
use super::text;

/// The bucket everything lands in.
pub const BUCKET: &str = "flights-lake";
/// The database of the crawled CSV tables and the typed views on them.
pub const CSV: &str = "nyc_csv";
/// The database of the Parquet tables.
pub const PARQUET: &str = "nyc";

const CRAWLER: &str = "flights";
const CLASSIFIER: &str = "csv-with-header";
const ROLE: &str = "flights-crawler";
/// A crawl or a query of the demo that takes longer has gone wrong.
const PATIENCE: Duration = Duration::from_secs(300);

/// Tables with the SQL of their typed columns.
const TABLES: [(&str, &str); 5] = [
    ("flights", include_str!("../../../examples/flights/tables/flights.sql")),
    ("weather", include_str!("../../../examples/flights/tables/weather.sql")),
    ("planes", include_str!("../../../examples/flights/tables/planes.sql")),
    ("airports", include_str!("../../../examples/flights/tables/airports.sql")),
    ("airlines", include_str!("../../../examples/flights/tables/airlines.sql")),
];

/// Everything the run found out; the report is drawn from it.
#[derive(Default)]
pub struct Story {
    /// What was done and how long it took.
    pub steps: Vec<Step>,
    /// The tables in the catalog, with name, format, columns and partition keys.
    pub tables: Vec<CatalogTable>,
    /// The partitions of the crawled flights: folder, bytes of CSV, bytes of Parquet.
    pub partitions: Vec<Partition>,
    /// The questions with their answers.
    pub answers: Vec<Answer>,
    /// The lines of the bill.
    pub bill: Vec<BillLine>,
}

/// One step of the run.
pub struct Step {
    /// What was done.
    pub title: String,
    /// What came of it.
    pub detail: String,
    /// How long it took.
    pub took: Duration,
}

/// A table as the catalog describes it.
pub struct CatalogTable {
    pub database: &'static str,
    pub name: String,
    pub kind: String,
    pub columns: Vec<(String, String)>,
    pub partition_keys: Vec<String>,
}

/// One month of flights, in both forms.
pub struct Partition {
    pub name: String,
    pub csv_bytes: u64,
    pub parquet_bytes: u64,
}

/// What one run of a query cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    pub bytes: u64,
    pub took: Duration,
}

impl Scan {
    /// Athena's list price in dollars for a terabyte read.
    const PER_TERABYTE: f64 = 5.0;
    /// Each query is charged for at least this much.
    const BILLED_BYTES_MIN: u64 = 10_000_000;

    /// What Athena would have charged, in dollars.
    pub fn cost(self) -> f64 {
        self.bytes.max(Self::BILLED_BYTES_MIN) as f64 / 1e12 * Self::PER_TERABYTE
    }

    /// What Athena would charge, in dollars, if there were `times` as much data.
    pub fn cost_of(self, times: u64) -> f64 {
        Scan { bytes: self.bytes.saturating_mul(times), ..self }.cost()
    }
}

/// A question, answered.
pub struct Answer {
    pub question: &'static Question,
    /// Names and types.
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Row>,
    pub csv: Scan,
    pub parquet: Scan,
}

/// A line of the bill.
pub struct BillLine {
    pub service: String,
    pub usage: String,
    pub unit: String,
    pub quantity: f64,
    pub unit_price: f64,
    pub amount: f64,
}

/// Runs the whole pipeline. `step` is told of each step when it is done, `answer` of each answer.
pub async fn run(
    client: &Client,
    mut step: impl FnMut(usize, &Step),
    mut answer: impl FnMut(&Answer),
) -> Result<Story> {
    let mut story = Story::default();
    let mut done = |steps: &mut Vec<Step>, title: &str, detail: String, started: Instant| {
        steps.push(Step { title: title.to_owned(), detail, took: started.elapsed() });
        if let Some(last) = steps.last() {
            step(steps.len(), last);
        }
    };

    let started = Instant::now();
    let files = tokio::task::spawn_blocking(data::files).await??;
    let flights: usize = files.iter().filter(|f| f.key.contains("month=")).map(|f| f.rows).sum();
    let detail = format!("{} flights in 12 months, 4 small tables", text::count(flights as u64));
    done(&mut story.steps, "Unpack the data", detail, started);

    let started = Instant::now();
    let detail = upload(client, &files).await?;
    done(&mut story.steps, "Land the files in S3", detail, started);

    let started = Instant::now();
    let detail = prepare(client).await?;
    done(&mut story.steps, "Make databases and a crawler", detail, started);

    let started = Instant::now();
    crawl(client).await?;
    story.partitions = partitions(client, &files).await?;
    story.tables = tables(client, CSV).await?;
    let detail = format!("{} tables, {} partitions", story.tables.len(), story.partitions.len());
    done(&mut story.steps, "Crawl", detail, started);

    let started = Instant::now();
    views(client).await?;
    done(
        &mut story.steps,
        "Type the CSV tables with views",
        format!("{} views", TABLES.len()),
        started,
    );

    let started = Instant::now();
    let stored = parquet(client, &mut story.partitions).await?;
    let csv: u64 = files.iter().map(|f| f.body.len() as u64).sum();
    let detail = format!("{} of CSV became {}", text::bytes(csv), text::bytes(stored));
    done(&mut story.steps, "CREATE TABLE AS, partitioned Parquet", detail, started);
    story.tables.extend(tables(client, PARQUET).await?);

    for (n, question) in QUESTIONS.iter().enumerate() {
        let started = Instant::now();
        let answered = ask(client, question).await?;
        let (csv, parquet) = (answered.csv, answered.parquet);
        let detail = format!(
            "read {} of CSV, {} of Parquet",
            text::bytes(csv.bytes),
            text::bytes(parquet.bytes)
        );
        done(&mut story.steps, &format!("Question {}", n + 1), detail, started);
        answer(&answered);
        story.answers.push(answered);
    }
    story.bill = bill(client).await?;
    Ok(story)
}

async fn upload(client: &Client, files: &[File]) -> Result<String> {
    let made = client.create_bucket(BUCKET).await;
    tolerate(made, &["BucketAlreadyOwnedByYou"])?;
    for file in files {
        client.put_object(BUCKET, &file.key, file.body.clone()).await?;
    }
    let bytes: u64 = files.iter().map(|file| file.body.len() as u64).sum();
    Ok(format!("{} objects, {}, in s3://{BUCKET}/raw/", files.len(), text::bytes(bytes)))
}

async fn prepare(client: &Client) -> Result<String> {
    for database in [CSV, PARQUET] {
        let input = json!({ "DatabaseInput": { "Name": database } });
        tolerate(client.glue("CreateDatabase", input).await, &["AlreadyExistsException"])?;
    }
    // Where every column is text, nothing tells the header from a row: the classifier says it.
    let classifier = json!({ "CsvClassifier": {
        "Name": CLASSIFIER, "Delimiter": ",", "QuoteSymbol": "\"", "ContainsHeader": "PRESENT",
    } });
    tolerate(client.glue("CreateClassifier", classifier).await, &["AlreadyExistsException"])?;
    let targets: Vec<Value> = TABLES
        .iter()
        .map(|(table, _)| json!({ "Path": format!("s3://{BUCKET}/raw/{table}/") }))
        .collect();
    let crawler = json!({
        "Name": CRAWLER, "Role": role(client).await?, "DatabaseName": CSV, "TablePrefix": "raw_",
        "Classifiers": [CLASSIFIER], "Targets": { "S3Targets": targets },
    });
    tolerate(client.glue("CreateCrawler", crawler).await, &["AlreadyExistsException"])?;
    Ok(format!("{CSV}, {PARQUET}; a role, a classifier, a crawler of {} folders", TABLES.len()))
}

async fn role(client: &Client) -> Result<String> {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "glue.amazonaws.com" },
        "Action": "sts:AssumeRole",
    }] });
    let may = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": ["s3:*", "glue:*", "logs:*"], "Resource": "*",
    }] });
    let (trust, may) = (trust.to_string(), may.to_string());
    let new = [("RoleName", ROLE), ("AssumeRolePolicyDocument", trust.as_str())];
    tolerate(client.iam("CreateRole", &new).await, &["EntityAlreadyExists"])?;
    let policy = [("RoleName", ROLE), ("PolicyName", "lake"), ("PolicyDocument", may.as_str())];
    client.iam("PutRolePolicy", &policy).await?;
    let got = client.iam("GetRole", &[("RoleName", ROLE)]).await?;
    Ok(element(&got, "Arn").context("GetRole told no Arn")?.to_owned())
}

async fn crawl(client: &Client) -> Result<()> {
    let name = json!({ "Name": CRAWLER });
    client.glue("StartCrawler", name.clone()).await?;
    let started = Instant::now();
    loop {
        let got = client.glue("GetCrawler", name.clone()).await?;
        if field(&got, "/Crawler/State") == "READY" {
            let status = field(&got, "/Crawler/LastCrawl/Status");
            if status != "SUCCEEDED" {
                bail!(
                    "the crawl ended {status}: {}",
                    field(&got, "/Crawler/LastCrawl/ErrorMessage")
                );
            }
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            bail!("the crawl did not end within {} seconds", PATIENCE.as_secs());
        }
        pause(Duration::from_millis(20)).await;
    }
}

async fn tables(client: &Client, database: &'static str) -> Result<Vec<CatalogTable>> {
    let got = client.glue("GetTables", json!({ "DatabaseName": database })).await?;
    let tables = list(&got, "/TableList").filter(|t| field(t, "/TableType") != "VIRTUAL_VIEW");
    Ok(tables
        .map(|table| CatalogTable {
            database,
            name: field(table, "/Name").to_owned(),
            kind: format_of(table),
            columns: list(table, "/StorageDescriptor/Columns")
                .map(|c| (field(c, "/Name").to_owned(), field(c, "/Type").to_owned()))
                .collect(),
            partition_keys: list(table, "/PartitionKeys")
                .map(|key| field(key, "/Name").to_owned())
                .collect(),
        })
        .collect())
}

fn format_of(table: &Value) -> String {
    let serde = field(table, "/StorageDescriptor/SerdeInfo/SerializationLibrary").to_lowercase();
    let known = field(table, "/Parameters/classification");
    match known {
        "" if serde.contains("parquet") => "parquet".to_owned(),
        known => known.to_owned(),
    }
}

async fn partitions(client: &Client, files: &[File]) -> Result<Vec<Partition>> {
    let input = json!({ "DatabaseName": CSV, "TableName": "raw_flights" });
    let got = client.glue("GetPartitions", input).await?;
    let mut found: Vec<Partition> = list(&got, "/Partitions")
        .map(|partition| {
            let values: Vec<&str> = list(partition, "/Values").filter_map(Value::as_str).collect();
            let folder = field(partition, "/StorageDescriptor/Location").trim_end_matches('/');
            let csv = files.iter().filter(|file| {
                format!("s3://{BUCKET}/{}", file.key).starts_with(&format!("{folder}/"))
            });
            Partition {
                name: values.join("-"),
                csv_bytes: csv.map(|file| file.body.len() as u64).sum(),
                parquet_bytes: 0,
            }
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

async fn views(client: &Client) -> Result<()> {
    for (table, select) in TABLES {
        query(client, CSV, &format!("CREATE OR REPLACE VIEW {CSV}.{table} AS\n{select}")).await?;
    }
    Ok(())
}

/// Writes every table as Parquet and answers the bytes stored.
async fn parquet(client: &Client, partitions: &mut [Partition]) -> Result<u64> {
    loop {
        let left_over = client.list_objects(BUCKET, "parquet/").await?;
        if left_over.is_empty() {
            break;
        }
        for (key, _) in left_over {
            client.delete_object(BUCKET, &key).await?;
        }
    }
    for (table, _) in TABLES {
        query(client, PARQUET, &format!("DROP TABLE IF EXISTS {PARQUET}.{table}")).await?;
        let by = if table == "flights" { ", partitioned_by = ARRAY['month']" } else { "" };
        let place = format!("s3://{BUCKET}/parquet/{table}/");
        let sql = format!(
            "CREATE TABLE {PARQUET}.{table}\n\
             WITH (format = 'PARQUET', external_location = '{place}'{by})\n\
             AS SELECT * FROM {CSV}.{table}"
        );
        query(client, PARQUET, &sql).await?;
    }
    let stored = client.list_objects(BUCKET, "parquet/").await?;
    for (key, bytes) in &stored {
        let month = key.split("/month=").nth(1).and_then(|rest| rest.split('/').next());
        let month = month.and_then(|month| month.parse::<u8>().ok());
        for partition in partitions.iter_mut() {
            let of = partition.name.rsplit('-').next().and_then(|m| m.parse::<u8>().ok());
            if month.is_some() && of == month {
                partition.parquet_bytes += bytes;
            }
        }
    }
    Ok(stored.iter().map(|(_, bytes)| bytes).sum())
}

async fn ask(client: &Client, question: &'static Question) -> Result<Answer> {
    let (csv_id, csv) = query(client, CSV, question.sql).await?;
    let (id, parquet) = query(client, PARQUET, question.sql).await?;
    let (columns, rows) = results(client, &id).await?;
    let (_, from_csv) = results(client, &csv_id).await?;
    if rows != from_csv {
        bail!("CSV and Parquet gave different answers to: {}", question.ask().0);
    }
    Ok(Answer { question, columns, rows, csv, parquet })
}

/// Runs one statement to its end; answers its id and what it read.
async fn query(client: &Client, database: &str, sql: &str) -> Result<(String, Scan)> {
    let input = json!({
        "QueryString": sql,
        "QueryExecutionContext": { "Database": database },
        "ResultConfiguration": { "OutputLocation": format!("s3://{BUCKET}/results/") },
    });
    let started = Instant::now();
    let got = client.athena("StartQueryExecution", input).await?;
    let id = field(&got, "/QueryExecutionId").to_owned();
    let mut wait = Duration::from_millis(2);
    loop {
        let got = client.athena("GetQueryExecution", json!({ "QueryExecutionId": id })).await?;
        let whole = |name: &str| {
            let path = format!("/QueryExecution/Statistics/{name}");
            got.pointer(&path).and_then(Value::as_u64).unwrap_or(0)
        };
        match field(&got, "/QueryExecution/Status/State") {
            "QUEUED" | "RUNNING" if started.elapsed() < PATIENCE => {}
            "SUCCEEDED" => {
                let took = Duration::from_millis(whole("TotalExecutionTimeInMillis"));
                return Ok((id, Scan { bytes: whole("DataScannedInBytes"), took }));
            }
            state => {
                let why = field(&got, "/QueryExecution/Status/StateChangeReason");
                bail!("the query ended {state}: {why}\n{sql}");
            }
        }
        pause(wait).await;
        wait = (wait * 3 / 2).min(Duration::from_millis(50));
    }
}

type Results = (Vec<(String, String)>, Vec<Row>);

async fn results(client: &Client, id: &str) -> Result<Results> {
    // Every answer of the demo fits on one page of a thousand rows.
    let got = client.athena("GetQueryResults", json!({ "QueryExecutionId": id })).await?;
    let columns = list(&got, "/ResultSet/ResultSetMetadata/ColumnInfo")
        .map(|column| (field(column, "/Name").to_owned(), field(column, "/Type").to_owned()))
        .collect();
    let rows = list(&got, "/ResultSet/Rows").skip(1).map(|row| {
        let cells = list(row, "/Data");
        cells.map(|v| v.get("VarCharValue").and_then(Value::as_str).map(str::to_owned)).collect()
    });
    Ok((columns, rows.collect()))
}

async fn bill(client: &Client) -> Result<Vec<BillLine>> {
    let got = client.admin("bill").await?;
    let lines = got.get("lines").unwrap_or(&got).as_array().cloned().unwrap_or_default();
    let mut bill: Vec<BillLine> = lines
        .iter()
        .map(|line| BillLine {
            service: field(line, "/service").to_owned(),
            usage: field(line, "/usage_type").to_owned(),
            unit: field(line, "/unit").to_owned(),
            quantity: amount(line, "quantity"),
            unit_price: amount(line, "unit_price"),
            amount: amount(line, "amount"),
        })
        .collect();
    bill.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    Ok(bill)
}

/// A number, or a number in a text as exact decimals are sent.
fn amount(line: &Value, name: &str) -> f64 {
    match line.get(name) {
        Some(Value::String(text)) => text.parse().unwrap_or(0.0),
        Some(value) => value.as_f64().unwrap_or(0.0),
        None => 0.0,
    }
}

fn tolerate<T>(answer: Result<T>, codes: &[&str]) -> Result<()> {
    match answer {
        Err(error) if !is_refusal(&error, codes) => Err(error),
        _ => Ok(()),
    }
}

fn field<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_costs_at_least_ten_megabytes() {
        let scan = Scan { bytes: 1, took: Duration::ZERO };
        assert_eq!(text::dollars(scan.cost()), "$0.00005");
        let scan = Scan { bytes: 8_000_000, took: Duration::ZERO };
        assert_eq!(text::dollars(scan.cost_of(10_000)), "$0.40");
    }
}
