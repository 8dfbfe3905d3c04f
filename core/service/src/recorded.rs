//! What the record of calls keeps of what a call says, for rooms that name what may be kept.

use std::collections::BTreeMap;

use aquifer_audit::{Event, Parameter};
use aquifer_schema::{Structure, View};

/// Longer texts are cut: the record is kept in memory.
const TEXT_CHARACTERS_MAX: usize = 1_000;
/// More pairs are left out.
const PAIRS_MAX: usize = 50;

/// Set by rooms whose calls are recorded with more than their name. Nothing that is not named here
/// is kept: a call may carry secrets.
#[derive(Debug)]
pub struct Recorded {
    /// Members of inputs that are kept wherever an operation has them: texts, numbers and maps of
    /// texts.
    pub members: &'static [&'static str],
    /// The member that names the resource, in answers or else in inputs.
    pub resource: &'static str,
    /// Operations that change nothing although their names do not say so: the record keeps more of
    /// what changes something.
    pub read_only: &'static [&'static str],
}

impl Recorded {
    /// What is kept of an input.
    pub(crate) fn of_input(&self, input: &dyn Structure, told: &mut Told) {
        for (index, member) in input.schema().members.iter().enumerate() {
            if !self.members.contains(&member.name) {
                continue;
            }
            let kept = match input.member(index).view() {
                View::Str(text) => Parameter::Text(cut(text)),
                View::Int(number) => Parameter::Text(number.to_string()),
                View::Map(map) if !map.is_empty() => {
                    let mut pairs = BTreeMap::new();
                    map.each(&mut |key, value| {
                        if let View::Str(text) = value.view()
                            && pairs.len() < PAIRS_MAX
                        {
                            pairs.insert(cut(key), cut(text));
                        }
                    });
                    Parameter::Pairs(pairs)
                }
                _ => continue,
            };
            told.parameters.insert(member.name.to_owned(), kept);
        }
        told.resource = text(input, self.resource);
    }

    /// What is kept of an answer, which names resources in full.
    pub(crate) fn of_output(&self, output: &dyn Structure, told: &mut Told) {
        if let Some(resource) = text(output, self.resource) {
            told.resource = Some(resource);
        }
    }
}

/// What a call said, until it is recorded.
#[derive(Default)]
pub(crate) struct Told {
    parameters: BTreeMap<String, Parameter>,
    resource: Option<String>,
}

impl Told {
    pub fn record(self, event: &mut Event) {
        (event.parameters, event.resource) = (self.parameters, self.resource);
    }
}

fn text(value: &dyn Structure, name: &str) -> Option<String> {
    let index = value.schema().members.iter().position(|member| member.name == name)?;
    match value.member(index).view() {
        View::Str(text) => Some(cut(text)),
        _ => None,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_CHARACTERS_MAX).collect()
}
