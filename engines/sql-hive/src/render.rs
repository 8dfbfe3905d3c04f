//! `SHOW CREATE TABLE`: a table's description back to the statement that makes it, in Hive's
//! layout (trailing blanks included) or, for Iceberg tables, in the query engine's.

use std::fmt::Write as _;

use crate::ast::{Properties, Transform};

/// A table as its catalog describes it. Types are the catalog's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDescription {
    /// As it shall be printed, usually `database.table`.
    pub name: String,
    /// Printed as `CREATE EXTERNAL TABLE`.
    pub external: bool,
    pub columns: Vec<ColumnDescription>,
    pub comment: Option<String>,
    pub partition_columns: Vec<ColumnDescription>,
    /// Columns and number of buckets.
    pub clustered_by: Option<(Vec<String>, u32)>,
    pub serde: Option<String>,
    pub serde_properties: Properties,
    pub input_format: Option<String>,
    pub output_format: Option<String>,
    pub location: Option<String>,
    pub properties: Properties,
    /// The partition transforms of an Iceberg table; `None` for every other table.
    pub iceberg: Option<Vec<Transform>>,
}

/// A column as its catalog describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnDescription {
    pub name: String,
    pub data_type: String,
    pub comment: Option<String>,
}

const LAZY_SIMPLE: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

/// Serdes whose columns the catalog alone defines; columns of others carry the note below when
/// they have no comment.
const CATALOG_DEFINED: &[&str] = &[
    LAZY_SIMPLE,
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "org.apache.hadoop.hive.serde2.columnar.ColumnarSerDe",
    "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
    "org.apache.hadoop.hive.serde2.lazybinary.LazyBinarySerDe",
    "org.apache.hadoop.hive.serde2.dynamic_type.DynamicSerDe",
    "org.apache.hadoop.hive.serde2.MetadataTypedColumnsetSerDe",
];

impl TableDescription {
    /// The comment a column shows: its own, or the note of a serde that defines its columns.
    pub(crate) fn comment_of<'a>(&self, column: &'a ColumnDescription) -> &'a str {
        let own = column.comment.as_deref().unwrap_or_default();
        let defined = self.serde.as_deref().is_none_or(|serde| CATALOG_DEFINED.contains(&serde));
        if own.is_empty() && !defined && self.iceberg.is_none() {
            return "from deserializer";
        }
        own
    }
}

/// The statement that makes the table.
#[must_use]
pub fn render_create_table(table: &TableDescription) -> String {
    match &table.iceberg {
        Some(transforms) => render_iceberg(table, transforms),
        None => render_hive(table),
    }
}

fn render_hive(table: &TableDescription) -> String {
    let mut out = String::from(if table.external { "CREATE EXTERNAL" } else { "CREATE" });
    push(&mut out, format_args!(" TABLE `{}`(\n", table.name));
    out.push_str(&columns(table, &table.columns, true));
    out.push_str(")\n");
    if let Some(comment) = table.comment.as_deref().filter(|c| !c.is_empty()) {
        push(&mut out, format_args!("COMMENT {}\n", quote(comment)));
    }
    if !table.partition_columns.is_empty() {
        out.push_str("PARTITIONED BY ( \n");
        out.push_str(&columns(table, &table.partition_columns, false));
        out.push_str(")\n");
    }
    if let Some((columns, buckets)) = &table.clustered_by {
        let columns = columns.join(", \n  ");
        push(&mut out, format_args!("CLUSTERED BY ( \n  {columns}) \nINTO {buckets} BUCKETS\n"));
    }
    row_format(table, &mut out);
    if let (Some(input), Some(output)) = (&table.input_format, &table.output_format) {
        push(
            &mut out,
            format_args!(
                "STORED AS INPUTFORMAT \n  {} \nOUTPUTFORMAT \n  {}\n",
                quote(input),
                quote(output)
            ),
        );
    }
    if let Some(location) = &table.location {
        push(&mut out, format_args!("LOCATION\n  {}\n", quote(location)));
    }
    push(&mut out, format_args!("TBLPROPERTIES (\n{})", properties(&table.properties)));
    out
}

