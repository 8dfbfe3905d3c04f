//! Schemas of a table.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::types::{Field, StructType, Type};

/// A schema: the columns of a table at some time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Schema {
    #[serde(rename = "type", default)]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub schema_id: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier_field_ids: Vec<i32>,
    #[serde(flatten)]
    pub columns: StructType,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    #[default]
    Struct,
}

impl Schema {
    /// A schema of columns.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { columns: StructType { fields }, ..Self::default() }
    }

    /// All fields by id, nested ones too.
    pub fn types(&self) -> BTreeMap<i32, Type> {
        let mut types = BTreeMap::new();
        self.columns.visit(&mut |id, of| {
            types.insert(id, of.clone());
        });
        types
    }

    /// The type of a field.
    pub fn type_of(&self, id: i32) -> Option<Type> {
        self.types().remove(&id)
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Field> {
        self.columns.fields.iter().find(|field| field.name == name)
    }

    /// The highest id of a field; zero where there is none.
    pub fn highest_id(&self) -> i32 {
        self.types().keys().next_back().copied().unwrap_or(0)
    }

    /// Whether another has the same columns, whatever its id.
    pub fn is_same(&self, other: &Self) -> bool {
        self.columns == other.columns && self.identifiers() == other.identifiers()
    }

    fn identifiers(&self) -> BTreeSet<i32> {
        self.identifier_field_ids.iter().copied().collect()
    }

    /// Refuses what no schema may be.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<()> {
        let mut ids = BTreeSet::new();
        let mut twice = None;
        self.columns.visit(&mut |id, _| {
            if !ids.insert(id) {
                twice = Some(id);
            }
        });
        if let Some(id) = twice {
            return Err(Error::invalid(format!("Multiple entries with same field id: {id}")));
        }
        names(&self.columns)?;
        for id in &self.identifier_field_ids {
            let column = self.columns.fields.iter().find(|field| field.id == *id);
            match column {
                Some(field) if !field.required => {
                    return Err(Error::invalid(format!(
                        "Cannot add field {} as an identifier field: not a required field",
                        field.name
                    )));
                }
                None if !ids.contains(id) => {
                    return Err(Error::invalid(format!(
                        "Cannot add fieldId {id} as an identifier field: field does not exist"
                    )));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The schema with ids from 1 on, and which id every old one became.
    #[must_use]
    pub fn with_fresh_ids(&self) -> (Self, BTreeMap<i32, i32>) {
        let mut fresh = self.clone();
        let mut became = BTreeMap::new();
        let mut last = 0;
        fresh.columns.renumber(&mut |old| {
            last += 1;
            became.insert(old, last);
            last
        });
        let new = |id: &i32| became.get(id).copied();
        fresh.identifier_field_ids = self.identifier_field_ids.iter().filter_map(new).collect();
        (fresh, became)
    }
}

/// A schema as files of rows carry it.
///
/// # Errors
/// Never: the signature is that of what writes.
pub fn schema_json(schema: &Schema) -> Result<String> {
    serde_json::to_string(schema).map_err(|error| Error::invalid(error.to_string()))
}

fn names(columns: &StructType) -> Result<()> {
    let mut names = BTreeSet::new();
    for field in &columns.fields {
        if field.name.is_empty() {
            return Err(Error::invalid("Invalid field name: it is empty"));
        }
        if !names.insert(field.name.as_str()) {
            return Err(Error::invalid(format!("Multiple fields with the name {}", field.name)));
        }
        names_within(&field.field_type)?;
    }
    Ok(())
}

fn names_within(of: &Type) -> Result<()> {
    match of {
        Type::Primitive(_) => Ok(()),
        Type::Struct(fields) => names(fields),
        Type::List(list) => names_within(&list.element),
        Type::Map(map) => {
            names_within(&map.key)?;
            names_within(&map.value)
        }
    }
}
