//! The tags a request gives or takes, as the condition keys that policies ask for:
//! `aws:RequestTag/…` and `aws:TagKeys`, and of S3's objects `s3:RequestObjectTag/…`.
//!
//! Members are known by the names that AWS's models agree on. Keys are compared without regard to
//! case, the values of `aws:TagKeys` with it.

use std::collections::BTreeMap;

use aquifer_schema::{Shape, Structure, View};
use aquifer_wire::query_pairs;

type Pairs = Vec<(String, String)>;

/// Adds the keys that an input gives.
pub(crate) fn add(input: &dyn Structure, keys: &mut BTreeMap<String, Vec<String>>) {
    let (mut named, mut given, mut on_object, mut handed_on) =
        (Vec::new(), Pairs::new(), Pairs::new(), Vec::new());
    let schema = input.schema();
    for (index, member) in schema.members.iter().enumerate() {
        let value = || input.member(index);
        match member.name {
            "Tags" | "TagsToAdd" => given.extend(pairs(value())),
            "TagKeys" | "TagsToRemove" => named.extend(texts(value())),
            "TransitiveTagKeys" => handed_on.extend(texts(value())),
            "Tagging" if schema.members.iter().any(|member| member.name == "Key") => {
                on_object.extend(pairs(value()));
            }
            _ => {}
        }
    }
    named.extend(given.iter().map(|(key, _)| key.clone()));
    let names = on_object.iter().map(|(key, _)| key.clone()).collect();
    for (key, values) in [
        ("aws:tagkeys", named),
        ("sts:transitivetagkeys", handed_on),
        ("s3:requestobjecttagkeys", names),
    ] {
        if !values.is_empty() {
            keys.insert(key.to_owned(), values);
        }
    }
    for (prefix, pairs) in [("aws:requesttag", given), ("s3:requestobjecttag", on_object)] {
        for (key, value) in pairs {
            keys.insert(format!("{prefix}/{}", key.to_lowercase()), vec![value]);
        }
    }
}

/// Tags as a list of keys with values, as a map, as a list inside a structure, or as a query.
fn pairs(value: &dyn Shape) -> Pairs {
    match value.view() {
        View::List(list) => (0..list.len()).filter_map(|at| pair(list.get(at))).collect(),
        View::Map(map) => {
            let mut pairs = Pairs::new();
            map.each(&mut |key, value| {
                pairs.extend(text(value).map(|text| (key.to_owned(), text)))
            });
            pairs
        }
        View::Struct(tagging) => member(tagging, "TagSet").map(pairs).unwrap_or_default(),
        View::Str(query) => query_pairs(query).unwrap_or_default(),
        _ => Pairs::new(),
    }
}

fn pair(tag: &dyn Shape) -> Option<(String, String)> {
    let View::Struct(tag) = tag.view() else { return None };
    let value = member(tag, "Value").and_then(text).unwrap_or_default();
    Some((member(tag, "Key").and_then(text)?, value))
}

fn texts(value: &dyn Shape) -> Vec<String> {
    match value.view() {
        View::List(list) => (0..list.len()).filter_map(|at| text(list.get(at))).collect(),
        _ => Vec::new(),
    }
}

fn text(value: &dyn Shape) -> Option<String> {
    match value.view() {
        View::Str(text) => Some(text.to_owned()),
        _ => None,
    }
}

fn member<'a>(structure: &'a dyn Structure, name: &str) -> Option<&'a dyn Shape> {
    let at = structure.schema().members.iter().position(|member| member.name == name)?;
    Some(structure.member(at))
}
