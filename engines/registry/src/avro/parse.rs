//! Reading declarations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Field, Named, NamedKind, Schema, Type};
use crate::Invalid;

/// Types within types that are followed.
const DEPTH_MAX: usize = 100;

impl Schema {
    /// Reads a declaration.
    pub fn of(value: &Value) -> Result<Schema, Invalid> {
        let mut reader = Reader { named: BTreeMap::new(), depth: 0 };
        let root = reader.ty(value, "")?;
        let schema = Schema { root, named: reader.named };
        for named in schema.named.values() {
            if let NamedKind::Record(fields) = &named.kind {
                for field in fields {
                    schema.check_default(field)?;
                }
            }
        }
        Ok(schema)
    }

    fn check_default(&self, field: &Field) -> Result<(), Invalid> {
        let Some(default) = &field.default else { return Ok(()) };
        // A default of a union is one of its first branch.
        let ty = match &field.ty {
            Type::Union(branches) => branches.first().unwrap_or(&Type::Null),
            ty => ty,
        };
        match self.is_a(default, ty, 0) {
            true => Ok(()),
            false => Err(Invalid(format!(
                "Invalid default for field {}: {default} not a {}",
                field.name,
                ty.name()
            ))),
        }
    }

    /// Whether a value, as JSON tells it, is of a type.
    fn is_a(&self, value: &Value, ty: &Type, depth: usize) -> bool {
        if depth > DEPTH_MAX {
            return false;
        }
        let within = |value: &Value, ty: &Type| self.is_a(value, ty, depth + 1);
        match ty {
            Type::Null => value.is_null(),
            Type::Boolean => value.is_boolean(),
            Type::Int => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            Type::Long => value.is_i64(),
            Type::Float | Type::Double => value.is_number(),
            Type::String | Type::Bytes | Type::Decimal(..) => value.is_string(),
            Type::Array(item) => {
                value.as_array().is_some_and(|items| items.iter().all(|v| within(v, item)))
            }
            Type::Map(item) => {
                value.as_object().is_some_and(|items| items.values().all(|v| within(v, item)))
            }
            Type::Union(branches) => branches.iter().any(|branch| within(value, branch)),
            Type::Named(name) => match self.named.get(name).map(|named| &named.kind) {
                Some(NamedKind::Record(fields)) => value.as_object().is_some_and(|given| {
                    fields.iter().all(|field| match given.get(&field.name) {
                        Some(value) => within(value, &field.ty),
                        None => field.default.is_some(),
                    })
                }),
                Some(NamedKind::Enum { symbols, .. }) => {
                    value.as_str().is_some_and(|given| symbols.iter().any(|s| s == given))
                }
                Some(NamedKind::Fixed { size, .. }) => value
                    .as_str()
                    .is_some_and(|given| u64::try_from(given.chars().count()) == Ok(*size)),
                None => false,
            },
        }
    }
}

struct Reader {
    named: BTreeMap<String, Named>,
    depth: usize,
}

