//! The type grammar of column definitions. [`DataType`] prints in the normal form catalogs keep:
//! lower case, no blanks, `array<struct<a:int,b:decimal(10,2)>>`.

use std::fmt;

use crate::error::ParseError;
use crate::parser::{Cursor, Result};

/// Types may nest this deep; a catalog's type text is bounded anyway.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataType {
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Char(u32),
    Varchar(u32),
    String,
    Binary,
    Date,
    Timestamp,
    /// `timestamp with local time zone` and Iceberg's `timestamptz`.
    TimestampTz,
    /// Iceberg only.
    Time,
    /// Iceberg only.
    Uuid,
    Array(Box<DataType>),
    Map(Box<DataType>, Box<DataType>),
    Struct(Vec<StructField>),
    Union(Vec<DataType>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructField {
    pub name: String,
    pub data_type: DataType,
    pub comment: Option<String>,
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Boolean => "boolean",
            Self::TinyInt => "tinyint",
            Self::SmallInt => "smallint",
            Self::Int => "int",
            Self::BigInt => "bigint",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::TimestampTz => "timestamp with local time zone",
            Self::Time => "time",
            Self::Uuid => "uuid",
            Self::Decimal { precision, scale } => return write!(f, "decimal({precision},{scale})"),
            Self::Char(length) => return write!(f, "char({length})"),
            Self::Varchar(length) => return write!(f, "varchar({length})"),
            Self::Array(element) => return write!(f, "array<{element}>"),
            Self::Map(key, value) => return write!(f, "map<{key},{value}>"),
            Self::Struct(fields) => {
                f.write_str("struct<")?;
                for (i, field) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    write!(f, "{comma}{}:{}", field.name, field.data_type)?;
                }
                return f.write_str(">");
            }
            Self::Union(members) => {
                f.write_str("uniontype<")?;
                for (i, member) in members.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    write!(f, "{comma}{member}")?;
                }
                return f.write_str(">");
            }
        };
        f.write_str(name)
    }
}

/// Reads a type written on its own, as a catalog keeps it.
pub fn parse_type(text: &str) -> std::result::Result<DataType, ParseError> {
    let mut cursor = Cursor::new(text);
    let data_type = data_type(&mut cursor)?;
    cursor.end()?;
    Ok(data_type)
}

pub(crate) fn data_type(cursor: &mut Cursor<'_>) -> Result<DataType> {
    nested(cursor, 0)
}

fn nested(cursor: &mut Cursor<'_>, depth: usize) -> Result<DataType> {
    const WHERE: &str = "column type";
    if depth > DEPTH_MAX {
        return Err(cursor.unrecognized(WHERE));
    }
    let Some(word) = cursor.word() else { return Err(cursor.unrecognized(WHERE)) };
    let name = word.to_ascii_lowercase();
    let simple = match name.as_str() {
        "boolean" => DataType::Boolean,
        "tinyint" => DataType::TinyInt,
        "smallint" => DataType::SmallInt,
        "int" | "integer" => DataType::Int,
        "bigint" | "long" => DataType::BigInt,
        "float" | "real" => DataType::Float,
        "double" => DataType::Double,
        "string" => DataType::String,
        "binary" => DataType::Binary,
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        "timestamptz" => DataType::TimestampTz,
        "time" => DataType::Time,
        "uuid" => DataType::Uuid,
        "decimal" | "numeric" | "dec" => {
            cursor.advance();
            return decimal(cursor);
        }
        "char" | "varchar" => {
            cursor.advance();
            cursor.expect_symbol("(", WHERE)?;
            let maximum = if name == "char" { 255 } else { 65_535 };
            let length = cursor.integer(1, maximum, WHERE)?;
            cursor.expect_symbol(")", WHERE)?;
            return Ok(if name == "char" {
                DataType::Char(length)
            } else {
                DataType::Varchar(length)
            });
        }
        "array" => {
            cursor.advance();
            cursor.expect_symbol("<", WHERE)?;
            let element = nested(cursor, depth + 1)?;
            cursor.expect_symbol(">", WHERE)?;
            return Ok(DataType::Array(Box::new(element)));
        }
        "map" => {
            cursor.advance();
            cursor.expect_symbol("<", WHERE)?;
            let key = nested(cursor, depth + 1)?;
            cursor.expect_symbol(",", WHERE)?;
            let value = nested(cursor, depth + 1)?;
            cursor.expect_symbol(">", WHERE)?;
            return Ok(DataType::Map(Box::new(key), Box::new(value)));
        }
        "struct" => {
            cursor.advance();
            return structure(cursor, depth);
        }
        "uniontype" => {
            cursor.advance();
            cursor.expect_symbol("<", WHERE)?;
            let mut members = vec![nested(cursor, depth + 1)?];
            while cursor.accept_symbol(",") {
                members.push(nested(cursor, depth + 1)?);
            }
            cursor.expect_symbol(">", WHERE)?;
            return Ok(DataType::Union(members));
        }
        _ => return Err(cursor.unrecognized(WHERE)),
    };
    cursor.advance();
    if simple == DataType::Double {
        cursor.accept("PRECISION");
    }
    if simple == DataType::Timestamp && cursor.accept_all(&["WITH", "LOCAL", "TIME", "ZONE"]) {
        return Ok(DataType::TimestampTz);
    }
    Ok(simple)
}

