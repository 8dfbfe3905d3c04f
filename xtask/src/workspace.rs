//! Where the workspace is, what `cargo metadata` says of it, and how child cargos are started.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The checked-out repository, and the directory that everything is built in.
pub struct Workspace {
    pub root: PathBuf,
    /// Given to every child as `CARGO_TARGET_DIR`; venvs and reports live below it too.
    pub target: PathBuf,
    metadata: Value,
}

/// One member of the workspace, as far as the rules of the code base look at it.
pub struct Package {
    pub name: String,
    /// `[package.metadata] layer`, if declared.
    pub layer: Option<String>,
    /// Absolute path of its `Cargo.toml`.
    pub manifest: PathBuf,
    pub dependencies: Vec<Dependency>,
}

/// One edge of the graph, of any kind: normal, build or dev.
pub struct Dependency {
    /// The package's own name, not what the manifest renames it to.
    pub name: String,
    /// `dev` edges may go where others may not.
    pub dev: bool,
}

impl Workspace {
    /// Finds the repository this program was started for.
    pub fn find() -> Result<Self> {
        // As `cargo run` says it now: two clones that share a target directory share this program,
        // and what was compiled in may be the other one's path.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest)
            .parent()
            .context("xtask is a folder of the workspace")?
            .to_path_buf();
        let output = Command::new(cargo())
            .args(["metadata", "--format-version=1", "--no-deps"])
            .current_dir(&root)
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata failed");
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let target = target_directory(&metadata)?;
        Ok(Self { root, target, metadata })
    }

    /// A cargo that builds into the shared target directory.
    pub fn cargo<I, S>(&self, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(cargo());
        command.args(args).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        // Set by the `cargo run` that started us; they would make the child think it is this crate.
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_")) {
                command.env_remove(name);
            }
        }
        command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
        command
    }

    /// The members of the workspace, by name.
    pub fn packages(&self) -> Result<Vec<Package>> {
        let listed = self.metadata["packages"].as_array().context("metadata lists packages")?;
        let mut packages = listed.iter().map(package).collect::<Result<Vec<_>>>()?;
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(packages)
    }

    /// Files that git tracks or would track, relative to the root, sorted.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start git, which lists the files to look at")?;
        if !output.status.success() {
            bail!("git ls-files failed");
        }
        let listed = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
        let mut files: Vec<PathBuf> = listed
            .split('\0')
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
            // Deleted but not yet committed as such.
            .filter(|file| self.root.join(file).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The path as people say it: from the root of the repository.
    pub fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A CI job starts from a fresh clone; a directory under the home lets the next job reuse the work.
fn target_directory(metadata: &Value) -> Result<PathBuf> {
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    if in_ci
        && std::env::var_os("CARGO_TARGET_DIR").is_none()
        && let Some(home) = std::env::var_os("HOME")
    {
        return Ok(Path::new(&home).join(".cache/aquifer/target"));
    }
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .context("cargo metadata names no target directory")
}

fn package(value: &Value) -> Result<Package> {
    let text = |key: &str| {
        value[key].as_str().map(str::to_owned).with_context(|| format!("a package has no {key}"))
    };
    let dependencies = value["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Package {
        name: text("name")?,
        layer: value["metadata"]["layer"].as_str().map(str::to_owned),
        manifest: PathBuf::from(text("manifest_path")?),
        dependencies: dependencies
            .iter()
            .filter_map(|edge| {
                let name = edge["name"].as_str()?.to_owned();
                Some(Dependency { name, dev: edge["kind"] == "dev" })
            })
            .collect(),
    })
}
