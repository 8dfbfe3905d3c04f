//! The rows `DESCRIBE` prints: three columns padded to twenty characters, divided by tabs.

use crate::render::{ColumnDescription, TableDescription};

/// What `DESCRIBE FORMATTED` shows beside the description. Times are printed as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableDetails {
    pub database: String,
    pub owner: String,
    pub create_time: String,
    pub last_access_time: String,
    pub retention: i64,
    /// `EXTERNAL_TABLE`, `VIRTUAL_VIEW` …
    pub table_type: String,
    pub compressed: bool,
    /// -1 when the table is not bucketed.
    pub bucket_count: i64,
    pub sort_columns: Vec<String>,
}

/// The rows of `DESCRIBE table`.
#[must_use]
pub fn describe(table: &TableDescription) -> Vec<String> {
    let mut rows: Vec<String> =
        table.columns.iter().map(|column| data_row(table, column)).collect();
    rows.extend(table.partition_columns.iter().map(own_row));
    rows.extend(partition_section(table));
    rows
}

/// The row of `DESCRIBE table column`.
#[must_use]
pub fn describe_column(column: &ColumnDescription) -> String {
    own_row(column)
}

/// The rows of `DESCRIBE FORMATTED table`.
#[must_use]
pub fn describe_formatted(table: &TableDescription, details: &TableDetails) -> Vec<String> {
    let mut rows = vec![header(), blank()];
    rows.extend(table.columns.iter().map(|column| data_row(table, column)));
    rows.extend(partition_section(table));
    rows.push(blank());
    rows.push(title("# Detailed Table Information"));
    rows.push(fact("Database:", &details.database));
    rows.push(fact("Owner:", &details.owner));
    rows.push(fact("CreateTime:", &details.create_time));
    rows.push(fact("LastAccessTime:", &details.last_access_time));
    rows.push(fact("Protect Mode:", "None"));
    rows.push(fact("Retention:", &details.retention.to_string()));
    rows.push(fact("Location:", table.location.as_deref().unwrap_or_default()));
    rows.push(fact("Table Type:", &details.table_type));
    rows.push(title("Table Parameters:"));
    rows.extend(table.properties.iter().map(|(key, value)| entry(key, value)));
    rows.push(blank());
    rows.push(title("# Storage Information"));
    rows.push(fact("SerDe Library:", table.serde.as_deref().unwrap_or("null")));
    rows.push(fact("InputFormat:", table.input_format.as_deref().unwrap_or("null")));
    rows.push(fact("OutputFormat:", table.output_format.as_deref().unwrap_or("null")));
    rows.push(fact("Compressed:", if details.compressed { "Yes" } else { "No" }));
    rows.push(fact("Num Buckets:", &details.bucket_count.to_string()));
    let buckets = table.clustered_by.as_ref().map_or(&[][..], |(columns, _)| columns);
    rows.push(fact("Bucket Columns:", &format!("[{}]", buckets.join(", "))));
    rows.push(fact("Sort Columns:", &format!("[{}]", details.sort_columns.join(", "))));
    if !table.serde_properties.is_empty() {
        rows.push(title("Storage Desc Params:"));
        rows.extend(table.serde_properties.iter().map(|(key, value)| entry(key, value)));
    }
    rows
}

fn partition_section(table: &TableDescription) -> Vec<String> {
    if table.partition_columns.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![blank(), title("# Partition Information"), header(), blank()];
    rows.extend(table.partition_columns.iter().map(own_row));
    rows
}

fn data_row(table: &TableDescription, column: &ColumnDescription) -> String {
    row(&column.name, &column.data_type, table.comment_of(column))
}

fn own_row(column: &ColumnDescription) -> String {
    row(&column.name, &column.data_type, column.comment.as_deref().unwrap_or_default())
}

fn row(name: &str, data_type: &str, comment: &str) -> String {
    format!("{name:<20}\t{data_type:<20}\t{comment:<20}")
}

fn header() -> String {
    format!("# {}", row("col_name", "data_type", "comment"))
}

fn blank() -> String {
    "\t \t ".to_owned()
}

fn title(text: &str) -> String {
    format!("{text}\t \t ")
}

fn fact(name: &str, value: &str) -> String {
    format!("{name:<20}\t{value:<20}\t ")
}

fn entry(key: &str, value: &str) -> String {
    format!("\t{key:<20}\t{value:<20}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn columns_then_partitions() {
        let column = |name: &str, comment: Option<&str>| ColumnDescription {
            name: name.into(),
            data_type: "string".into(),
            comment: comment.map(Into::into),
        };
        let table = TableDescription {
            columns: vec![column("a", Some("first"))],
            partition_columns: vec![column("dt", None)],
            ..TableDescription::default()
        };
        let shown: Vec<String> =
            describe(&table).iter().map(|r| r.replace('\t', "|").replace(' ', ".")).collect();
        expect![[r"
            a...................|string..............|first...............
            dt..................|string..............|....................
            |.|.
            #.Partition.Information|.|.
            #.col_name............|data_type...........|comment.............
            |.|.
            dt..................|string..............|...................."]]
        .assert_eq(&shown.join("\n"));
        let formatted = describe_formatted(&table, &TableDetails::default());
        assert_eq!(formatted[2], row("a", "string", "first"));
        assert!(formatted.contains(&fact("Retention:", "0")));
    }
}