impl Reader {
    fn ty(&mut self, value: &Value, namespace: &str) -> Result<Type, Invalid> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Invalid("The schema is nested too deeply.".to_owned()));
        }
        let ty = match value {
            Value::String(name) => self.by_name(name, namespace),
            Value::Array(branches) => self.union(branches, namespace),
            Value::Object(declared) => self.declared(declared, namespace),
            other => Err(Invalid(format!("No type: {other}"))),
        };
        self.depth -= 1;
        ty
    }

    fn by_name(&self, name: &str, namespace: &str) -> Result<Type, Invalid> {
        if let Some(primitive) = primitive(name) {
            return Ok(primitive);
        }
        let full = full(name, namespace);
        if self.named.contains_key(&full) {
            return Ok(Type::Named(full));
        }
        // Names without a dot are looked for without namespace too.
        if self.named.contains_key(name) {
            return Ok(Type::Named(name.to_owned()));
        }
        Err(Invalid(format!("Undefined name: \"{name}\"")))
    }

    fn union(&mut self, branches: &[Value], namespace: &str) -> Result<Type, Invalid> {
        let mut types = Vec::with_capacity(branches.len());
        let mut seen = BTreeSet::new();
        for branch in branches {
            let ty = self.ty(branch, namespace)?;
            if matches!(ty, Type::Union(_)) {
                return Err(Invalid("A union may not hold another union.".to_owned()));
            }
            if !seen.insert(ty.name().to_owned()) {
                return Err(Invalid(format!("Duplicate in union: {}", ty.name())));
            }
            types.push(ty);
        }
        Ok(Type::Union(types))
    }

    fn declared(
        &mut self,
        declared: &Map<String, Value>,
        namespace: &str,
    ) -> Result<Type, Invalid> {
        let Some(kind) = declared.get("type") else {
            return Err(Invalid(format!("No type: {}", Value::Object(declared.clone()))));
        };
        match kind.as_str() {
            Some("record" | "error") => self.record(declared, namespace),
            Some("enum") => self.enumeration(declared, namespace),
            Some("fixed") => self.fixed(declared, namespace),
            Some("array") => {
                let items = member(declared, "items")?;
                Ok(Type::Array(Box::new(self.ty(items, namespace)?)))
            }
            Some("map") => {
                let values = member(declared, "values")?;
                Ok(Type::Map(Box::new(self.ty(values, namespace)?)))
            }
            Some("bytes") => Ok(match decimal(declared) {
                Some((precision, scale)) => Type::Decimal(precision, scale),
                None => Type::Bytes,
            }),
            _ => self.ty(kind, namespace),
        }
    }

    fn record(&mut self, declared: &Map<String, Value>, namespace: &str) -> Result<Type, Invalid> {
        let (name, namespace) = self.declare(declared, namespace, NamedKind::Record(Vec::new()))?;
        let Value::Array(given) = member(declared, "fields")? else {
            return Err(Invalid("Record has no fields".to_owned()));
        };
        let mut fields: Vec<Field> = Vec::with_capacity(given.len());
        for field in given {
            let Value::Object(field) = field else {
                return Err(Invalid(format!("No field name: {field}")));
            };
            let own = text(field, "name").ok_or_else(|| Invalid("No field name".to_owned()))?;
            check_name(own)?;
            if fields.iter().any(|other| other.name == own) {
                return Err(Invalid(format!("Duplicate field {own} in record {name}")));
            }
            let ty = self.ty(member(field, "type")?, &namespace)?;
            fields.push(Field {
                name: own.to_owned(),
                aliases: texts(field, "aliases"),
                ty,
                default: field.get("default").cloned(),
            });
        }
        if let Some(named) = self.named.get_mut(&name) {
            named.kind = NamedKind::Record(fields);
        }
        Ok(Type::Named(name))
    }

    fn enumeration(
        &mut self,
        declared: &Map<String, Value>,
        namespace: &str,
    ) -> Result<Type, Invalid> {
        let symbols = texts(declared, "symbols");
        if !declared.get("symbols").is_some_and(Value::is_array) {
            return Err(Invalid("Enum has no symbols".to_owned()));
        }
        let mut seen = BTreeSet::new();
        for symbol in &symbols {
            check_name(symbol)?;
            if !seen.insert(symbol) {
                return Err(Invalid(format!("Duplicate enum symbol: {symbol}")));
            }
        }
        let default = text(declared, "default").map(str::to_owned);
        if let Some(default) = &default
            && !symbols.contains(default)
        {
            return Err(Invalid(format!("The Enum Default: {default} is not in the enum symbols")));
        }
        let (name, _) = self.declare(declared, namespace, NamedKind::Enum { symbols, default })?;
        Ok(Type::Named(name))
    }

    fn fixed(&mut self, declared: &Map<String, Value>, namespace: &str) -> Result<Type, Invalid> {
        let size = member(declared, "size")?.as_u64();
        let size = size.ok_or_else(|| Invalid("Invalid or no size".to_owned()))?;
        let kind = NamedKind::Fixed { size, decimal: decimal(declared) };
        Ok(Type::Named(self.declare(declared, namespace, kind)?.0))
    }

    /// Notes a named type; its full name, and the namespace in which its parts are read.
    fn declare(
        &mut self,
        declared: &Map<String, Value>,
        namespace: &str,
        kind: NamedKind,
    ) -> Result<(String, String), Invalid> {
        let own = text(declared, "name").ok_or_else(|| Invalid("No name in schema".to_owned()))?;
        let namespace = text(declared, "namespace").unwrap_or(namespace);
        let name = full(own, namespace);
        for part in name.split('.') {
            check_name(part)?;
        }
        if primitive(&name).is_some() {
            return Err(Invalid(format!("Schemas may not be named after primitives: {name}")));
        }
        let inner = name.rsplit_once('.').map_or("", |(namespace, _)| namespace).to_owned();
        let aliases = texts(declared, "aliases");
        let aliases = aliases.iter().map(|alias| full(alias, &inner)).collect();
        if self.named.insert(name.clone(), Named { aliases, kind }).is_some() {
            return Err(Invalid(format!("Can't redefine: {name}")));
        }
        Ok((name, inner))
    }
}

fn primitive(name: &str) -> Option<Type> {
    Some(match name {
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "int" => Type::Int,
        "long" => Type::Long,
        "float" => Type::Float,
        "double" => Type::Double,
        "bytes" => Type::Bytes,
        "string" => Type::String,
        _ => return None,
    })
}

fn full(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() {
        return name.trim_start_matches('.').to_owned();
    }
    format!("{namespace}.{name}")
}

fn check_name(name: &str) -> Result<(), Invalid> {
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if first && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Ok(());
    }
    Err(Invalid(format!("Illegal name: \"{name}\"")))
}

fn decimal(declared: &Map<String, Value>) -> Option<(u64, u64)> {
    if text(declared, "logicalType") != Some("decimal") {
        return None;
    }
    let precision = declared.get("precision")?.as_u64().filter(|n| *n > 0)?;
    let scale = declared.get("scale").map_or(Some(0), Value::as_u64)?;
    // What makes no sense is ignored, as the specification wants it.
    (scale <= precision).then_some((precision, scale))
}

fn member<'a>(declared: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Invalid> {
    declared.get(name).ok_or_else(|| Invalid(format!("\"{name}\" is missing in the schema")))
}

fn text<'a>(declared: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    declared.get(name).and_then(Value::as_str)
}

fn texts(declared: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = declared.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
