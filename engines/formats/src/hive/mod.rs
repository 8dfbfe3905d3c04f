//! Hive's column types: the vocabulary in which tables are declared.
//!
//! Only the types themselves: reading their text is in `parse`, Arrow's view of them in
//! `to_arrow`.

mod parse;
mod to_arrow;

pub use to_arrow::arrow_schema;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A column's type. Struct fields keep their order and spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HiveType {
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    /// Precision (1–38) and scale (0–precision).
    Decimal(u8, u8),
    String,
    /// At most so many characters.
    Varchar(u32),
    /// Exactly so many characters, the missing ones being spaces.
    Char(u32),
    Date,
    Timestamp,
    Binary,
    Array(Box<HiveType>),
    /// Key, then value.
    Map(Box<HiveType>, Box<HiveType>),
    Struct(Vec<(String, HiveType)>),
    /// Nothing but nulls was seen, so nothing is known: no table declares it. Widens to any other.
    Void,
}

/// The widest decimal.
pub(crate) const DECIMAL_PRECISION_MAX: u8 = 38;

impl HiveType {
    /// The narrowest type that holds the values of both: how a crawler reconciles files that
    /// disagree. Everything that does not widen becomes a string, which holds anything.
    pub fn merge(&self, other: &HiveType) -> HiveType {
        use HiveType::*;
        if self == other {
            return self.clone();
        }
        match (self, other) {
            (Void, known) | (known, Void) => known.clone(),
            (Array(a), Array(b)) => Array(Box::new(a.merge(b))),
            (Map(ka, va), Map(kb, vb)) => Map(Box::new(ka.merge(kb)), Box::new(va.merge(vb))),
            (Struct(a), Struct(b)) => Struct(merge_fields(a, b)),
            (Date, Timestamp) | (Timestamp, Date) => Timestamp,
            (Varchar(a), Varchar(b)) => Varchar(*a.max(b)),
            (Char(a), Char(b)) => Char(*a.max(b)),
            (Varchar(a), Char(b)) | (Char(b), Varchar(a)) => Varchar(*a.max(b)),
            _ => merge_numbers(self, other).unwrap_or(String),
        }
    }

    /// The type a table declares: what nothing is known of is text, which holds anything. So are
    /// structs without fields: a type of no fields could hold nothing, text holds the braces.
    pub fn declared(self) -> HiveType {
        match self {
            HiveType::Void => HiveType::String,
            HiveType::Array(item) => HiveType::Array(Box::new(item.declared())),
            HiveType::Map(key, value) => {
                HiveType::Map(Box::new(key.declared()), Box::new(value.declared()))
            }
            HiveType::Struct(fields) if fields.is_empty() => HiveType::String,
            HiveType::Struct(fields) => HiveType::Struct(
                fields.into_iter().map(|(name, ty)| (name, ty.declared())).collect(),
            ),
            known => known,
        }
    }

    /// Whether the type holds other types.
    pub fn is_nested(&self) -> bool {
        matches!(self, HiveType::Array(_) | HiveType::Map(..) | HiveType::Struct(_))
    }

    /// Whether values are read as text and kept as text.
    pub fn is_text(&self) -> bool {
        matches!(self, HiveType::String | HiveType::Varchar(_) | HiveType::Char(_))
    }

    /// Integer types from narrow to wide, with the digits each may need.
    fn integer_digits(&self) -> Option<u8> {
        match self {
            HiveType::TinyInt => Some(3),
            HiveType::SmallInt => Some(5),
            HiveType::Int => Some(10),
            HiveType::BigInt => Some(19),
            _ => None,
        }
    }
}

fn merge_numbers(a: &HiveType, b: &HiveType) -> Option<HiveType> {
    use HiveType::*;
    if let (Some(da), Some(db)) = (a.integer_digits(), b.integer_digits()) {
        return Some(if da >= db { a.clone() } else { b.clone() });
    }
    let decimal = |t: &HiveType| match t {
        Decimal(p, s) => Some((*p, *s)),
        t => t.integer_digits().map(|d| (d, 0)),
    };
    if let (Some((pa, sa)), Some((pb, sb))) = (decimal(a), decimal(b)) {
        let scale = sa.max(sb);
        let whole = (pa - sa.min(pa)).max(pb - sb.min(pb));
        // Beyond 38 digits no decimal holds both exactly; a double holds them nearly.
        return Some(match whole.checked_add(scale) {
            Some(p) if p <= DECIMAL_PRECISION_MAX => Decimal(p, scale),
            _ => Double,
        });
    }
    let number = |t: &HiveType| decimal(t).is_some() || matches!(t, Float | Double);
    // A float holds every tinyint and smallint; anything larger needs a double.
    let in_float = |t: &HiveType| matches!(t, Float | TinyInt | SmallInt);
    match (number(a), number(b)) {
        (true, true) if in_float(a) && in_float(b) => Some(Float),
        (true, true) => Some(Double),
        _ => None,
    }
}

