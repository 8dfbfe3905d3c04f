//! The flights example as data: loaded by its own script, its Parquet files fetched back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use http::Method;
use tokio::runtime::Runtime;

use crate::connection::{Answer, Connection, refusal};
use crate::endpoint::{Body, Endpoint, Outgoing, REGION};

/// The bucket the example's script writes to.
pub const BUCKET: &str = "flights-lake";
/// The database of its Parquet tables.
pub const DATABASE: &str = "nyc";

/// One of the five.
pub struct Question {
    /// The name of its file.
    pub name: String,
    /// As Athena reads it.
    pub sql: String,
    /// As DuckDB reads it.
    pub duck_sql: String,
}

/// The folder of the example, found from where the command runs upwards.
pub fn example() -> Result<PathBuf> {
    let here = std::env::current_dir()?;
    here.ancestors()
        .map(|folder| folder.join("examples/flights"))
        .find(|folder| folder.join("pipeline.py").is_file())
        .context("examples/flights is not here; run this inside the repository")
}

/// Runs the example's script against the endpoint.
pub fn load(python: &Path, example: &Path, endpoint: &Endpoint) -> Result<()> {
    let script = Command::new(python)
        .arg(example.join("pipeline.py"))
        .args(["--bucket", BUCKET])
        .env("AWS_ENDPOINT_URL", endpoint.url())
        .env("AWS_ACCESS_KEY_ID", &endpoint.key.id)
        .env("AWS_SECRET_ACCESS_KEY", &endpoint.key.secret)
        .env("AWS_DEFAULT_REGION", REGION)
        .output()
        .context("cannot start the example's script")?;
    if !script.status.success() {
        let said = String::from_utf8_lossy(&script.stderr);
        bail!("the example's script failed ({}):\n{}", script.status, said.trim_end());
    }
    Ok(())
}

/// Downloads the Parquet files, folders kept; answers their bytes.
pub fn fetch(endpoint: &Endpoint, folder: &Path) -> Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut connection = Connection::new(endpoint);
    let query = "list-type=2&prefix=parquet%2F".to_owned();
    let listed = get(&runtime, &mut connection, format!("/{BUCKET}"), query)?;
    let text = String::from_utf8(listed.body.to_vec())?;
    if text.contains("<IsTruncated>true") {
        bail!("the example has more Parquet files than one page lists");
    }
    let mut bytes = 0;
    let mut files = 0;
    for key in text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
        // Keys become file names: only those the example writes are taken.
        let plain = |c: char| c.is_ascii_alphanumeric() || "/=-_.".contains(c);
        if !key.chars().all(plain) || key.contains("..") {
            bail!("the key '{key}' is none of the example's");
        }
        let path = format!("/{BUCKET}/{}", key.replace('=', "%3D"));
        let answer = get(&runtime, &mut connection, path, String::new())?;
        if answer.body.is_empty() {
            continue;
        }
        let file = folder.join(key.trim_start_matches("parquet/"));
        let parent = file.parent().context("a file has a folder")?;
        fs::create_dir_all(parent)?;
        fs::write(&file, &answer.body)?;
        bytes += answer.body.len() as u64;
        files += 1;
    }
    if files == 0 {
        bail!("there are no Parquet files in s3://{BUCKET}/parquet/");
    }
    Ok(bytes)
}

fn get(
    runtime: &Runtime,
    connection: &mut Connection,
    path: String,
    query: String,
) -> Result<Answer> {
    let outgoing = Outgoing::s3(Method::GET, path, query, Body::none());
    let answer = runtime.block_on(connection.call(&outgoing))?;
    if !answer.status.is_success() {
        bail!("GET {} was refused: {}", outgoing.path, refusal(&answer));
    }
    Ok(answer)
}

/// The five questions in order.
pub fn questions(example: &Path) -> Result<Vec<Question>> {
    let mut files: Vec<PathBuf> = fs::read_dir(example.join("queries"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let question = |file: PathBuf| {
        let name = file.file_stem().context("a file has a name")?.to_string_lossy().into_owned();
        let sql = fs::read_to_string(&file)?;
        // DuckDB divides two integers into a double, Trino into an integer.
        let duck_sql = sql.replace("/ 5,", "// 5,");
        Ok(Question { name, sql, duck_sql })
    };
    files.into_iter().map(question).collect()
}
