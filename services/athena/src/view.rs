//! Views as Athena keeps them in the catalog: a comment around JSON in base64, which holds the
//! query's text and its columns.

use aquifer_sql::{ResultColumn, SqlError, ViewDef};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use glue_api::{SerDeInfo, StorageDescriptor, Table, TableInput};
use serde::{Deserialize, Serialize};

use crate::engine::CATALOG;

const OPENING: &str = "/* Presto View: ";
const CLOSING: &str = " */";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    original_sql: String,
    #[serde(default)]
    catalog: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default)]
    columns: Vec<ViewColumn>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ViewColumn {
    name: String,
    r#type: String,
}

/// The query of a view.
pub(crate) fn read(table: &Table) -> Result<ViewDef, SqlError> {
    let invalid = || {
        let message = format!("View '{}' is not one this engine can read", table.name);
        SqlError::user("INVALID_VIEW", message)
    };
    let text = table.view_original_text.as_deref().ok_or_else(invalid)?.trim();
    let inner = text.strip_prefix(OPENING).and_then(|text| text.strip_suffix(CLOSING));
    let json = STANDARD.decode(inner.ok_or_else(invalid)?.trim()).map_err(|_| invalid())?;
    let text: Text = serde_json::from_slice(&json).map_err(|_| invalid())?;
    Ok(ViewDef {
        sql: text.original_sql,
        columns: text.columns.into_iter().map(|column| column.name).collect(),
        database: text.schema,
    })
}

/// A view for the catalog. `schema` is where its unqualified names are looked up.
pub(crate) fn input(name: &str, schema: &str, sql: &str, columns: &[ResultColumn]) -> TableInput {
    let text = Text {
        original_sql: sql.to_owned(),
        catalog: Some(CATALOG.to_owned()),
        schema: Some(schema.to_owned()),
        columns: columns
            .iter()
            .map(|column| ViewColumn {
                name: column.name.to_lowercase(),
                r#type: column.type_name.clone(),
            })
            .collect(),
    };
    let json = serde_json::to_vec(&text).expect("texts and lists of texts always serialise");
    let stored = columns.iter().map(|column| glue_api::Column {
        name: column.name.to_lowercase(),
        // JSON and the like have no type of tables; they are text there.
        r#type: Some(column.hive_type.as_ref().map_or("string".into(), ToString::to_string)),
        ..glue_api::Column::default()
    });
    let parameters = [("comment", "Presto View"), ("presto_view", "true")];
    let parameters = parameters.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    TableInput {
        name: name.to_owned(),
        table_type: Some("VIRTUAL_VIEW".to_owned()),
        parameters: Some(parameters),
        partition_keys: Some(Vec::new()),
        view_original_text: Some(format!("{OPENING}{}{CLOSING}", STANDARD.encode(json))),
        view_expanded_text: Some("/* Presto View */".to_owned()),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(stored.collect()),
            location: Some(String::new()),
            serde_info: Some(SerDeInfo::default()),
            ..StorageDescriptor::default()
        }),
        ..TableInput::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_back() {
        let column = ResultColumn {
            name: "Total".into(),
            is_named: true,
            type_name: "bigint".into(),
            type_base: "bigint".into(),
            precision: 19,
            scale: 0,
            nullable: true,
            hive_type: Some(aquifer_formats::HiveType::BigInt),
        };
        let input = input("v", "db", "SELECT 1 AS Total", &[column]);
        let table = Table { view_original_text: input.view_original_text, ..Table::default() };
        let view = read(&table).unwrap();
        assert_eq!(view.sql, "SELECT 1 AS Total");
        assert_eq!(view.columns, ["total"]);
        assert_eq!(view.database.as_deref(), Some("db"));
        let column = &input.storage_descriptor.unwrap().columns.unwrap()[0];
        assert_eq!((column.name.as_str(), column.r#type.as_deref()), ("total", Some("bigint")));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "SELECT 1", "/* Presto View: %%% */", "/* Presto View: e30= */"] {
            let table = Table { view_original_text: Some(text.to_owned()), ..Table::default() };
            assert_eq!(read(&table).unwrap_err().code, "INVALID_VIEW");
        }
    }
}