/// Delimiters of the plain text serde print as clauses, everything else as a class and properties.
fn row_format(table: &TableDescription, out: &mut String) {
    let Some(serde) = &table.serde else { return };
    if serde == LAZY_SIMPLE && !table.serde_properties.is_empty() {
        const CLAUSES: &[(&str, &str)] = &[
            ("field.delim", "FIELDS TERMINATED BY"),
            ("escape.delim", "ESCAPED BY"),
            ("colelction.delim", "COLLECTION ITEMS TERMINATED BY"),
            ("mapkey.delim", "MAP KEYS TERMINATED BY"),
            ("line.delim", "LINES TERMINATED BY"),
            ("serialization.null.format", "NULL DEFINED AS"),
        ];
        let value = |key: &str| table.serde_properties.iter().find(|(k, _)| k == key);
        let known = |key: &str| {
            key == "serialization.format" || CLAUSES.iter().any(|(clause, _)| *clause == key)
        };
        if value("field.delim").is_some() && table.serde_properties.iter().all(|(k, _)| known(k)) {
            out.push_str("ROW FORMAT DELIMITED \n");
            for (key, words) in CLAUSES {
                if let Some((_, value)) = value(key) {
                    push(out, format_args!("  {words} {} \n", quote(value)));
                }
            }
            return;
        }
    }
    push(out, format_args!("ROW FORMAT SERDE \n  {} \n", quote(serde)));
    if !table.serde_properties.is_empty() {
        let properties = properties(&table.serde_properties);
        push(out, format_args!("WITH SERDEPROPERTIES ( \n{properties}) \n"));
    }
}

fn render_iceberg(table: &TableDescription, transforms: &[Transform]) -> String {
    let mut out = format!("CREATE TABLE {} (\n", table.name);
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let comment = table.comment_of(column);
            let comment = if comment.is_empty() { comment.into() } else { quote(comment) };
            let line = format!("  {} {} COMMENT {comment}", column.name, column.data_type);
            if comment.is_empty() { line.trim_end_matches(" COMMENT ").to_owned() } else { line }
        })
        .collect();
    push(&mut out, format_args!("{})\n", columns.join(",\n")));
    if let Some(comment) = table.comment.as_deref().filter(|c| !c.is_empty()) {
        push(&mut out, format_args!("COMMENT {}\n", quote(comment)));
    }
    if !transforms.is_empty() {
        let fields: Vec<String> = transforms.iter().map(transform).collect();
        push(&mut out, format_args!("PARTITIONED BY ({})\n", fields.join(", ")));
    }
    if let Some(location) = &table.location {
        push(&mut out, format_args!("LOCATION {}\n", quote(location)));
    }
    let lines: Vec<String> =
        table.properties.iter().map(|(k, v)| format!("  {}={}", quote(k), quote(v))).collect();
    push(&mut out, format_args!("TBLPROPERTIES (\n{}\n);", lines.join(",\n")));
    out
}

fn transform(transform: &Transform) -> String {
    match transform {
        Transform::Identity(column) => format!("`{column}`"),
        Transform::Year(column) => format!("year(`{column}`)"),
        Transform::Month(column) => format!("month(`{column}`)"),
        Transform::Day(column) => format!("day(`{column}`)"),
        Transform::Hour(column) => format!("hour(`{column}`)"),
        Transform::Bucket(count, column) => format!("bucket({count}, `{column}`)"),
        Transform::Truncate(width, column) => format!("truncate({width}, `{column}`)"),
    }
}

fn columns(table: &TableDescription, columns: &[ColumnDescription], data: bool) -> String {
    let lines: Vec<String> = columns
        .iter()
        .map(|column| {
            let own = column.comment.as_deref().unwrap_or_default();
            let comment = if data { table.comment_of(column) } else { own };
            let mut line = format!("  `{}` {}", column.name, column.data_type);
            if !comment.is_empty() {
                push(&mut line, format_args!(" COMMENT {}", quote(comment)));
            }
            line
        })
        .collect();
    lines.join(", \n")
}

