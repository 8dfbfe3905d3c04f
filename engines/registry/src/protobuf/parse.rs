//! Reading declarations.

use std::collections::BTreeSet;

use super::{Field, File, Label, Message, Stream, Type, tokens};
use crate::Invalid;

const SCALARS: [&str; 15] = [
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32",
    "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes",
];
/// Files of the well-known types, which may be imported.
const WELL_KNOWN: &str = "google/protobuf/";
/// Files of common types that the registry of AWS knows.
const COMMON: &str = "google/type/";
const NUMBER_MAX: i64 = 536_870_911;
/// Numbers that the format keeps for itself.
const KEPT: (i64, i64) = (19_000, 19_999);
const DEPTH_MAX: usize = 50;

impl File {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<File, Invalid> {
        let tokens = tokens::tokens(text)?;
        let mut reader = Reader { tokens: &tokens, at: 0, file: File::default(), depth: 0 };
        reader.file()?;
        let mut file = reader.file;
        if file.messages.is_empty() && file.enums.is_empty() {
            return Err(Invalid("The file declares no message.".to_owned()));
        }
        file.resolve()?;
        Ok(file)
    }

    /// Finds what the names of types mean, from the innermost scope outwards.
    fn resolve(&mut self) -> Result<(), Invalid> {
        let messages: BTreeSet<String> = self.messages.keys().cloned().collect();
        let enums: BTreeSet<String> = self.enums.keys().cloned().collect();
        let find = |name: &str, scope: &str| -> Result<Type, Invalid> {
            let plain = name.trim_start_matches('.');
            if plain.starts_with("google.protobuf.") || plain.starts_with("google.type.") {
                return Ok(Type::Message(plain.to_owned()));
            }
            let mut scope = if name.starts_with('.') { "" } else { scope };
            loop {
                let full =
                    if scope.is_empty() { plain.to_owned() } else { format!("{scope}.{plain}") };
                if messages.contains(&full) {
                    return Ok(Type::Message(full));
                }
                if enums.contains(&full) {
                    return Ok(Type::Enum(full));
                }
                if scope.is_empty() {
                    return Err(Invalid(format!("\"{name}\" is not defined.")));
                }
                scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
            }
        };
        for (scope, message) in &mut self.messages {
            for field in message.fields.values_mut() {
                match &mut field.ty {
                    Type::Unresolved(name) => field.ty = find(name, scope)?,
                    Type::Map(_, value) => {
                        if let Type::Unresolved(name) = &**value {
                            **value = find(name, scope)?;
                        }
                    }
                    _ => {}
                }
            }
        }
        let package = self.package.clone();
        for (input, output) in self.methods.values_mut() {
            for stream in [input, output] {
                match find(&stream.message, &package)? {
                    Type::Message(name) => stream.message = name,
                    _ => return Err(Invalid(format!("\"{}\" is no message.", stream.message))),
                }
            }
        }
        Ok(())
    }
}