/// The union of two field lists: the first list's order, then what only the second has.
pub(crate) fn merge_fields(
    a: &[(String, HiveType)],
    b: &[(String, HiveType)],
) -> Vec<(String, HiveType)> {
    // Wide structs meet in every sampled row, so names are found by map, not by scanning.
    let mut index: std::collections::HashMap<String, usize> =
        a.iter().enumerate().map(|(i, (name, _))| (name.to_ascii_lowercase(), i)).collect();
    let mut merged = a.to_vec();
    for (name, ty) in b {
        match index.get(&name.to_ascii_lowercase()) {
            Some(&i) => merged[i].1 = merged[i].1.merge(ty),
            None => {
                index.insert(name.to_ascii_lowercase(), merged.len());
                merged.push((name.clone(), ty.clone()));
            }
        }
    }
    merged
}

impl fmt::Display for HiveType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HiveType::Boolean => f.write_str("boolean"),
            HiveType::TinyInt => f.write_str("tinyint"),
            HiveType::SmallInt => f.write_str("smallint"),
            HiveType::Int => f.write_str("int"),
            HiveType::BigInt => f.write_str("bigint"),
            HiveType::Float => f.write_str("float"),
            HiveType::Double => f.write_str("double"),
            HiveType::Decimal(p, s) => write!(f, "decimal({p},{s})"),
            HiveType::String => f.write_str("string"),
            HiveType::Varchar(n) => write!(f, "varchar({n})"),
            HiveType::Char(n) => write!(f, "char({n})"),
            HiveType::Date => f.write_str("date"),
            HiveType::Timestamp => f.write_str("timestamp"),
            HiveType::Binary => f.write_str("binary"),
            HiveType::Void => f.write_str("void"),
            HiveType::Array(item) => write!(f, "array<{item}>"),
            HiveType::Map(key, value) => write!(f, "map<{key},{value}>"),
            HiveType::Struct(fields) => {
                f.write_str("struct<")?;
                for (i, (name, ty)) in fields.iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    write!(f, "{comma}{name}:{ty}")?;
                }
                f.write_str(">")
            }
        }
    }
}

impl Serialize for HiveType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HiveType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(a: &str, b: &str) -> String {
        let (a, b): (HiveType, HiveType) = (a.parse().unwrap(), b.parse().unwrap());
        let ab = a.merge(&b).to_string();
        if !ab.contains("struct") {
            assert_eq!(ab, b.merge(&a).to_string(), "merging does not depend on the order");
        }
        ab
    }

    #[test]
    fn what_is_not_known_becomes_known_or_text() {
        let list = |item| HiveType::Array(Box::new(item));
        assert_eq!(HiveType::Void.merge(&HiveType::Int), HiveType::Int);
        assert_eq!(list(HiveType::Date).merge(&list(HiveType::Void)), list(HiveType::Date));
        assert_eq!(list(HiveType::Void).declared().to_string(), "array<string>");
        let fields =
            vec![("a".to_owned(), HiveType::Void), ("b".to_owned(), HiveType::Struct(vec![]))];
        assert_eq!(HiveType::Struct(fields).declared().to_string(), "struct<a:string,b:string>");
    }

    #[test]
    fn types_widen_as_crawlers_widen_them() {
        for (a, b, want) in [
            ("int", "int", "int"),
            ("int", "bigint", "bigint"),
            ("tinyint", "smallint", "smallint"),
            ("bigint", "double", "double"),
            ("float", "int", "double"),
            ("float", "smallint", "float"),
            ("float", "double", "double"),
            ("int", "decimal(5,2)", "decimal(12,2)"),
            ("decimal(10,4)", "decimal(12,2)", "decimal(14,4)"),
            ("decimal(38,0)", "decimal(38,10)", "double"),
            ("decimal(5,2)", "double", "double"),
            ("boolean", "int", "string"),
            ("date", "timestamp", "timestamp"),
            ("date", "string", "string"),
            ("timestamp", "bigint", "string"),
            ("varchar(3)", "varchar(5)", "varchar(5)"),
            ("varchar(3)", "string", "string"),
            ("array<int>", "array<string>", "array<string>"),
            ("array<int>", "int", "string"),
            ("map<string,int>", "map<string,double>", "map<string,double>"),
            (
                "struct<a:int,b:string>",
                "struct<B:string,c:int,A:double>",
                "struct<a:double,b:string,c:int>",
            ),
            ("struct<a:int>", "map<string,int>", "string"),
            ("binary", "string", "string"),
        ] {
            assert_eq!(merged(a, b), want, "{a} with {b}");
        }
    }
}
