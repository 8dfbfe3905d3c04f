//! SQL logic tests: every `tests/slt/trino/**/*.slt` of the repository, each file in a laboratory
//! of its own.
//!
//! `SLT=name` runs the files whose path contains it; `SLT_COMPLETE=1` writes the answers of today
//! into the files, to be read before they are kept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::path::{Path, PathBuf};

use aquifer_sql::SqlError;
use async_trait::async_trait;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};
use support::Lab;

struct Engine(Lab);

#[async_trait]
impl AsyncDB for Engine {
    type Error = SqlError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, SqlError> {
        let answer = self.0.run(sql).await?;
        if answer.columns.is_empty() {
            let rows = answer.written.map_or(0, |w| w.rows);
            return Ok(DBOutput::StatementComplete(rows));
        }
        let types = answer.columns.iter().map(|c| match c.type_base.as_str() {
            "tinyint" | "smallint" | "integer" | "bigint" => DefaultColumnType::Integer,
            "real" | "double" | "decimal" => DefaultColumnType::FloatingPoint,
            "varchar" | "char" | "json" => DefaultColumnType::Text,
            _ => DefaultColumnType::Any,
        });
        let text = |value: Option<String>| match value {
            None => "NULL".to_owned(),
            Some(empty) if empty.is_empty() => "(empty)".to_owned(),
            Some(value) => value,
        };
        let rows = answer.rows.into_iter().map(|r| r.into_iter().map(text).collect());
        Ok(DBOutput::Rows { types: types.collect(), rows: rows.collect() })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "aquifer-trino"
    }
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "slt") {
            found.push(path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_passes() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo tells the folder");
    let root = Path::new(&here).join("../../tests/slt/trino");
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    assert!(!found.is_empty(), "no tests under {}", root.display());
    if let Ok(only) = std::env::var("SLT") {
        found.retain(|p| p.to_string_lossy().contains(&only));
    }
    let complete = std::env::var("SLT_COMPLETE").is_ok();
    let mut failures = Vec::new();
    for path in found {
        let lab = Lab::new();
        let mut runner = Runner::new(|| async { Ok(Engine(lab.clone())) });
        let outcome = if complete {
            let updated = runner.update_test_file(
                &path,
                " ",
                sqllogictest::default_validator,
                sqllogictest::default_normalizer,
                sqllogictest::default_column_validator,
            );
            updated.await.map_err(|e| e.to_string())
        } else {
            runner.run_file_async(&path).await.map_err(|e| e.display(false).to_string())
        };
        if let Err(failure) = outcome {
            failures.push(format!("{}:\n{failure}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{} files fail\n\n{}", failures.len(), failures.join("\n\n"));
}
