//! Reads Hive's spelling of a type, e.g. `array<struct<a:int,b:string>>`.

use std::str::FromStr;

use super::{DECIMAL_PRECISION_MAX, HiveType};
use crate::error::Error;

/// Deeper nesting than any table has; the parser recurses, so this bounds the stack.
const DEPTH_MAX: usize = 64;
const VARCHAR_MAX: u32 = 65_535;
const CHAR_MAX: u32 = 255;

impl FromStr for HiveType {
    type Err = Error;

    /// Reads a type's text. Case and blanks do not matter, except in struct field names.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parser = Parser { text, at: 0 };
        let ty = parser.ty(0)?;
        parser.blanks();
        match parser.rest() {
            "" => Ok(ty),
            _ => Err(parser.error("unexpected text after the type")),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// A byte offset, always between characters.
    at: usize,
}

impl<'a> Parser<'a> {
    fn ty(&mut self, depth: usize) -> Result<HiveType, Error> {
        if depth > DEPTH_MAX {
            return Err(self.error(&format!("types nest deeper than {DEPTH_MAX}")));
        }
        self.blanks();
        let start = self.at;
        let word = self.word().to_ascii_lowercase();
        Ok(match word.as_str() {
            "boolean" => HiveType::Boolean,
            "tinyint" => HiveType::TinyInt,
            "smallint" => HiveType::SmallInt,
            "int" | "integer" => HiveType::Int,
            "bigint" | "long" => HiveType::BigInt,
            "float" => HiveType::Float,
            "double" => {
                self.keyword("precision");
                HiveType::Double
            }
            "string" => HiveType::String,
            "date" => HiveType::Date,
            "timestamp" => HiveType::Timestamp,
            "binary" => HiveType::Binary,
            "decimal" | "numeric" | "dec" => self.decimal()?,
            "varchar" => HiveType::Varchar(self.length(VARCHAR_MAX)?),
            "char" => HiveType::Char(self.length(CHAR_MAX)?),
            "array" => {
                self.expect('<')?;
                let item = self.ty(depth + 1)?;
                self.expect('>')?;
                HiveType::Array(Box::new(item))
            }
            "map" => {
                self.expect('<')?;
                let key = self.ty(depth + 1)?;
                self.expect(',')?;
                let value = self.ty(depth + 1)?;
                self.expect('>')?;
                HiveType::Map(Box::new(key), Box::new(value))
            }
            "struct" => self.fields(depth)?,
            "" => return Err(self.error("a type is expected")),
            other => {
                self.at = start;
                return Err(self.error(&format!("unknown type '{other}'")));
            }
        })
    }

    fn decimal(&mut self) -> Result<HiveType, Error> {
        if !self.eat('(') {
            return Ok(HiveType::Decimal(10, 0));
        }
        let precision = self.number(1, DECIMAL_PRECISION_MAX.into())?;
        let scale = if self.eat(',') { self.number(0, precision)? } else { 0 };
        self.expect(')')?;
        // Both are at most 38.
        Ok(HiveType::Decimal(precision as u8, scale as u8))
    }

    fn length(&mut self, max: u32) -> Result<u32, Error> {
        self.expect('(')?;
        let n = self.number(1, max)?;
        self.expect(')')?;
        Ok(n)
    }

    fn fields(&mut self, depth: usize) -> Result<HiveType, Error> {
        self.expect('<')?;
        let mut fields = Vec::new();
        // Hive writes the struct of no fields for JSON's `{}`.
        if self.eat('>') {
            return Ok(HiveType::Struct(fields));
        }
        loop {
            let name = self.field_name()?;
            self.expect(':')?;
            let ty = self.ty(depth + 1)?;
            if self.keyword("comment") {
                self.skip_quoted()?;
            }
            fields.push((name, ty));
            if self.eat('>') {
                return Ok(HiveType::Struct(fields));
            }
            self.expect(',')?;
        }
    }

