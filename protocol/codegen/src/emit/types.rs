//! Plain structures and enumerations.

use anyhow::Result;

use super::{Emitter, literal, variants};
use crate::model::{Reference, Shape};
use crate::names::{snake, type_name};

impl Emitter<'_> {
    pub(super) fn emit_types(&mut self) -> Result<()> {
        for name in self.shapes.clone() {
            let shape = self.shape(name)?;
            match shape.kind.as_str() {
                "structure" if !shape.document => self.structure(name, shape)?,
                "string" if !shape.values.is_empty() => self.enumeration(name, shape),
                _ => {}
            }
        }
        Ok(())
    }

    fn structure(&mut self, name: &str, shape: &Shape) -> Result<()> {
        let derives = if self.streaming.contains(name) { "" } else { "Clone, " };
        self.line(&format!("/// `{name}` of the service model."));
        self.line(&format!("#[derive({derives}Debug, Default)]"));
        self.line(&format!("pub struct {} {{", type_name(name)));
        for (_, (member, reference)) in Self::members(shape) {
            let rust = self.member_type(name, shape, member, reference)?;
            self.line(&format!("    pub {}: {rust},", snake(member)));
        }
        self.line("}");
        self.structure_impl(name, shape);
        Ok(())
    }

    fn structure_impl(&mut self, name: &str, shape: &Shape) {
        let rust = type_name(name);
        self.line(&format!("impl ::aquifer_schema::Structure for {rust} {{"));
        self.line(&format!(
            "    fn schema(&self) -> &'static ::aquifer_schema::Schema {{ &schemas::{rust} }}"
        ));
        for (signature, borrow) in [
            ("fn member(&self, index: usize) -> &dyn ::aquifer_schema::Shape", "&self"),
            (
                "fn member_mut(&mut self, index: usize) -> &mut dyn ::aquifer_schema::Shape",
                "&mut self",
            ),
        ] {
            self.line(&format!("    {signature} {{"));
            self.line("        match index {");
            for (index, (member, _)) in Self::members(shape) {
                self.line(&format!("            {index} => {borrow}.{},", snake(member)));
            }
            self.line("            _ => unreachable!(\"the schema has no such member\"),");
            self.line("        }");
            self.line("    }");
        }
        self.line("    fn as_any(&self) -> &dyn ::core::any::Any { self }");
        self.line("    fn as_any_mut(&mut self) -> &mut dyn ::core::any::Any { self }");
        self.line(
            "    fn into_any(self: ::std::boxed::Box<Self>) -> \
             ::std::boxed::Box<dyn ::core::any::Any + Send> { self }",
        );
        self.line("}");
        self.line(&format!("impl ::aquifer_schema::Shape for {rust} {{"));
        self.line(
            "    fn view(&self) -> ::aquifer_schema::View<'_> \
             { ::aquifer_schema::View::Struct(self) }",
        );
        self.line(
            "    fn slot(&mut self) -> ::aquifer_schema::Slot<'_> \
             { ::aquifer_schema::Slot::Struct(self) }",
        );
        self.line("}");
    }

    fn enumeration(&mut self, name: &str, shape: &Shape) {
        let rust = type_name(name);
        let variants = variants(shape);
        self.line(&format!("/// `{name}` of the service model."));
        self.line("#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]");
        self.line(&format!("pub enum {rust} {{"));
        for (index, (variant, value)) in variants.iter().enumerate() {
            if index == 0 {
                self.line("    #[default]");
            }
            self.line(&format!("    /// {}", literal(value)));
            self.line(&format!("    {variant},"));
        }
        self.line("}");
        self.line(&format!("impl {rust} {{"));
        self.line("    /// Every value, in the model's order.");
        let all: Vec<String> = variants.iter().map(|(v, _)| format!("Self::{v}")).collect();
        self.line(&format!("    pub const ALL: &'static [Self] = &[{}];", all.join(", ")));
        self.line("    /// The value as clients write it.");
        self.line("    pub const fn as_str(self) -> &'static str {");
        self.line("        match self {");
        for (variant, value) in &variants {
            self.line(&format!("            Self::{variant} => {},", literal(value)));
        }
        self.line("        }");
        self.line("    }");
        self.line("    /// The value a client wrote; `None` if the model has no such value.");
        self.line("    pub fn parse(text: &str) -> ::core::option::Option<Self> {");
        self.line("        Self::ALL.iter().copied().find(|value| value.as_str() == text)");
        self.line("    }");
        self.line("}");
        self.line(&format!("impl ::core::fmt::Display for {rust} {{"));
        self.line(
            "    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result \
             { f.write_str(self.as_str()) }",
        );
        self.line("}");
        self.line(&format!("impl ::aquifer_schema::EnumShape for {rust} {{"));
        self.line("    fn text(&self) -> &'static str { self.as_str() }");
        self.line("    fn set(&mut self, text: &str) -> bool {");
        self.line("        Self::parse(text).map(|value| *self = value).is_some()");
        self.line("    }");
        self.line("}");
        self.line(&format!("impl ::aquifer_schema::Shape for {rust} {{"));
        self.line(
            "    fn view(&self) -> ::aquifer_schema::View<'_> \
             { ::aquifer_schema::View::Str(self.as_str()) }",
        );
        self.line(
            "    fn slot(&mut self) -> ::aquifer_schema::Slot<'_> \
             { ::aquifer_schema::Slot::Enum(self) }",
        );
        self.line("}");
    }

    fn member_type(
        &self,
        owner: &str,
        shape: &Shape,
        member: &str,
        reference: &Reference,
    ) -> Result<String> {
        if self.model.is_stream(reference) {
            return Ok("::aquifer_schema::ByteStream".to_owned());
        }
        if self.shape(&reference.shape)?.eventstream {
            return Ok("::aquifer_schema::EventStream".to_owned());
        }
        let mut rust = self.value_type(&reference.shape)?;
        if self.boxed.contains(&(owner, member)) {
            rust = format!("::std::boxed::Box<{rust}>");
        }
        let required = shape.required.iter().any(|name| name == member);
        // A required member that contains its owner would have no end.
        Ok(if required && !self.boxed.contains(&(owner, member)) {
            rust
        } else {
            format!("::core::option::Option<{rust}>")
        })
    }

    fn value_type(&self, name: &str) -> Result<String> {
        let shape = self.shape(name)?;
        Ok(match shape.kind.as_str() {
            "structure" if shape.document => "::aquifer_schema::Document".to_owned(),
            "structure" => type_name(name),
            "string" if !shape.values.is_empty() => type_name(name),
            "list" => {
                let element = shape.member.as_ref().map_or("", |member| &member.shape);
                format!("::std::vec::Vec<{}>", self.value_type(element)?)
            }
            "map" => {
                let value = shape.value.as_ref().map_or("", |value| &value.shape);
                format!(
                    "::std::collections::BTreeMap<::std::string::String, {}>",
                    self.value_type(value)?
                )
            }
            "integer" => "i32".to_owned(),
            "long" => "i64".to_owned(),
            "float" => "f32".to_owned(),
            "double" => "f64".to_owned(),
            "boolean" => "bool".to_owned(),
            "blob" => "::aquifer_schema::Bytes".to_owned(),
            "timestamp" => "::aquifer_schema::Timestamp".to_owned(),
            _ => "::std::string::String".to_owned(),
        })
    }
}