struct Reader<'a> {
    tokens: &'a [String],
    at: usize,
    file: File,
    depth: usize,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<(), Invalid> {
        // Without a word on it, a file is of the older syntax.
        if self.peek() == "syntax" {
            self.at += 1;
            self.expect("=")?;
            let syntax = self.text()?;
            self.file.proto3 = match syntax.as_str() {
                "proto3" => true,
                "proto2" => false,
                other => {
                    return Err(Invalid(format!("Unrecognized syntax identifier \"{other}\".")));
                }
            };
            self.expect(";")?;
        }
        while self.at < self.tokens.len() {
            match self.next()?.as_str() {
                "package" => {
                    self.file.package = self.name()?;
                    self.expect(";")?;
                }
                "import" => self.import()?,
                "option" => self.skip_statement()?,
                "message" => self.message(&self.file.package.clone())?,
                "enum" => self.enumeration(&self.file.package.clone())?,
                "service" => self.service()?,
                "extend" => return Err(Invalid("Extensions are not supported.".to_owned())),
                ";" => {}
                other => {
                    return Err(Invalid(format!(
                        "Expected top-level statement, found \"{other}\"."
                    )));
                }
            }
        }
        Ok(())
    }

    fn import(&mut self) -> Result<(), Invalid> {
        if matches!(self.peek(), "public" | "weak") {
            self.at += 1;
        }
        let path = self.text()?;
        self.expect(";")?;
        match path.starts_with(WELL_KNOWN) || path.starts_with(COMMON) {
            true => Ok(()),
            false => Err(Invalid(format!("Import \"{path}\" was not found."))),
        }
    }

    fn message(&mut self, scope: &str) -> Result<(), Invalid> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Invalid("Messages are nested too deeply.".to_owned()));
        }
        let name = self.declare(scope)?;
        self.expect("{")?;
        let mut message = Message::default();
        loop {
            match self.peek() {
                "}" => break,
                ";" => self.at += 1,
                "message" if self.declares() => {
                    self.at += 1;
                    self.message(&name)?;
                }
                "enum" if self.declares() => {
                    self.at += 1;
                    self.enumeration(&name)?;
                }
                "option" => self.skip_statement()?,
                "reserved" => self.reserved(&mut message)?,
                "extensions" | "extend" => {
                    return Err(Invalid("Extensions are not supported.".to_owned()));
                }
                "oneof" => self.oneof(&mut message)?,
                _ => self.field(&mut message, None)?,
            }
        }
        self.at += 1;
        for (number, field) in &message.fields {
            if message.reserved.iter().any(|(from, to)| (from..=to).contains(&number)) {
                return Err(Invalid(format!(
                    "Field \"{}\" uses reserved number {number}.",
                    field.name
                )));
            }
            if message.reserved_names.contains(&field.name) {
                return Err(Invalid(format!("Field name \"{}\" is reserved.", field.name)));
            }
        }
        self.file.messages.insert(name, message);
        self.depth -= 1;
        Ok(())
    }

    /// Whether a word begins a declaration rather than naming the type of a field.
    fn declares(&self) -> bool {
        self.tokens.get(self.at + 2).is_some_and(|token| token == "{")
    }

    fn oneof(&mut self, message: &mut Message) -> Result<(), Invalid> {
        self.at += 1;
        let name = self.name()?;
        self.expect("{")?;
        while self.peek() != "}" {
            match self.peek() {
                "option" => self.skip_statement()?,
                ";" => self.at += 1,
                _ => self.field(message, Some(&name))?,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn field(&mut self, message: &mut Message, oneof: Option<&str>) -> Result<(), Invalid> {
        let mut label = None;
        if matches!(self.peek(), "optional" | "required" | "repeated") {
            label = Some(self.next()?);
        }
        let ty = self.ty()?;
        let name = self.name()?;
        self.expect("=")?;
        let number = self.number()?;
        if self.peek() == "[" {
            self.skip_to("]")?;
        }
        self.expect(";")?;
        let is_map = matches!(ty, Type::Map(..));
        let label = match label.as_deref() {
            Some("required") if self.file.proto3 => {
                return Err(Invalid("Required fields are not allowed in proto3.".to_owned()));
            }
            Some(_) if oneof.is_some() || is_map => {
                return Err(Invalid(format!("Field \"{name}\" must not have a label.")));
            }
            Some("required") => Label::Required,
            Some("repeated") => Label::Repeated,
            None if !self.file.proto3 && oneof.is_none() && !is_map => {
                return Err(Invalid(
                    "Expected \"required\", \"optional\", or \"repeated\".".to_owned(),
                ));
            }
            _ if is_map => Label::Repeated,
            _ => Label::One,
        };
        if !(1..=NUMBER_MAX).contains(&number) || (KEPT.0..=KEPT.1).contains(&number) {
            return Err(Invalid(format!("Field number {number} of \"{name}\" is out of range.")));
        }
        if message.fields.values().any(|other| other.name == name) {
            return Err(Invalid(format!("\"{name}\" is already defined.")));
        }
        let field = Field { name: name.clone(), label, ty, oneof: oneof.map(str::to_owned) };
        match message.fields.insert(number, field) {
            Some(other) => Err(Invalid(format!(
                "Field number {number} has already been used by field \"{}\".",
                other.name
            ))),
            None => Ok(()),
        }
    }

    fn ty(&mut self) -> Result<Type, Invalid> {
        let name = self.name()?;
        if name == "group" {
            return Err(Invalid("Groups are not supported.".to_owned()));
        }
        if name == "map" && self.peek() == "<" {
            self.at += 1;
            let key = self.name()?;
            let key = SCALARS.iter().find(|scalar| **scalar == key);
            let key = key.filter(|key| !matches!(**key, "double" | "float" | "bytes"));
            let key = key.ok_or_else(|| Invalid("Invalid key type of a map.".to_owned()))?;
            self.expect(",")?;
            let value = self.ty()?;
            self.expect(">")?;
            return Ok(Type::Map(key, Box::new(value)));
        }
        match SCALARS.iter().find(|scalar| **scalar == name) {
            Some(scalar) => Ok(Type::Scalar(scalar)),
            None => Ok(Type::Unresolved(name)),
        }
    }

    fn reserved(&mut self, message: &mut Message) -> Result<(), Invalid> {
        self.at += 1;
        loop {
            if self.peek().starts_with(['"', '\'']) {
                message.reserved_names.push(self.text()?);
            } else {
                let from = self.number()?;
                let mut to = from;
                if self.peek() == "to" {
                    self.at += 1;
                    to = match self.peek() {
                        "max" => {
                            self.at += 1;
                            NUMBER_MAX
                        }
                        _ => self.number()?,
                    };
                }
                message.reserved.push((from, to));
            }
            match self.next()?.as_str() {
                "," => {}
                ";" => return Ok(()),
                other => return Err(Invalid(format!("Expected \";\", found \"{other}\"."))),
            }
        }
    }

    fn enumeration(&mut self, scope: &str) -> Result<(), Invalid> {
        let name = self.declare(scope)?;
        self.expect("{")?;
        let mut values: Vec<(String, i64)> = Vec::new();
        let mut aliases = false;
        while self.peek() != "}" {
            match self.peek() {
                "option" => {
                    aliases |= self.tokens.get(self.at + 1).is_some_and(|t| t == "allow_alias");
                    self.skip_statement()?;
                }
                "reserved" => self.skip_statement()?,
                ";" => self.at += 1,
                _ => {
                    let value = self.name()?;
                    self.expect("=")?;
                    let number = self.number()?;
                    if self.peek() == "[" {
                        self.skip_to("]")?;
                    }
                    self.expect(";")?;
                    let taken = values
                        .iter()
                        .any(|(other, n)| *other == value || (*n == number && !aliases));
                    if taken {
                        return Err(Invalid(format!(
                            "\"{value}\" is already defined in \"{name}\"."
                        )));
                    }
                    values.push((value, number));
                }
            }
        }
        self.at += 1;
        match values.first() {
            None => return Err(Invalid("Enums must contain at least one value.".to_owned())),
            Some((_, first)) if self.file.proto3 && *first != 0 => {
                return Err(Invalid("The first enum value must be zero for proto3.".to_owned()));
            }
            Some(_) => {}
        }
        self.file.enums.insert(name, values);
        Ok(())
    }

    fn service(&mut self) -> Result<(), Invalid> {
        let service = self.name()?;
        self.expect("{")?;
        loop {
            match self.next()?.as_str() {
                "}" => return Ok(()),
                "option" => self.skip_statement()?,
                ";" => {}
                "rpc" => {
                    let method = self.name()?;
                    let input = self.stream()?;
                    self.expect("returns")?;
                    let output = self.stream()?;
                    match self.peek() {
                        "{" => self.skip_to("}")?,
                        _ => self.expect(";")?,
                    }
                    self.file.methods.insert(format!("{service}.{method}"), (input, output));
                }
                other => return Err(Invalid(format!("Expected \"rpc\", found \"{other}\"."))),
            }
        }
    }

    fn stream(&mut self) -> Result<Stream, Invalid> {
        self.expect("(")?;
        let many =
            self.peek() == "stream" && self.tokens.get(self.at + 1).is_some_and(|t| t != ")");
        if many {
            self.at += 1;
        }
        let message = self.name()?;
        self.expect(")")?;
        Ok(Stream { many, message })
    }

    /// The full name of a new type.
    fn declare(&mut self, scope: &str) -> Result<String, Invalid> {
        let own = self.name()?;
        if own.contains('.') {
            return Err(Invalid(format!("Expected identifier, found \"{own}\".")));
        }
        let full = if scope.is_empty() { own } else { format!("{scope}.{own}") };
        match self.file.messages.contains_key(&full) || self.file.enums.contains_key(&full) {
            true => Err(Invalid(format!("\"{full}\" is already defined."))),
            false => Ok(full),
        }
    }

    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> Result<String, Invalid> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| Invalid("Reached end of input.".to_owned()))
    }

    fn expect(&mut self, wanted: &str) -> Result<(), Invalid> {
        match self.next()? {
            found if found == wanted => Ok(()),
            found => Err(Invalid(format!("Expected \"{wanted}\", found \"{found}\"."))),
        }
    }

    fn name(&mut self) -> Result<String, Invalid> {
        let token = self.next()?;
        let first = token.trim_start_matches('.').bytes().next();
        match first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') {
            true => Ok(token),
            false => Err(Invalid(format!("Expected identifier, found \"{token}\"."))),
        }
    }

    fn text(&mut self) -> Result<String, Invalid> {
        let token = self.next()?;
        match token.starts_with(['"', '\'']) && token.len() >= 2 {
            true => Ok(token[1..token.len() - 1].to_owned()),
            false => Err(Invalid(format!("Expected string, found \"{token}\"."))),
        }
    }

    fn number(&mut self) -> Result<i64, Invalid> {
        let negative = self.peek() == "-";
        if negative {
            self.at += 1;
        }
        let token = self.next()?;
        let parsed = match token.strip_prefix("0x").or_else(|| token.strip_prefix("0X")) {
            Some(hex) => i64::from_str_radix(hex, 16).ok(),
            None => token.parse().ok(),
        };
        let parsed =
            parsed.ok_or_else(|| Invalid(format!("Expected integer, found \"{token}\".")))?;
        Ok(if negative { -parsed } else { parsed })
    }

    /// Passes over a statement to its end, and over what it holds in braces.
    fn skip_statement(&mut self) -> Result<(), Invalid> {
        loop {
            match self.peek() {
                ";" => {
                    self.at += 1;
                    return Ok(());
                }
                "{" => self.skip_to("}")?,
                "" => return Err(Invalid("Reached end of input.".to_owned())),
                _ => self.at += 1,
            }
        }
    }

    /// Passes over what stands in brackets or braces, those within among it.
    fn skip_to(&mut self, close: &str) -> Result<(), Invalid> {
        let open = if close == "]" { "[" } else { "{" };
        let mut depth = 0_usize;
        loop {
            let token = self.next()?;
            if token == open {
                depth += 1;
            } else if token == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
        }
    }
}
