//! What is written beside a result: its columns, and how many rows a statement wrote.

use aquifer_sql::ResultColumn;
use athena_api::{ColumnInfo, ColumnNullable};
use serde::{Deserialize, Serialize};

/// The catalog every column says it is of.
const CATALOG: &str = "hive";

/// A result's description.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub version: u8,
    pub columns: Vec<DescribedColumn>,
    /// Whether the file is CSV under a header, rather than lines of text.
    pub rows: bool,
    /// Rows that a statement wrote.
    #[serde(default)]
    pub update_count: Option<i64>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DescribedColumn {
    pub name: String,
    pub r#type: String,
    pub precision: i32,
    pub scale: i32,
}

/// A type as results name it: `real` is the one that has another name there.
fn named(base: &str) -> &str {
    if base == "real" { "float" } else { base }
}

impl Description {
    const VERSION: u8 = 1;

    /// Of rows under a header.
    pub(crate) fn of_rows(columns: &[ResultColumn]) -> Self {
        let columns = columns.iter().map(|column| DescribedColumn {
            name: column.name.clone(),
            r#type: named(&column.type_base).to_owned(),
            precision: column.precision,
            scale: column.scale,
        });
        let columns = columns.collect();
        Self { version: Self::VERSION, columns, rows: true, update_count: None }
    }

    /// Of lines of text, each of the named columns or of one.
    pub(crate) fn of_lines(columns: &[&str], r#type: &str) -> Self {
        let columns = columns.iter().map(|name| DescribedColumn {
            name: (*name).to_owned(),
            r#type: r#type.to_owned(),
            precision: 0,
            scale: 0,
        });
        let columns = columns.collect();
        Self { version: Self::VERSION, columns, rows: false, update_count: None }
    }

    /// Of a statement that wrote rows elsewhere.
    pub(crate) fn of_write(rows: u64) -> Self {
        let column = DescribedColumn {
            name: "rows".into(),
            r#type: "bigint".into(),
            precision: 19,
            scale: 0,
        };
        let update_count = Some(i64::try_from(rows).unwrap_or(i64::MAX));
        Self { version: Self::VERSION, columns: vec![column], rows: false, update_count }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers always serialise")
    }

    /// The columns as clients see them.
    pub(crate) fn column_info(self) -> Vec<ColumnInfo> {
        let info = |column: DescribedColumn| ColumnInfo {
            catalog_name: Some(CATALOG.to_owned()),
            schema_name: Some(String::new()),
            table_name: Some(String::new()),
            label: Some(column.name.clone()),
            name: column.name,
            precision: Some(column.precision),
            scale: Some(column.scale),
            nullable: Some(ColumnNullable::Unknown),
            case_sensitive: Some(matches!(column.r#type.as_str(), "varchar" | "char")),
            r#type: column.r#type,
        };
        self.columns.into_iter().map(info).collect()
    }
}
