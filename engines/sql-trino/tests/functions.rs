//! `docs/trino-functions.md`: every function of Trino's reference, and whether it is here. The page
//! is made from what the engine registers; `SLT_COMPLETE=1` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use aquifer_sql::FrontEnd;
use aquifer_sql_trino::{TrinoFrontEnd, known};
use datafusion::prelude::SessionContext;

fn page() -> String {
    let names: BTreeSet<&str> = known::PAGES.iter().flat_map(|p| p.functions).copied().collect();
    let there = names.iter().filter(|name| known::is_there(name)).count();
    let mut out = String::from(
        "# Functions of Trino\n\nGenerated from the engine's registry by `cargo xtask slt --complete`. Every function of Trino's\n\
         reference (Athena engine version 3) is here, or refused by its name: `NOT_SUPPORTED: line 1:8:\n\
         Function 'x' is not supported`. A name that is on no page is not registered:\n\
         `FUNCTION_NOT_FOUND`.\n",
    );
    writeln!(out, "\n{there} of {} are here.", names.len()).unwrap();
    for page in known::PAGES.iter().filter(|page| !page.functions.is_empty()) {
        let part = |there: bool| {
            let names = page.functions.iter().filter(|name| known::is_there(name) == there);
            names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        writeln!(out, "\n## {}", page.title).unwrap();
        let there = part(true);
        if !there.is_empty() {
            writeln!(out, "\n{there}").unwrap();
        }
        let absent = part(false);
        if !absent.is_empty() {
            writeln!(out, "\nRefused by name: {absent}").unwrap();
        }
    }
    out
}

#[test]
fn the_page_tells_what_is_registered() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo tells the folder");
    let path = Path::new(&here).join("../../docs/trino-functions.md");
    let page = page();
    if std::env::var("SLT_COMPLETE").is_ok() {
        std::fs::write(&path, page).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/trino-functions.md is not what the engine registers");
}

#[test]
fn what_the_engine_is_said_to_have_it_has() {
    let session = SessionContext::new();
    TrinoFrontEnd::new("catalog").register(&session);
    let state = session.state();
    for name in known::ENGINES {
        let there = state.scalar_functions().contains_key(*name)
            || state.aggregate_functions().contains_key(*name)
            || state.window_functions().contains_key(*name);
        assert!(there, "{name}");
    }
    for name in known::ENGINES.iter().chain(known::SYNTAX) {
        assert!(
            *name == "row" || known::PAGES.iter().any(|p| p.functions.contains(name)),
            "{name}"
        );
    }
}
