//! `models/<service>.json`: the facts of AWS's service models, made from the botocore package.
//!
//! A fact is a name, a shape, a wire position or a constraint. Prose, examples and endpoint rules
//! are left out, so what is committed describes the interface and nothing else. One operation or
//! shape stands on one line with sorted keys: a newer botocore shows as a readable diff.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::python::Venv;
use crate::workspace::Workspace;

/// Prints the newest model of one service, with its paginators, as one JSON object.
const READ_MODEL: &str = r#"
import json, sys, botocore, botocore.loaders
loader = botocore.loaders.Loader(include_default_extras=False)
name = sys.argv[1]
if name not in loader.list_available_services("service-2"):
    sys.exit(f"botocore {botocore.__version__} has no service named {name!r}")
model = loader.load_service_model(name, "service-2")
try:
    pages = loader.load_service_model(name, "paginators-1")["pagination"]
except botocore.exceptions.UnknownServiceError:
    pages = {}
json.dump({"botocore": botocore.__version__, "model": model, "pages": pages}, sys.stdout)
"#;

/// What operations carry besides facts of the wire.
const NOT_FACTS_OF_OPERATIONS: &[&str] = &[
    "documentation",
    "documentationUrl",
    "examples",
    "deprecatedMessage",
    "deprecatedSince",
    "endpointdiscovery",
    "operationContextParams",
    "staticContextParams",
];

/// What shapes and references to shapes carry besides facts of the wire.
const NOT_FACTS_OF_SHAPES: &[&str] = &[
    "contextParam",
    "deprecatedMessage",
    "deprecatedSince",
    "documentation",
    "documentationUrl",
    "examples",
];

/// Writes or compares the models of the named services, or of all that are there.
pub fn run(workspace: &Workspace, check: bool, names: &[String]) -> Result<bool> {
    let venv = Venv::ready(workspace)?;
    let names = if names.is_empty() { present(workspace)? } else { names.to_vec() };
    let mut same = true;
    for name in &names {
        let path = workspace.root.join(format!("models/{name}.json"));
        let text = stripped(&read(&venv, name)?)?;
        let before = fs::read_to_string(&path).unwrap_or_default();
        match (before == text, check) {
            (true, _) => println!("models/{name}.json is as botocore has it"),
            (false, true) => {
                same = false;
                println!(
                    "models/{name}.json differs from the pinned botocore; \
                     run `cargo xtask models {name}`"
                );
            }
            (false, false) => {
                fs::write(&path, text).with_context(|| format!("cannot write {path:?}"))?;
                println!("models/{name}.json written");
            }
        }
    }
    Ok(same)
}

/// Services whose model is in the tree.
fn present(workspace: &Workspace) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace.root.join("models")).context("cannot list models/")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json")
            && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read(venv: &Venv, name: &str) -> Result<Value> {
    let output = Command::new(venv.python())
        .args(["-c", READ_MODEL, name])
        .output()
        .context("cannot start the environment's python")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("botocore's model is not readable JSON")
}

/// The committed text of one model.
fn stripped(read: &Value) -> Result<String> {
    let model = &read["model"];
    let operations = object(&model["operations"])?
        .iter()
        .map(|(name, operation)| Ok((name.as_str(), strip_operation(operation)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let shapes = object(&model["shapes"])?
        .iter()
        .map(|(name, shape)| Ok((name.as_str(), strip_shape(shape)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let pages = object(&read["pages"])?
        .iter()
        .map(|(name, page)| (name.as_str(), page.clone()))
        .collect::<BTreeMap<_, _>>();

    let mut out = String::new();
    writeln!(out, "{{\n\"botocore\":{},", compact(&read["botocore"]))?;
    writeln!(out, "\"metadata\":{},", compact(&model["metadata"]))?;
    write_block(&mut out, "operations", &operations, ",")?;
    write_block(&mut out, "pagination", &pages, ",")?;
    write_block(&mut out, "shapes", &shapes, "")?;
    out.push_str("}\n");
    Ok(out)
}

/// One entry a line, so that a change of one operation is a change of one line.
fn write_block(
    out: &mut String,
    name: &str,
    entries: &BTreeMap<&str, Value>,
    end: &str,
) -> Result<()> {
    writeln!(out, "\"{name}\":{{")?;
    for (at, (key, value)) in entries.iter().enumerate() {
        let comma = if at + 1 < entries.len() { "," } else { "" };
        writeln!(out, "{}:{}{comma}", compact(&Value::from(*key)), compact(value))?;
    }
    writeln!(out, "}}{end}")?;
    Ok(())
}

fn strip_operation(operation: &Value) -> Result<Value> {
    let mut kept = without(operation, NOT_FACTS_OF_OPERATIONS)?;
    for reference in ["input", "output"] {
        if let Some(value) = kept.get_mut(reference) {
            *value = without(value, NOT_FACTS_OF_SHAPES)?.into();
        }
    }
    if let Some(Value::Array(errors)) = kept.get_mut("errors") {
        for error in errors {
            *error = without(error, NOT_FACTS_OF_SHAPES)?.into();
        }
    }
    Ok(kept.into())
}

fn strip_shape(shape: &Value) -> Result<Value> {
    let mut kept = without(shape, NOT_FACTS_OF_SHAPES)?;
    if let Some(Value::Object(members)) = kept.get_mut("members") {
        for member in members.values_mut() {
            *member = without(member, NOT_FACTS_OF_SHAPES)?.into();
        }
    }
    for reference in ["member", "key", "value"] {
        if let Some(value) = kept.get_mut(reference) {
            *value = without(value, NOT_FACTS_OF_SHAPES)?.into();
        }
    }
    Ok(kept.into())
}

/// A copy of an object less the keys named.
fn without(value: &Value, dropped: &[&str]) -> Result<Map<String, Value>> {
    let kept = object(value)?.iter().filter(|(key, _)| !dropped.contains(&key.as_str()));
    Ok(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn object(value: &Value) -> Result<&Map<String, Value>> {
    value.as_object().context("the model has something else where an object belongs")
}

/// JSON without spaces and with sorted keys, whatever order the map type keeps.
fn compact(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let entries: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| {
                    format!("{}:{}", compact(&Value::from(key.as_str())), compact(value))
                })
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(compact).collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_goes_and_facts_stay_even_when_a_member_is_called_documentation() {
        let read = json!({
            "botocore": "1.2.3",
            "pages": {},
            "model": {
                "metadata": {"protocol": "json"},
                "operations": {"Get": {
                    "name": "Get",
                    "documentation": "<p>prose</p>",
                    "input": {"shape": "In", "documentation": "prose"},
                    "errors": [{"shape": "E", "documentation": "prose"}],
                    "staticContextParams": {"A": {"value": true}},
                }},
                "shapes": {"In": {
                    "type": "structure",
                    "documentation": "prose",
                    "members": {
                        "documentation": {"shape": "S", "documentation": "prose", "location": "uri"},
                    },
                }},
            },
        });
        assert_eq!(
            stripped(&read).expect("strips"),
            "{\n\"botocore\":\"1.2.3\",\n\"metadata\":{\"protocol\":\"json\"},\n\"operations\":{\n\
             \"Get\":{\"errors\":[{\"shape\":\"E\"}],\"input\":{\"shape\":\"In\"},\"name\":\"Get\"}\n\
             },\n\"pagination\":{\n},\n\"shapes\":{\n\"In\":{\"members\":{\"documentation\":\
             {\"location\":\"uri\",\"shape\":\"S\"}},\"type\":\"structure\"}\n}\n}\n"
        );
    }
}
