//! Writes the Rust text: types, then schemas, then operations.

mod operations;
mod schemas;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::{Context, Result, bail};

use crate::model::{Model, Operation, Reference, Shape};
use crate::names;
use crate::settings::Settings;

/// One run of the generator.
pub(crate) struct Emitter<'a> {
    model: &'a Model,
    settings: &'a Settings,
    /// The listed operations, in the order of the list.
    operations: Vec<(&'a str, &'a Operation)>,
    /// Every shape these reach.
    shapes: BTreeSet<&'a str>,
    /// Structures that cannot be cloned because a stream is in them.
    streaming: BTreeSet<&'a str>,
    /// Structure members that close a cycle and are boxed.
    boxed: BTreeSet<(&'a str, &'a str)>,
    out: String,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(model: &'a Model, settings: &'a Settings) -> Result<Self> {
        let mut operations = Vec::new();
        for name in &settings.operations {
            let (name, operation) = model
                .operations
                .get_key_value(name)
                .with_context(|| format!("the model has no operation {name}"))?;
            if operations.iter().any(|(known, _)| known == name) {
                bail!("operation {name} is listed twice");
            }
            operations.push((name.as_str(), operation));
        }
        for (name, of) in &settings.forms {
            let listed = operations.iter().find(|(known, _)| known == of);
            let (_, operation) = listed.with_context(|| format!("{of} is not listed"))?;
            if model.operations.contains_key(name) {
                bail!("the model has an operation {name}");
            }
            operations.push((name.as_str(), *operation));
        }
        let tables = [
            settings.actions.keys().collect::<Vec<_>>(),
            settings.actions_with.keys().collect(),
            settings.conditions.keys().collect(),
            settings.digest_required.iter().collect(),
            settings.rates.iter().flat_map(|rates| &rates.operations).collect(),
            settings.resources.keys().filter(|name| *name != "*").collect(),
        ];
        for name in tables.into_iter().flatten() {
            if !model.operations.contains_key(name) && !settings.forms.contains_key(name) {
                bail!("the model has no operation {name}");
            }
        }
        let mut emitter = Self {
            model,
            settings,
            operations,
            shapes: BTreeSet::new(),
            streaming: BTreeSet::new(),
            boxed: BTreeSet::new(),
            out: String::new(),
        };
        emitter.reach()?;
        emitter.find_cycles();
        emitter.find_streams();
        Ok(emitter)
    }

    pub(crate) fn emit(mut self) -> Result<String> {
        self.line("// Generated from the service model; see protocol/codegen.");
        self.emit_types()?;
        self.emit_schemas()?;
        self.emit_operations()?;
        Ok(self.out)
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn shape(&self, name: &str) -> Result<&'a Shape> {
        self.model.shapes.get(name).with_context(|| format!("the model has no shape {name}"))
    }

    /// All shapes reachable from the listed operations.
    fn reach(&mut self) -> Result<()> {
        let mut queue: Vec<&'a str> = Vec::new();
        for (_, operation) in &self.operations {
            let uses = operation.input.iter().chain(&operation.output).chain(&operation.errors);
            queue.extend(uses.map(|reference| reference.shape.as_str()));
        }
        while let Some(name) = queue.pop() {
            if self.shapes.insert(name) {
                queue.extend(uses(self.shape(name)?).map(|reference| reference.shape.as_str()));
            }
        }
        Ok(())
    }

    /// A structure that contains itself through structures only has no size; the member at which a
    /// walk meets a structure it is inside of is boxed.
    fn find_cycles(&mut self) {
        let names: Vec<&'a str> = self.shapes.iter().copied().collect();
        let mut done = BTreeSet::new();
        for name in names {
            self.walk(name, &mut Vec::new(), &mut done);
        }
    }

    fn walk(&mut self, name: &'a str, inside: &mut Vec<&'a str>, done: &mut BTreeSet<&'a str>) {
        if done.contains(name) {
            return;
        }
        let Some(shape) = self.model.shapes.get(name).filter(|s| s.kind == "structure") else {
            return;
        };
        inside.push(name);
        for (member, reference) in &shape.members {
            let target = reference.shape.as_str();
            if inside.contains(&target) {
                self.boxed.insert((name, member.as_str()));
            } else {
                self.walk(target, inside, done);
            }
        }
        inside.pop();
        done.insert(name);
    }

    fn find_streams(&mut self) {
        for &name in &self.shapes {
            let Some(shape) = self.model.shapes.get(name) else { continue };
            let streams = shape.members.values().any(|reference| {
                let target = self.model.shapes.get(&reference.shape);
                self.model.is_stream(reference) || target.is_some_and(|target| target.eventstream)
            });
            if streams {
                self.streaming.insert(name);
            }
        }
    }

    /// A structure's members in a stable order.
    fn members(shape: &Shape) -> impl Iterator<Item = (usize, (&String, &Reference))> {
        shape.members.iter().enumerate()
    }
}

fn uses(shape: &Shape) -> impl Iterator<Item = &Reference> {
    shape.members.values().chain(&shape.member).chain(&shape.key).chain(&shape.value)
}

/// A Rust string literal.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            _ => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

fn optional(text: Option<&str>) -> String {
    text.map_or("None".to_owned(), |text| format!("Some({})", literal(text)))
}

/// Variants of an enumeration, distinct even where the values differ only in case.
fn variants(shape: &Shape) -> Vec<(String, &str)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    shape
        .values
        .iter()
        .map(|value| {
            let name = names::variant(value);
            let count = counts.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count == 1 { name } else { format!("{name}{count}") };
            (name, value.as_str())
        })
        .collect()
}
