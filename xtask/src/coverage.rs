//! `cargo xtask coverage`: how many operations of each model a room implements.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::tidy::rooms;
use crate::workspace::Workspace;

/// Prints one line per room.
pub fn run(workspace: &Workspace) -> Result<bool> {
    println!("{:<20} {:>11} {:>9}", "service", "implemented", "modelled");
    for room in rooms::rooms(workspace)? {
        let name = room.file_name().and_then(|name| name.to_str()).context("a room has a name")?;
        let listed = fs::read_to_string(workspace.root.join(&room).join("service.toml"))
            .context("no service.toml")
            .and_then(|text| rooms::operations(&text))
            .with_context(|| format!("services/{name}"))?;
        let model = fs::read_to_string(workspace.root.join(format!("models/{name}.json")))
            .with_context(|| format!("cannot read models/{name}.json"))?;
        let model: Value = serde_json::from_str(&model)?;
        let modelled = model["operations"].as_object().map_or(0, serde_json::Map::len);
        println!("{name:<20} {:>11} {modelled:>9}", listed.len());
    }
    Ok(true)
}
