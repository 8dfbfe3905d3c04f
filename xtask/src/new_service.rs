//! `cargo xtask new-service NAME`: lays out a room from its model.
//!
//! What it writes compiles and answers every operation of the model with 501, by name; the rest is
//! `docs/howto/add-a-service.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::models;
use crate::workspace::Workspace;

const README: &str = "\
# {title}

What this room answers is in `service.toml`; what AWS has besides answers 501 `NotImplemented`.

## Faithful

Nothing yet.

## Different from AWS

Nothing yet: no operation is here.

## Limits

None yet.
";

const SERVICE_TOML: &str = "\
# What this room answers, and the facts its model lacks. Names are checked against models/{name}.json.
service = \"{name}\"
validation_code = \"{validation_code}\"
operations = []

# Actions in policies, where they are not \"{name}:<Operation>\".
[actions]

# Resources in policies, as templates over the input; \"*\" where absent.
[resources]
";

const MANIFEST: &str = "\
[package]
name = \"aquifer-{name}\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[package.metadata]
layer = \"services\"

[lints]
workspace = true

[dependencies]
anyhow.workspace = true
platform.workspace = true
{ident}_api.workspace = true
";

const LIB: &str = "\
//! {title}.
//!
//! The concept in ten lines goes here: what the service is for, what stands behind it in this room,
//! and which engine does the work.

mod ops;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct {Type};

/// Opens the room.
///
/// # Errors
/// None yet; a room that opens files or registers jobs may fail to.
pub fn service(_house: &House) -> anyhow::Result<Service> {
    Ok(ops::register(Service::new(&{ident}_api::SERVICE, Arc::new({Type}))).build())
}
";

const OPS: &str = "\
//! The operations, one file each; registered in the order of AWS's reference.

use platform::ServiceBuilder;

use crate::{Type};

pub(crate) fn register(room: ServiceBuilder<{Type}>) -> ServiceBuilder<{Type}> {
    room
}
";

const API_MANIFEST: &str = "\
[package]
name = \"aquifer-{name}-api\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[package.metadata]
layer = \"api\"

[lints]
workspace = true

[dependencies]
aquifer-schema.workspace = true
platform.workspace = true

[build-dependencies]
aquifer-codegen.workspace = true
";

const API_BUILD: &str = "\
//! Generates the api from the service model; see protocol/codegen.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(aquifer_codegen::build()?)
}
";

const API_LIB: &str = "\
//! {title} as its model states it: types, schemas, errors, a typed client. No logic, no storage.
//!
//! Generated from `models/{name}.json` for the operations that `service.toml` lists.

#![allow(clippy::all, clippy::disallowed_methods, clippy::unwrap_used)]

include!(concat!(env!(\"OUT_DIR\"), \"/api.rs\"));
";

/// The files of a room and their templates.
const FILES: &[(&str, &str)] = &[
    ("README.md", README),
    ("service.toml", SERVICE_TOML),
    ("Cargo.toml", MANIFEST),
    ("src/lib.rs", LIB),
    ("src/ops/mod.rs", OPS),
    ("api/Cargo.toml", API_MANIFEST),
    ("api/build.rs", API_BUILD),
    ("api/src/lib.rs", API_LIB),
];

/// Lays out the room, fetching its model if it is not in the tree yet.
pub fn run(workspace: &Workspace, name: &str) -> Result<bool> {
    if !is_name(name) {
        bail!(
            "{name:?} is no service name: botocore's are lower case, such as `sqs` or `emr-serverless`"
        );
    }
    let room = Path::new("services").join(name);
    if workspace.root.join(&room).exists() {
        bail!("services/{name} is there already");
    }
    let model_path = workspace.root.join(format!("models/{name}.json"));
    if !model_path.is_file() {
        models::run(workspace, false, &[name.to_owned()])?;
    }
    let model: Value = serde_json::from_slice(&fs::read(&model_path)?)?;
    for (file, template) in FILES {
        let path = workspace.root.join(&room).join(file);
        let folder = path.parent().context("a file stands in a folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&path, fill(template, name, &model["metadata"]))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let manifest = workspace.root.join("Cargo.toml");
    fs::write(&manifest, with_room(&fs::read_to_string(&manifest)?, name)?)?;
    println!("services/{name} is laid out, and Cargo.toml knows it. What is left by hand:");
    println!("  gateway: one line in Cargo.toml and one in src/services.rs opens the room");
    println!("  the first operation: docs/howto/add-an-operation.md");
    Ok(true)
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(word)
}

fn fill(template: &str, name: &str, metadata: &Value) -> String {
    let title = metadata["serviceFullName"].as_str().unwrap_or(name);
    template
        .replace("{name}", name)
        .replace("{ident}", &name.replace('-', "_"))
        .replace("{Type}", &type_name(name))
        .replace("{title}", title)
        .replace("{validation_code}", validation_code(metadata["protocol"].as_str()))
}

/// The usual code of a protocol's services; some have their own, which the author puts in its place.
fn validation_code(protocol: Option<&str>) -> &'static str {
    match protocol {
        Some("query") => "ValidationError",
        Some("ec2") => "InvalidParameterValue",
        Some("rest-xml") => "InvalidArgument",
        _ => "ValidationException",
    }
}

/// `emr-serverless` → `EmrServerless`.
fn type_name(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_uppercase())
    });
    words.collect()
}

/// The root manifest with the two crates of a room, among the others.
fn with_room(manifest: &str, name: &str) -> Result<String> {
    let ident = name.replace('-', "_");
    let lines = format!(
        "{ident}_api = {{ package = \"aquifer-{name}-api\", path = \"services/{name}/api\" }}\n\
         aquifer-{name} = {{ path = \"services/{name}\" }}\n"
    );
    let (before, after) = manifest
        .split_once("aquifer-gateway = ")
        .context("the root Cargo.toml has no line `aquifer-gateway = …` to put the room before")?;
    Ok(format!("{before}{lines}aquifer-gateway = {after}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn templates_are_filled_without_a_rest() {
        let metadata = json!({"serviceFullName": "EMR Serverless", "protocol": "rest-json"});
        for (file, template) in FILES {
            let text = fill(template, "emr-serverless", &metadata);
            for placeholder in ["{name}", "{ident}", "{Type}", "{title}", "{validation_code}"] {
                assert!(!text.contains(placeholder), "{file} keeps {placeholder}");
            }
        }
        assert!(fill(LIB, "emr-serverless", &metadata).contains("pub struct EmrServerless;"));
    }

    #[test]
    fn names_are_botocores() {
        assert!(is_name("emr-serverless") && is_name("s3"));
        assert!(!is_name("S3") && !is_name("../x") && !is_name("") && !is_name("-x"));
    }

    #[test]
    fn the_root_manifest_gets_both_crates() {
        let manifest = with_room("[w]\naquifer-gateway = { path = \"gateway\" }\n", "sqs");
        assert_eq!(
            manifest.expect("has the line"),
            "[w]\nsqs_api = { package = \"aquifer-sqs-api\", path = \"services/sqs/api\" }\n\
             aquifer-sqs = { path = \"services/sqs\" }\naquifer-gateway = { path = \"gateway\" }\n"
        );
    }
}
