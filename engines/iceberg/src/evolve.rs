//! Schemas that change: columns come, go, move, and become wider, each known by its id all the while.
//!
//! <https://iceberg.apache.org/spec/#schema-evolution>

use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::types::{Field, Primitive, Type};

/// Where a column goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    First,
    After(String),
}

impl Schema {
    /// The schema with a column more, last; ids are taken from after `last_id`.
    ///
    /// # Errors
    /// When there is a column of that name.
    pub fn with_column(
        &self,
        name: &str,
        of: &Type,
        doc: Option<String>,
        last_id: &mut i32,
    ) -> Result<Self> {
        if self.column(name).is_some() {
            return Err(Error::invalid(format!("Cannot add column, name already exists: {name}")));
        }
        let mut next = || {
            *last_id += 1;
            *last_id
        };
        let id = next();
        let mut field_type = of.clone();
        field_type.renumber(&mut |_| next());
        let mut schema = self.clone();
        let field = Field { id, name: name.to_owned(), required: false, field_type, doc };
        schema.columns.fields.push(field);
        Ok(schema)
    }

    /// The schema without a column.
    ///
    /// # Errors
    /// When there is no such column, or rows are known by it.
    pub fn without_column(&self, name: &str) -> Result<Self> {
        let at = self.position(name)?;
        let mut schema = self.clone();
        let gone = schema.columns.fields.remove(at);
        if self.identifier_field_ids.contains(&gone.id) {
            let message = format!("Cannot delete identifier field {name}");
            return Err(Error::invalid(message));
        }
        if schema.columns.fields.is_empty() {
            return Err(Error::invalid("Cannot delete the only column"));
        }
        Ok(schema)
    }

    /// The schema with a column called otherwise.
    ///
    /// # Errors
    /// When there is no such column, or another has the name.
    pub fn renamed(&self, name: &str, to: &str) -> Result<Self> {
        let at = self.position(name)?;
        if name != to && self.column(to).is_some() {
            return Err(Error::invalid(format!("Cannot rename to a column that exists: {to}")));
        }
        let mut schema = self.clone();
        to.clone_into(&mut schema.columns.fields[at].name);
        Ok(schema)
    }

    /// The schema with a column of another type, which must hold all that the old one did.
    ///
    /// # Errors
    /// When it does not, or there is no such column.
    pub fn retyped(&self, name: &str, to: &Type) -> Result<Self> {
        let at = self.position(name)?;
        let mut schema = self.clone();
        let field = &mut schema.columns.fields[at];
        match (&field.field_type, to) {
            (Type::Primitive(from), Type::Primitive(to)) if from.widens_to(*to) => {
                field.field_type = Type::Primitive(*to);
                Ok(schema)
            }
            (from, to) if same_shape(from, to) => Ok(schema),
            (Type::Primitive(from), Type::Primitive(to)) => {
                Err(Error::invalid(format!("Cannot change column type: {name}: {from} -> {to}")))
            }
            _ => Err(Error::invalid(format!("Cannot change the type of a nested column: {name}"))),
        }
    }

    /// The schema with another remark on a column.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn remarked(&self, name: &str, doc: Option<String>) -> Result<Self> {
        let at = self.position(name)?;
        let mut schema = self.clone();
        schema.columns.fields[at].doc = doc;
        Ok(schema)
    }

    /// The schema with a column elsewhere.
    ///
    /// # Errors
    /// When it, or the one before it, is not there.
    pub fn moved(&self, name: &str, place: &Place) -> Result<Self> {
        let at = self.position(name)?;
        let mut schema = self.clone();
        let field = schema.columns.fields.remove(at);
        let to = match place {
            Place::First => 0,
            Place::After(other) => schema.position(other)? + 1,
        };
        schema.columns.fields.insert(to, field);
        Ok(schema)
    }

    fn position(&self, name: &str) -> Result<usize> {
        let at = self.columns.fields.iter().position(|field| field.name == name);
        at.ok_or_else(|| Error::invalid(format!("Column '{name}' does not exist")))
    }
}

/// Whether types are the same but for the ids within.
fn same_shape(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Primitive(a), Type::Primitive(b)) => a == b,
        (Type::List(a), Type::List(b)) => same_shape(&a.element, &b.element),
        (Type::Map(a), Type::Map(b)) => {
            same_shape(&a.key, &b.key) && same_shape(&a.value, &b.value)
        }
        (Type::Struct(a), Type::Struct(b)) => {
            let same = |(a, b): (&Field, &Field)| {
                a.name == b.name && same_shape(&a.field_type, &b.field_type)
            };
            a.fields.len() == b.fields.len() && a.fields.iter().zip(&b.fields).all(same)
        }
        _ => false,
    }
}

impl Primitive {
    /// Whether every value of this type is one of another.
    pub fn widens_to(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int, Self::Long) | (Self::Float, Self::Double) => true,
            (
                Self::Decimal { precision, scale },
                Self::Decimal { precision: wider, scale: same },
            ) => scale == same && precision <= wider,
            (from, to) => from == to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ListType, StructType};

    fn names(schema: &Schema) -> Vec<(i32, String)> {
        schema.columns.fields.iter().map(|field| (field.id, field.name.clone())).collect()
    }

    #[test]
    fn columns_keep_their_ids() {
        let mut last = 0;
        let int = Type::Primitive(Primitive::Int);
        let schema = Schema::default();
        let schema = schema.with_column("a", &int, None, &mut last).unwrap();
        let field =
            Field { id: 0, name: "x".into(), required: false, field_type: int.clone(), doc: None };
        let nested = Type::List(Box::new(ListType {
            element_id: 0,
            element_required: false,
            element: Type::Struct(StructType { fields: vec![field] }),
        }));
        let schema = schema.with_column("b", &nested, None, &mut last).unwrap();
        let schema = schema.with_column("c", &int, None, &mut last).unwrap();
        assert_eq!(last, 5);
        let schema = schema.renamed("a", "z").unwrap().moved("c", &Place::First).unwrap();
        let schema = schema.retyped("z", &Type::Primitive(Primitive::Long)).unwrap();
        assert_eq!(names(&schema), [(5, "c".into()), (1, "z".into()), (2, "b".into())]);
        assert!(schema.check().is_ok());
        assert!(schema.retyped("z", &int).is_err(), "nothing becomes narrower");
        assert!(schema.renamed("z", "c").is_err());
        assert!(schema.with_column("c", &int, None, &mut last).is_err());
        let schema = schema.without_column("b").unwrap();
        // A column of the same name is another column.
        let schema = schema.with_column("b", &int, None, &mut last).unwrap();
        assert_eq!(names(&schema), [(5, "c".into()), (1, "z".into()), (6, "b".into())]);
    }
}
