//! Which rows of the acceptance specification the tests have shown, service by service.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workspace::Workspace;

/// How many rows each service has, what it is called, and which rows its tests show in part only.
const ROWS: &str = "tests/clients/rows.toml";

/// Rows named by tests, and whether every test that names them passed.
#[derive(Default)]
pub struct Rows {
    shown: BTreeMap<String, bool>,
}

impl Rows {
    /// Adds `{"S3-12": {"passed": 2, "failed": 0}, …}`.
    pub fn add(&mut self, rows: &Value) {
        for (row, counts) in rows.as_object().into_iter().flatten() {
            let passed = counts["passed"].as_u64().unwrap_or(0) > 0;
            let failed = counts["failed"].as_u64().unwrap_or(0) > 0;
            let shown = self.shown.entry(row.clone()).or_insert(true);
            *shown &= passed && !failed;
        }
    }

    /// Prints one line per service that any test names, and the sum.
    pub fn print(&self, workspace: &Workspace) -> Result<()> {
        let text = fs::read_to_string(workspace.root.join(ROWS))
            .with_context(|| format!("cannot read {ROWS}"))?;
        let known: toml::Table = text.parse().with_context(|| format!("cannot parse {ROWS}"))?;
        for line in self.lines(&known) {
            println!("{line}");
        }
        Ok(())
    }

    fn lines(&self, known: &toml::Table) -> Vec<String> {
        let mut services: BTreeMap<&str, Vec<(u32, bool)>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for (row, shown) in &self.shown {
            let split = row.rsplit_once('-').and_then(|(id, n)| Some((id, n.parse().ok()?)));
            match split {
                Some((id, n)) if known.contains_key(id) => {
                    services.entry(id).or_default().push((n, *shown));
                }
                _ => unknown.push(format!("{row}: no service has such a row")),
            }
        }
        let mut lines = Vec::new();
        let mut sum = 0;
        for (id, mut rows) in services {
            rows.sort_unstable();
            let total = known[id].get("rows").and_then(toml::Value::as_integer).unwrap_or(0);
            let name = known[id].get("name").and_then(toml::Value::as_str).unwrap_or(id);
            let partly = known[id].get("partly").and_then(toml::Value::as_table);
            let is_part = |n: &u32| partly.is_some_and(|rows| rows.contains_key(&n.to_string()));
            let shown = rows.iter().filter(|(n, shown)| *shown && !is_part(n)).count();
            sum += shown;
            let mut line = format!("{id:<6} {shown:>3} of {total:>3}  {name}");
            let parts: Vec<_> = rows
                .iter()
                .filter(|(n, shown)| *shown && is_part(n))
                .map(|(n, _)| n.to_string())
                .collect();
            if !parts.is_empty() {
                line.push_str(&format!(" (partly: {})", parts.join(", ")));
            }
            let failed: Vec<_> =
                rows.iter().filter(|(_, shown)| !shown).map(|(n, _)| n.to_string()).collect();
            if !failed.is_empty() {
                line.push_str(&format!(" (not shown: {})", failed.join(", ")));
            }
            lines.push(line);
        }
        lines.push(format!("{sum} rows shown"));
        lines.extend(unknown);
        lines
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_is_shown_when_all_tests_that_name_it_pass() {
        let known: toml::Table =
            "S3 = { name = \"Amazon S3\", rows = 72 }".parse().expect("parses");
        let mut rows = Rows::default();
        rows.add(&json!({"S3-2": {"passed": 2, "failed": 0}, "S3-10": {"passed": 1, "failed": 1}}));
        rows.add(&json!({"S3-2": {"passed": 1, "failed": 0}, "XX-1": {"passed": 1}}));
        assert_eq!(
            rows.lines(&known),
            [
                "S3       1 of  72  Amazon S3 (not shown: 10)",
                "1 rows shown",
                "XX-1: no service has such a row",
            ]
        );
    }

    #[test]
    fn a_row_that_is_shown_in_part_is_not_counted() {
        let known = "ATH = { name = \"Athena\", rows = 61, partly = { 10 = \"no ORC\" } }";
        let known: toml::Table = known.parse().expect("parses");
        let mut rows = Rows::default();
        rows.add(&json!({"ATH-1": {"passed": 1}, "ATH-10": {"passed": 1}}));
        assert_eq!(rows.lines(&known)[0], "ATH      1 of  61  Athena (partly: 10)");
    }

    #[test]
    fn a_row_whose_tests_were_all_skipped_is_not_shown() {
        let known: toml::Table =
            "S3 = { name = \"Amazon S3\", rows = 72 }".parse().expect("parses");
        let mut rows = Rows::default();
        rows.add(&json!({"S3-2": {"passed": 0, "failed": 0}}));
        assert_eq!(rows.lines(&known)[0], "S3       0 of  72  Amazon S3 (not shown: 2)");
    }
}
