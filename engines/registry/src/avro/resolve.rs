//! Schema resolution: what a reader makes of what a writer wrote.
//!
//! <https://avro.apache.org/docs/1.11.1/specification/#schema-resolution>

use std::collections::BTreeSet;

use super::{Field, Named, NamedKind, Schema, Type, short};
use crate::Incompatible;

/// Whether a reader understands all that a writer writes.
pub(crate) fn reads(reader: &Schema, writer: &Schema) -> Result<(), Incompatible> {
    let mut pair = Pair { reader, writer, open: BTreeSet::new() };
    pair.types(&reader.root, &writer.root, "")
}

struct Pair<'a> {
    reader: &'a Schema,
    writer: &'a Schema,
    /// Named types under comparison or compared: types may hold themselves.
    open: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Pair<'a> {
    fn types(&mut self, reader: &'a Type, writer: &'a Type, at: &str) -> Result<(), Incompatible> {
        match (reader, writer) {
            // Each branch may have been written.
            (_, Type::Union(branches)) => {
                branches.iter().try_for_each(|branch| self.types(reader, branch, at))
            }
            (Type::Union(branches), _) => {
                let known = self.open.clone();
                for branch in branches {
                    if self.types(branch, writer, at).is_ok() {
                        return Ok(());
                    }
                    self.open.clone_from(&known);
                }
                Err(wrong(at, format!("reader union lacks {}", writer.name())))
            }
            (Type::Array(reader), Type::Array(writer)) => {
                self.types(reader, writer, &format!("{at}/items"))
            }
            (Type::Map(reader), Type::Map(writer)) => {
                self.types(reader, writer, &format!("{at}/values"))
            }
            (Type::Named(reader), Type::Named(writer)) => self.named(reader, writer, at),
            (reader, writer) if simple(reader, writer) => Ok(()),
            (Type::Decimal(..), Type::Decimal(..)) => {
                Err(wrong(at, "decimals of different precision or scale".to_owned()))
            }
            (reader, writer) => Err(wrong(
                at,
                format!(
                    "reader type {} does not read writer type {}",
                    reader.name(),
                    writer.name()
                ),
            )),
        }
    }

    fn named(
        &mut self,
        reader_name: &'a str,
        writer_name: &'a str,
        at: &str,
    ) -> Result<(), Incompatible> {
        let (Some(reader), Some(writer)) =
            (self.reader.named.get(reader_name), self.writer.named.get(writer_name))
        else {
            return Err(wrong(at, format!("{reader_name} is not declared")));
        };
        if !same_name(reader_name, reader, writer_name) {
            return Err(wrong(at, format!("expected {reader_name}, found {writer_name}")));
        }
        if !self.open.insert((reader_name, writer_name)) {
            return Ok(());
        }
        match (&reader.kind, &writer.kind) {
            (NamedKind::Record(reader), NamedKind::Record(writer)) => {
                self.fields(reader, writer, at)
            }
            (NamedKind::Enum { symbols, default }, NamedKind::Enum { symbols: written, .. }) => {
                match written.iter().find(|symbol| !symbols.contains(symbol)) {
                    Some(missing) if default.is_none() => {
                        Err(wrong(at, format!("missing enum symbol {missing}")))
                    }
                    _ => Ok(()),
                }
            }
            (
                NamedKind::Fixed { size, decimal },
                NamedKind::Fixed { size: written, decimal: number },
            ) => {
                if size != written {
                    return Err(wrong(at, format!("fixed of {size} bytes, found {written}")));
                }
                match (decimal, number) {
                    (Some(a), Some(b)) if a != b => {
                        Err(wrong(at, "decimals of different precision or scale".to_owned()))
                    }
                    _ => Ok(()),
                }
            }
            _ => Err(wrong(at, format!("{reader_name} is of another kind"))),
        }
    }

    fn fields(
        &mut self,
        reader: &'a [Field],
        writer: &'a [Field],
        at: &str,
    ) -> Result<(), Incompatible> {
        for field in reader {
            let at = format!("{at}/fields/{}", field.name);
            let written = writer
                .iter()
                .find(|other| other.name == field.name)
                .or_else(|| writer.iter().find(|other| field.aliases.contains(&other.name)));
            match written {
                Some(written) => self.types(&field.ty, &written.ty, &at)?,
                None if field.default.is_none() => {
                    let what = "the writer has no such field, and it has no default value";
                    return Err(wrong(&at, what.to_owned()));
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// Whether a named type of the reader stands for one of the writer: by its name without namespace, or
/// by an alias.
fn same_name(reader: &str, named: &Named, writer: &str) -> bool {
    short(reader) == short(writer) || named.aliases.iter().any(|alias| alias == writer)
}

/// The same primitive, or one that widens to the other.
fn simple(reader: &Type, writer: &Type) -> bool {
    use Type as T;
    match (reader, writer) {
        (T::Decimal(a, b), T::Decimal(c, d)) => (a, b) == (c, d),
        // A decimal and plain bytes are the same on the wire.
        (T::Bytes | T::String | T::Decimal(..), T::Bytes | T::String)
        | (T::Bytes | T::String, T::Decimal(..))
        | (T::Long, T::Int)
        | (T::Float, T::Int | T::Long)
        | (T::Double, T::Int | T::Long | T::Float) => true,
        (T::Null, T::Null)
        | (T::Boolean, T::Boolean)
        | (T::Int, T::Int)
        | (T::Long, T::Long)
        | (T::Float, T::Float)
        | (T::Double, T::Double) => true,
        _ => false,
    }
}

fn wrong(at: &str, what: String) -> Incompatible {
    let at = if at.is_empty() { "/" } else { at };
    Incompatible(format!("Incompatible at {at}: {what}."))
}