/// `decimal` is `decimal(10,0)`, `decimal(p)` is `decimal(p,0)`.
fn decimal(cursor: &mut Cursor<'_>) -> Result<DataType> {
    const WHERE: &str = "column type";
    let (mut precision, mut scale) = (10, 0);
    if cursor.accept_symbol("(") {
        precision = cursor.integer(1, 38, WHERE)?;
        if cursor.accept_symbol(",") {
            scale = cursor.integer(0, precision, WHERE)?;
        }
        cursor.expect_symbol(")", WHERE)?;
    }
    let narrow = |n: u32| u8::try_from(n).expect("at most 38");
    Ok(DataType::Decimal { precision: narrow(precision), scale: narrow(scale) })
}

fn structure(cursor: &mut Cursor<'_>, depth: usize) -> Result<DataType> {
    const WHERE: &str = "column type";
    let mut fields = Vec::new();
    cursor.expect_symbol("<", WHERE)?;
    // `struct<>` with no field is legal in Hive's type strings.
    if cursor.accept_symbol(">") {
        return Ok(DataType::Struct(fields));
    }
    loop {
        let name = cursor.any_identifier(WHERE)?;
        cursor.expect_symbol(":", WHERE)?;
        let data_type = nested(cursor, depth + 1)?;
        let comment = if cursor.accept("COMMENT") { Some(cursor.string(WHERE)?) } else { None };
        fields.push(StructField { name, data_type, comment });
        if !cursor.accept_symbol(",") {
            break;
        }
    }
    cursor.expect_symbol(">", WHERE)?;
    Ok(DataType::Struct(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(text: &str) -> String {
        parse_type(text).map_or_else(|error| error.message, |t| t.to_string())
    }

    #[test]
    fn types_print_in_their_normal_form() {
        assert_eq!(normal("STRING"), "string");
        assert_eq!(normal("Decimal"), "decimal(10,0)");
        assert_eq!(normal("decimal( 12 , 3 )"), "decimal(12,3)");
        assert_eq!(normal("integer"), "int");
        assert_eq!(
            normal("ARRAY<STRUCT<Name: STRING COMMENT 'x', `end`: MAP<string, array<int>>>>"),
            "array<struct<name:string,end:map<string,array<int>>>>"
        );
        assert_eq!(normal("struct<timestamp:bigint,user:string>"), {
            "struct<timestamp:bigint,user:string>"
        });
    }

    #[test]
    fn wrong_types_say_where() {
        assert_eq!(
            normal("array<strng>"),
            "FAILED: ParseException line 1:6 cannot recognize input near 'strng' '>' '<EOF>' in \
             column type"
        );
        assert!(normal("decimal(39,0)").starts_with("FAILED: ParseException line 1:8 "));
        assert!(normal("varchar(0)").starts_with("FAILED"));
        assert!(normal("int x").contains("missing EOF at 'x' near 'int'"));
        assert!(normal(&"array<".repeat(100_000)).starts_with("FAILED"));
    }
}
