//! Turns a service model into Rust: types, static schemas, operations, errors and a typed client.
//!
//! Called from the `build.rs` of a room's api crate; the output is never committed. Only the
//! operations listed in the room's `service.toml` and the shapes they reach are generated, so a
//! model of 700 operations costs what we use of it. All other operation names stay known as routes.

mod amend;
mod emit;
mod facts;
mod model;
mod names;
mod settings;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use facts::{MemberFacts, timestamp_format};
pub use model::{ErrorTraits, Http, Metadata, Model, Namespace, Operation, Reference, Shape};
pub use settings::Settings;

/// Generates `$OUT_DIR/api.rs` for the api crate whose `build.rs` calls this.
///
/// # Errors
/// When the model or `service.toml` cannot be read, or names what the model does not have.
pub fn build() -> Result<()> {
    let api = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let room = api.parent().context("an api crate stands in its room")?;
    let house = room.parent().and_then(Path::parent).context("a room stands in services/")?;
    let settings_path = room.join("service.toml");
    let settings: Settings = toml::from_str(&read(&settings_path)?)
        .with_context(|| format!("in {}", settings_path.display()))?;
    let model_path = house.join("models").join(format!("{}.json", settings.service));
    let mut model: Model = serde_json::from_str(&read(&model_path)?)
        .with_context(|| format!("in {}", model_path.display()))?;
    model.amend(&settings)?;
    let code = generate(&model, &settings)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("api.rs");
    std::fs::write(&out, code).with_context(|| format!("writing {}", out.display()))?;
    println!("cargo::rerun-if-changed={}", settings_path.display());
    println!("cargo::rerun-if-changed={}", model_path.display());
    Ok(())
}

/// The Rust text of one api crate.
///
/// # Errors
/// When `settings` lists an operation the model does not have.
pub fn generate(model: &Model, settings: &Settings) -> Result<String> {
    emit::Emitter::new(model, settings)?.emit()
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}
