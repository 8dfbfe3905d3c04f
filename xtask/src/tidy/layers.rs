//! The dependency rules: which layer may use which, read from the manifests through cargo.
//!
//! The table below is the one in force; `ARCHITECTURE.md` explains it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Violation;
use crate::workspace::{Package, Workspace};

const RULE: &str = "layers";

/// A layer, the folder its crates live in, and the layers it may depend on.
struct Layer {
    name: &'static str,
    folder: &'static str,
    may_use: &'static [&'static str],
    why: &'static str,
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "protocol",
        folder: "protocol",
        may_use: &["protocol"],
        why: "the protocol layer turns bytes into values and knows nothing of what they are for",
    },
    Layer {
        name: "core",
        folder: "core",
        may_use: &["protocol", "core"],
        why: "the core is what services stand on and knows none of them, nor any engine",
    },
    Layer {
        name: "api",
        folder: "services",
        may_use: &["protocol", "core"],
        why: "an api crate is types and a client; a caller must not pull in logic or other apis",
    },
    Layer {
        name: "engines",
        folder: "engines",
        may_use: &["protocol", "core", "engines"],
        why: "an engine is a library without AWS in it; it must be usable and testable alone",
    },
    Layer {
        name: "services",
        folder: "services",
        may_use: &["protocol", "core", "engines", "api"],
        why: "a room reaches another room through its api crate only, so that either can be removed",
    },
    Layer {
        name: "gateway",
        folder: "",
        may_use: &["protocol", "core", "engines", "api", "services", "gateway"],
        why: "the gateway opens the rooms and is used by nothing but the binary",
    },
    Layer {
        name: "cli",
        folder: "",
        may_use: &["protocol", "core", "api", "gateway"],
        why: "the binary starts a gateway and calls it as a client; it reaches no room directly",
    },
    Layer {
        name: "xtask",
        folder: "",
        may_use: &["protocol", "core", "engines", "api", "services", "gateway"],
        why: "tools may use what they measure",
    },
];

/// The crates of `core` that an api crate may use: those its generated code names.
const CORE_FOR_APIS: &[&str] = &["aquifer-types", "aquifer-ctx", "aquifer-service"];

/// A third-party family that only some crates may name.
struct Confined {
    prefixes: &'static [&'static str],
    allowed: fn(&Package) -> bool,
    why: &'static str,
}

const CONFINED: &[Confined] = &[
    Confined {
        prefixes: &["datafusion", "sqlparser", "iceberg"],
        allowed: may_query,
        why: "the query engine is named only by engines/lake, engines/sql* and engines/warehouse and \
              the rooms that query; testing any other room must never compile it",
    },
    Confined {
        prefixes: &["arrow", "parquet", "orc-rust"],
        allowed: may_hold_columns,
        why: "columns are the business of engines/formats, the query engines and the rooms that query",
    },
    Confined {
        prefixes: &["hyper", "axum", "reqwest", "tower"],
        // Processes that the server starts itself ask engines/functions for work, each at an address
        // of its own, which no client ever sees.
        allowed: |package| {
            matches!(layer(package), "gateway" | "cli" | "xtask")
                || package.name == "aquifer-functions"
        },
        why: "listeners and sockets belong to the gateway; everyone else sees values",
    },
    Confined {
        prefixes: &["fjall"],
        allowed: |package| package.name == "aquifer-store",
        why: "only core/store knows how rows reach the disk",
    },
];

/// Rooms that answer queries themselves. Adding one means that room's tests compile the query engine.
const QUERYING_ROOMS: &[&str] = &["aquifer-athena", "aquifer-redshift"];

fn may_query(package: &Package) -> bool {
    let engine = |name: &str| name.starts_with("aquifer-sql");
    engine(&package.name)
        || matches!(package.name.as_str(), "aquifer-lake" | "aquifer-warehouse")
        || QUERYING_ROOMS.contains(&package.name.as_str())
        || layer(package) == "xtask"
}

fn may_hold_columns(package: &Package) -> bool {
    let others = ["aquifer-formats", "aquifer-glue", "aquifer-iceberg-data", "aquifer-select"];
    may_query(package) || others.contains(&package.name.as_str())
}

fn layer(package: &Package) -> &str {
    package.layer.as_deref().unwrap_or_default()
}

/// Checks every manifest of the workspace.
pub fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let packages = workspace.packages()?;
    let mut violations = Vec::new();
    for package in &packages {
        let file = workspace.relative(&package.manifest);
        let text = fs::read_to_string(&package.manifest)
            .with_context(|| format!("cannot read {}", file.display()))?;
        violations.extend(check_edges(package, &packages, file, &text));
        violations.extend(check_manifest(file, &text)?);
    }
    Ok(violations)
}

