//! `cargo xtask tidy`: the rules of the code base that no compiler checks.
//!
//! Each rule prints where it is broken and why it exists. A line may break a rule knowingly by saying
//! so, on it or on the line before: `tidy: allow(<rule>), because …`.

mod layers;
pub mod rooms;
mod text;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::workspace::Workspace;

/// One broken rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Relative to the root of the repository.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// The name to allow it by.
    pub rule: &'static str,
    /// What is wrong, and why that matters.
    pub message: String,
}

impl Violation {
    pub fn new(file: &Path, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), line, rule, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, rule, message } = self;
        write!(f, "{}:{line}: [{rule}] {message}", file.display())
    }
}

/// Checks everything and prints what is broken; `false` if anything is.
pub fn run(workspace: &Workspace) -> Result<bool> {
    let mut violations = layers::check(workspace)?;
    violations.extend(rooms::check(workspace)?);
    violations.extend(text::check(workspace)?);
    violations.sort();
    violations.dedup();
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => println!("tidy: nothing to say"),
        1 => println!("tidy: 1 rule is broken"),
        n => println!("tidy: {n} rules are broken"),
    }
    Ok(violations.is_empty())
}
