//! JSON Schema, drafts 4, 6 and 7.
//!
//! A reader understands a writer if every document that the writer's schema lets pass, the reader's lets
//! pass too. That is decided keyword by keyword: what cannot be told from the keywords alone (two
//! different patterns, say) counts as not understood.
//!
//! <https://json-schema.org/draft-07/json-schema-validation>

mod check;
mod reads;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::Invalid;

pub(crate) use reads::reads;

/// A sound schema.
#[derive(Clone, Debug)]
pub(crate) struct Schema(Value);

impl Schema {
    /// Checks a schema.
    pub fn of(value: Value) -> Result<Schema, Invalid> {
        check::check(&value)?;
        Ok(Schema(value))
    }
}

/// The JSON of a schema.
pub(crate) fn value(text: &str) -> Result<Value, Invalid> {
    serde_json::from_str(text)
        .map_err(|why| Invalid(format!("The schema is not valid JSON: {why}")))
}

/// What a reference within a document means; none where nothing is there.
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    if reference == "#" {
        return Some(root);
    }
    match reference.strip_prefix("#/") {
        Some(path) => root.pointer(&format!("/{}", path.replace("%25", "%"))),
        None => by_id(root, reference, 0),
    }
}

/// A part that calls itself by a name.
fn by_id<'a>(value: &'a Value, id: &str, depth: usize) -> Option<&'a Value> {
    if depth > check::DEPTH_MAX {
        return None;
    }
    match value {
        Value::Object(members) => {
            let own = ["$id", "id"].iter().filter_map(|key| members.get(*key)?.as_str());
            let mut own = own;
            if own.any(|own| own == id) {
                return Some(value);
            }
            members.values().find_map(|part| by_id(part, id, depth + 1))
        }
        Value::Array(items) => items.iter().find_map(|part| by_id(part, id, depth + 1)),
        _ => None,
    }
}