    fn field_name(&mut self) -> Result<String, Error> {
        self.blanks();
        if self.eat('`') {
            let rest = self.rest();
            let end = rest.find('`').ok_or_else(|| self.error("the quoted name does not end"))?;
            self.at += end + 1;
            return Ok(rest[..end].to_owned());
        }
        let rest = self.rest();
        // Field names are taken as they come: JSON keys hold dashes, dots, dollars and blanks.
        let end = rest.find([':', ',', '<', '>']).unwrap_or(rest.len());
        let name = rest[..end].trim_end();
        if name.is_empty() {
            return Err(self.error("a field name is expected"));
        }
        self.at += end;
        Ok(name.to_owned())
    }

    fn skip_quoted(&mut self) -> Result<(), Error> {
        self.blanks();
        let quote = if self.eat('\'') { '\'' } else { '"' };
        if quote == '"' {
            self.expect('"')?;
        }
        let end = self.rest().find(quote).ok_or_else(|| self.error("the comment does not end"))?;
        self.at += end + 1;
        Ok(())
    }

    fn number(&mut self, min: u32, max: u32) -> Result<u32, Error> {
        self.blanks();
        let rest = self.rest();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let n: Option<u32> = rest[..digits].parse().ok();
        match n.filter(|n| (min..=max).contains(n)) {
            Some(n) => {
                self.at += digits;
                Ok(n)
            }
            None => Err(self.error(&format!("a number from {min} to {max} is expected"))),
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.blanks();
        if self.word().eq_ignore_ascii_case(keyword) {
            return true;
        }
        self.at = start;
        false
    }

    fn expect(&mut self, c: char) -> Result<(), Error> {
        if self.eat(c) { Ok(()) } else { Err(self.error(&format!("'{c}' is expected"))) }
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        let found = self.rest().starts_with(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, message: &str) -> Error {
        // A hostile type may be megabytes long; the message need not be.
        let text = match self.text.char_indices().nth(200) {
            Some((end, _)) => format!("{}…", &self.text[..end]),
            None => self.text.to_owned(),
        };
        Error::Type { text, position: self.at, message: message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_and_written() {
        for (text, canonical) in [
            ("int", "int"),
            (" INTEGER ", "int"),
            ("decimal", "decimal(10,0)"),
            ("Decimal( 12 , 2 )", "decimal(12,2)"),
            ("varchar(20)", "varchar(20)"),
            ("double precision", "double"),
            ("array<struct<a:int,b:string>>", "array<struct<a:int,b:string>>"),
            ("map<string,array<bigint>>", "map<string,array<bigint>>"),
            ("struct< a : int , `b c` : string >", "struct<a:int,b c:string>"),
            ("struct<a-b.$c:int comment 'x, y>'>", "struct<a-b.$c:int>"),
            ("struct<>", "struct<>"),
        ] {
            let ty: HiveType = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(ty.to_string(), canonical);
            assert_eq!(canonical.parse::<HiveType>().unwrap(), ty);
        }
    }

    #[test]
    fn errors_point_at_the_place() {
        for (text, want) in [
            ("", "a type is expected at position 0 of ''"),
            ("array<inr>", "unknown type 'inr' at position 6 of 'array<inr>'"),
            ("array<int", "'>' is expected at position 9 of 'array<int'"),
            ("int x", "unexpected text after the type at position 4 of 'int x'"),
            ("decimal(40)", "a number from 1 to 38 is expected at position 8 of 'decimal(40)'"),
            ("struct<:int>", "a field name is expected at position 7 of 'struct<:int>'"),
        ] {
            assert_eq!(text.parse::<HiveType>().unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |n: usize| format!("{}int{}", "array<".repeat(n), ">".repeat(n));
        assert!(nested(DEPTH_MAX).parse::<HiveType>().is_ok());
        assert!(nested(100_000).parse::<HiveType>().is_err());
    }
}
