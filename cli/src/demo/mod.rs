//! `aquifer demo`: a real pipeline on real data, told as it happens and kept as a report.
//!
//! The demo is a client. It is given the address of a running platform and calls it over HTTP as
//! any other client would; starting and stopping that platform is the caller's business. The data,
//! the SQL and the report's looks are inside the binary.

mod chart;
mod client;
mod data;
mod questions;
mod report;
mod steps;
mod text;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use http::Uri;

use client::{Client, REGION};
use steps::{Answer, CSV, PARQUET, Story};

/// How much more data there would be in a lake worth a bill; the cost of reading it is shown too.
const LAKE_TIMES: u64 = 10_000;

/// Runs the pipeline against `endpoint`, prints steps and answers on stdout, and writes the report.
///
/// `endpoint` is for example `http://127.0.0.1:4566`. The platform may already hold the demo's
/// bucket and tables; they are replaced.
pub async fn run(endpoint: &Uri, report: &Path) -> Result<()> {
    let client = Client::new(endpoint)?;
    let started = Instant::now();
    println!("New York's flights of 2013, from CSV files to answers\n");
    let story = steps::run(
        &client,
        |number, step| {
            let (title, detail) = (&step.title, &step.detail);
            println!("{number:>3}  {title:<38}{detail:<58}{:>8}", text::took(step.took));
        },
        print_answer,
    )
    .await?;
    let took = started.elapsed();

    print_costs(&story);
    print_bill(&story);
    let page = report::render(&story, took, &endpoint_text(endpoint));
    std::fs::write(report, page)
        .with_context(|| format!("the report cannot be written to {}", report.display()))?;
    println!("\nAll of it took {}. The report: {}", text::took(took), report.display());
    print_next(&endpoint_text(endpoint));
    Ok(())
}

fn endpoint_text(endpoint: &Uri) -> String {
    endpoint.to_string().trim_end_matches('/').to_owned()
}

fn print_answer(answer: &Answer) {
    let (question, note) = answer.question.ask();
    println!("\n    {question}");
    if let Some(note) = note {
        println!("    {note}");
    }
    let names: Vec<&str> = answer.columns.iter().map(|(name, _)| name.as_str()).collect();
    let numeric: Vec<bool> = answer.columns.iter().map(|(_, t)| text::is_numeric(t)).collect();
    let rows: Vec<Vec<String>> = answer
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect())
        .collect();
    println!("\n{}", text::table(&names, &numeric, &rows));
}

fn print_costs(story: &Story) {
    println!("\nWhat each question read, and what Athena would have charged for it\n");
    let times = text::count(LAKE_TIMES);
    let (csv, parquet) = (format!("CSV × {times}"), format!("Parquet × {times}"));
    let names = ["", "CSV", "Parquet", "share", "charge", &csv, &parquet];
    let rows: Vec<Vec<String>> = story
        .answers
        .iter()
        .enumerate()
        .map(|(n, answer)| {
            let (csv, parquet) = (answer.csv, answer.parquet);
            let charged = if text::dollars(csv.cost()) == text::dollars(parquet.cost()) {
                text::dollars(csv.cost())
            } else {
                format!("{} / {}", text::dollars(csv.cost()), text::dollars(parquet.cost()))
            };
            vec![
                format!("Question {}", n + 1),
                text::bytes(csv.bytes),
                text::bytes(parquet.bytes),
                share(parquet.bytes, csv.bytes),
                charged,
                format!("${:.2}", csv.cost_of(LAKE_TIMES)),
                format!("${:.2}", parquet.cost_of(LAKE_TIMES)),
            ]
        })
        .collect();
    println!("{}", text::table(&names, &[false, true, true, true, true, true, true], &rows));
    println!(
        "    $5.00 a terabyte, 10 MB at least for each query. The last columns: the charge for {} \
         times the data.",
        text::count(LAKE_TIMES)
    );
}

/// `part` of `whole` in percent.
fn share(part: u64, whole: u64) -> String {
    format!("{:.0} %", 100.0 * part as f64 / (whole.max(1)) as f64)
}

fn print_bill(story: &Story) {
    println!("\nThe bill of the whole run\n");
    let rows: Vec<Vec<String>> = story
        .bill
        .iter()
        .map(|line| {
            vec![
                line.service.clone(),
                line.usage.clone(),
                format!("{}", line.quantity),
                line.unit.clone(),
                text::dollars(line.amount),
            ]
        })
        .collect();
    let names = ["Service", "Usage", "Quantity", "Unit", "Amount"];
    println!("{}", text::table(&names, &[false, false, true, false, true], &rows));
    let total: f64 = story.bill.iter().map(|line| line.amount).sum();
    println!("    Together {}", text::dollars(total));
}

/// The three lines that take a user from here.
fn next_lines(endpoint: &str) -> [(&'static str, String); 3] {
    let keys = format!(
        "AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \
         AWS_DEFAULT_REGION={REGION}"
    );
    let sql = format!("SELECT origin, avg(dep_delay) FROM {PARQUET}.flights GROUP BY origin");
    [
        ("AWS CLI", format!("{keys} aws glue get-tables --database-name {CSV}")),
        (
            "boto3",
            format!(
                "boto3.client(\"s3\", endpoint_url=\"{endpoint}\", region_name=\"{REGION}\", \
                 aws_access_key_id=\"test\", aws_secret_access_key=\"test\")"
            ),
        ),
        ("SQL", format!("{endpoint}/_aquifer/#/athena?sql={}", link_text(&sql))),
    ]
}

fn print_next(endpoint: &str) {
    println!("\nGo on from here:");
    for (name, line) in next_lines(endpoint) {
        println!("    {name:<8}{line}");
    }
}

/// SQL in the fragment of an address.
fn link_text(sql: &str) -> String {
    sql.chars().map(|c| if c == ' ' { "+".to_owned() } else { c.to_string() }).collect()
}

/// The time of all questions, on either form of the data.
fn question_time(story: &Story, of: fn(&Answer) -> Duration) -> Duration {
    story.answers.iter().map(of).sum()
}