fn check_edges(package: &Package, all: &[Package], file: &Path, text: &str) -> Vec<Violation> {
    let declared = layer(package);
    let Some(rules) = LAYERS.iter().find(|layer| layer.name == declared) else {
        let message = "no known `[package.metadata] layer`; without one no rule protects the crate";
        return vec![Violation::new(file, 1, RULE, message)];
    };
    let mut violations = Vec::new();
    if !rules.folder.is_empty() && !file.starts_with(rules.folder) {
        let message = format!("a crate of layer {declared} lives in {}/", rules.folder);
        violations.push(Violation::new(file, line_of(text, "layer"), RULE, message));
    }
    for dependency in &package.dependencies {
        let line = line_of(text, &dependency.name);
        let mut report = |message| violations.push(Violation::new(file, line, RULE, message));
        if let Some(target) = all.iter().find(|other| other.name == dependency.name) {
            // The one arrow upwards: tests may stand on the gateway's test kit.
            let testkit = dependency.dev && target.name == "aquifer-testkit";
            let core_beyond_apis = declared == "api"
                && layer(target) == "core"
                && !CORE_FOR_APIS.contains(&target.name.as_str());
            if !testkit && (!rules.may_use.contains(&layer(target)) || core_beyond_apis) {
                let (from, to) = (&package.name, &target.name);
                let kind = layer(target);
                report(format!("{from} ({declared}) may not use {to} ({kind}): {}", rules.why));
            }
        }
        for confined in CONFINED {
            let named = confined.prefixes.iter().any(|prefix| {
                dependency.name.strip_prefix(prefix).is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with('-') || rest.starts_with('_')
                })
            });
            if named && !(confined.allowed)(package) {
                let (from, to) = (&package.name, &dependency.name);
                report(format!("{from} may not use {to}: {}", confined.why));
            }
        }
    }
    violations
}

/// Third-party versions stand once, in the root manifest; lints come from there too.
fn check_manifest(file: &Path, text: &str) -> Result<Vec<Violation>> {
    let manifest: toml::Table =
        text.parse().with_context(|| format!("cannot parse {}", file.display()))?;
    let mut violations = Vec::new();
    for table in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let Some(entries) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
        for (name, entry) in entries {
            if entry.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                let message = format!(
                    "{name} is not `workspace = true`: versions stand once, in the root Cargo.toml"
                );
                violations.push(Violation::new(file, line_of(text, name), RULE, message));
            }
        }
    }
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
    if lints.and_then(toml::Value::as_bool) != Some(true) {
        let message = "`[lints] workspace = true` is missing: the same lints hold everywhere";
        violations.push(Violation::new(file, 1, RULE, message));
    }
    Ok(violations)
}

/// The line that mentions a dependency, also where the manifest spells it with underscores.
fn line_of(text: &str, name: &str) -> usize {
    let renamed = name.strip_prefix("aquifer-").unwrap_or(name).replace('-', "_");
    let starts = |line: &&str| {
        let word = line.split([' ', '.', '=']).next().unwrap_or_default();
        word == name || word == renamed || (name == "aquifer-service" && word == "platform")
    };
    text.lines().position(|line| starts(&line)).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, layer: &str, dependencies: &[&str]) -> Package {
        Package {
            name: name.into(),
            layer: Some(layer.into()),
            manifest: PathBuf::new(),
            dependencies: dependencies
                .iter()
                .map(|name| Dependency { name: (*name).into(), dev: false })
                .collect(),
        }
    }

    fn messages(subject: Package, file: &str) -> Vec<String> {
        let others = [
            package("aquifer-store", "core", &[]),
            package("aquifer-service", "core", &[]),
            package("aquifer-lake", "engines", &[]),
            package("aquifer-s3-api", "api", &[]),
            package("aquifer-s3", "services", &[]),
        ];
        check_edges(&subject, &others, Path::new(file), "")
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn a_room_may_use_another_rooms_api_but_not_its_code() {
        let room = |dependency| package("aquifer-glue", "services", &[dependency]);
        let file = "services/glue/Cargo.toml";
        assert_eq!(messages(room("aquifer-s3-api"), file), Vec::<String>::new());
        assert!(messages(room("aquifer-s3"), file)[0].contains("through its api crate only"));
    }

    #[test]
    fn arrows_point_one_way() {
        let engine = package("aquifer-object", "engines", &["aquifer-s3-api"]);
        assert_eq!(messages(engine, "engines/object/Cargo.toml").len(), 1);
        let core = package("aquifer-jobs", "core", &["aquifer-lake"]);
        assert_eq!(messages(core, "core/jobs/Cargo.toml").len(), 1);
        let cli = package("aquifer", "cli", &["aquifer-s3"]);
        assert_eq!(messages(cli, "cli/Cargo.toml").len(), 1);
    }

    #[test]
    fn an_api_uses_only_the_interfaces_of_the_core() {
        let api = |dependency| package("aquifer-x-api", "api", &[dependency]);
        let file = "services/x/api/Cargo.toml";
        assert_eq!(messages(api("aquifer-service"), file), Vec::<String>::new());
        assert_eq!(messages(api("aquifer-store"), file).len(), 1);
    }

    #[test]
    fn the_query_engine_is_confined_but_a_longer_name_is_not_mistaken_for_it() {
        let room = |dependency| package("aquifer-sqs", "services", &[dependency]);
        let file = "services/sqs/Cargo.toml";
        assert_eq!(messages(room("datafusion-common"), file).len(), 1);
        assert_eq!(messages(room("arrow"), file).len(), 1);
        assert_eq!(messages(room("arrowhead"), file), Vec::<String>::new());
    }

    #[test]
    fn a_version_outside_the_root_manifest_is_found_with_its_line() {
        let text = "[lints]\nworkspace = true\n[dependencies]\nserde = \"1\"\n";
        let found = check_manifest(Path::new("x/Cargo.toml"), text).expect("parses");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 4);
    }
}
