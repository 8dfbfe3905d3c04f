//! `cargo xtask new-service NAME`: lays out a room from its model.

use anyhow::{Result, bail};

use crate::workspace::Workspace;

pub fn run(_workspace: &Workspace, name: &str) -> Result<bool> {
    bail!("not yet: {name}")
}
