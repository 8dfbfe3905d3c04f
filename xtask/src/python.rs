//! The Python environment that real clients are tested in, and that reads the botocore package.
//!
//! It lives in the build directory and is made anew when `tests/clients/requirements.txt` changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

const REQUIREMENTS: &str = "tests/clients/requirements.txt";

/// A ready environment with exactly the pinned packages.
pub struct Venv {
    bin: PathBuf,
}

impl Venv {
    /// Makes the environment, or finds the one that the same requirements made before.
    pub fn ready(workspace: &Workspace) -> Result<Self> {
        let requirements = fs::read_to_string(workspace.root.join(REQUIREMENTS))
            .with_context(|| format!("cannot read {REQUIREMENTS}"))?;
        let folder = workspace.target.join("clients-venv");
        let venv = Self { bin: folder.join("bin") };
        // Written last, so an interrupted installation is not taken for a finished one.
        let stamp = folder.join("requirements.installed");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == requirements)
            && venv.python().is_file()
        {
            return Ok(venv);
        }
        println!("making the Python environment for the client tests (once per requirements)");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot remove the old Python environment")?;
        }
        make(&folder)?;
        let mut pip = Command::new(venv.python());
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .arg("--requirement")
            .arg(workspace.root.join(REQUIREMENTS));
        if !pip.status().context("cannot start pip")?.success() {
            bail!("pip could not install {REQUIREMENTS}; its message is above");
        }
        fs::write(&stamp, requirements).context("cannot note what was installed")?;
        Ok(venv)
    }

    pub fn python(&self) -> PathBuf {
        self.bin.join("python")
    }
}

fn make(folder: &Path) -> Result<()> {
    let status = Command::new("python3")
        .args(["-m", "venv"])
        .arg(folder)
        .stdin(Stdio::null())
        .status()
        .context("client tests need python3 (3.11 or later) on the PATH, and it is not there")?;
    if !status.success() {
        bail!(
            "python3 has no working `venv` module, which the client tests need; \
             on Debian and Ubuntu the package python3-venv brings it"
        );
    }
    Ok(())
}