fn properties(properties: &Properties) -> String {
    let lines: Vec<String> =
        properties.iter().map(|(k, v)| format!("  {}={}", quote(k), quote(v))).collect();
    lines.join(", \n")
}

/// A string literal that reads back as the same text.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => push(&mut out, format_args!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::{Statement, parse};

    fn column(name: &str, data_type: &str, comment: Option<&str>) -> ColumnDescription {
        ColumnDescription {
            name: name.into(),
            data_type: data_type.into(),
            comment: comment.map(Into::into),
        }
    }

    fn csv() -> TableDescription {
        TableDescription {
            name: "sales.orders".into(),
            external: true,
            columns: vec![column("id", "int", Some("it's")), column("name", "string", None)],
            partition_columns: vec![column("dt", "string", None)],
            serde: Some(LAZY_SIMPLE.into()),
            serde_properties: vec![
                ("field.delim".into(), "\t".into()),
                ("serialization.format".into(), "\t".into()),
            ],
            input_format: Some("org.apache.hadoop.mapred.TextInputFormat".into()),
            output_format: Some(
                "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat".into(),
            ),
            location: Some("s3://b/orders".into()),
            properties: vec![("classification".into(), "csv".into())],
            ..TableDescription::default()
        }
    }

    #[test]
    fn a_text_table_in_hives_layout() {
        let text = render_create_table(&csv());
        expect![[r"
            CREATE EXTERNAL TABLE `sales.orders`(
              `id` int COMMENT 'it\'s', 
              `name` string)
            PARTITIONED BY ( 
              `dt` string)
            ROW FORMAT DELIMITED 
              FIELDS TERMINATED BY '\t' 
            STORED AS INPUTFORMAT 
              'org.apache.hadoop.mapred.TextInputFormat' 
            OUTPUTFORMAT 
              'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
            LOCATION
              's3://b/orders'
            TBLPROPERTIES (
              'classification'='csv')"]]
        .assert_eq(&text);
    }

    #[test]
    fn what_is_printed_parses_back() {
        let parsed = parse(&render_create_table(&csv())).expect("parses").expect("is a definition");
        let Statement::CreateTable(create) = parsed else { panic!("{parsed:?}") };
        assert_eq!(create.table.database.as_deref(), Some("sales"));
        assert_eq!(create.columns[0].comment.as_deref(), Some("it's"));
        assert_eq!(create.location.as_deref(), Some("s3://b/orders"));
    }

    #[test]
    fn a_serde_that_defines_its_columns_says_so() {
        let table = TableDescription {
            serde: Some("org.openx.data.jsonserde.JsonSerDe".into()),
            serde_properties: vec![("case.insensitive".into(), "TRUE".into())],
            ..csv()
        };
        let text = render_create_table(&table);
        assert!(text.contains("`name` string COMMENT 'from deserializer')"), "{text}");
        assert!(text.contains("  `dt` string)"), "{text}");
        assert!(text.contains("WITH SERDEPROPERTIES ( \n  'case.insensitive'='TRUE') \n"));
    }

    #[test]
    fn an_iceberg_table() {
        let table = TableDescription {
            name: "lake.events".into(),
            columns: vec![column("id", "bigint", None), column("ts", "timestamp", Some("when"))],
            location: Some("s3://b/events".into()),
            properties: vec![("table_type".into(), "iceberg".into())],
            iceberg: Some(vec![Transform::Day("ts".into()), Transform::Bucket(16, "id".into())]),
            ..TableDescription::default()
        };
        expect![[r"
            CREATE TABLE lake.events (
              id bigint,
              ts timestamp COMMENT 'when')
            PARTITIONED BY (day(`ts`), bucket(16, `id`))
            LOCATION 's3://b/events'
            TBLPROPERTIES (
              'table_type'='iceberg'
            );"]]
        .assert_eq(&render_create_table(&table));
    }
}
