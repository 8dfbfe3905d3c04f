//! Statements as users write them, and what the refusals say.

use proptest::prelude::*;

use super::*;
use crate::ast::*;
use crate::types::DataType;

fn statement(sql: &str) -> Statement {
    match parse(sql) {
        Ok(Some(statement)) => statement,
        Ok(None) => panic!("left to the query dialect: {sql}"),
        Err(error) => panic!("{error}: {sql}"),
    }
}

fn refusal(sql: &str) -> String {
    match parse(sql) {
        Err(error) => error.to_string(),
        Ok(parsed) => panic!("parsed as {parsed:?}: {sql}"),
    }
}

fn create(sql: &str) -> CreateTable {
    match statement(sql) {
        Statement::CreateTable(create) => *create,
        other => panic!("{other:?}"),
    }
}

fn action(sql: &str) -> AlterAction {
    match statement(sql) {
        Statement::AlterTable { action, .. } => action,
        other => panic!("{other:?}"),
    }
}

fn name(text: &str) -> TableName {
    let mut parts: Vec<String> = text.split('.').map(Into::into).collect();
    let table = parts.pop().unwrap_or_default();
    TableName { database: parts.pop(), catalog: parts.pop(), table }
}

fn value(key: &str, value: &str) -> PartitionValue {
    PartitionValue { key: key.into(), value: value.into() }
}

#[test]
fn a_whole_external_table() {
    let table = create(
        "CREATE EXTERNAL TABLE IF NOT EXISTS Sales.`2024_Orders` (
           id BIGINT COMMENT 'the key', `date` date, tags array<string>,
           item struct<name:string, price:decimal(10,2)>)
         COMMENT 'all orders'
         PARTITIONED BY (dt string COMMENT 'day', `hour` int)
         CLUSTERED BY (id, `date`) INTO 8 BUCKETS
         ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\'
           COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':'
           LINES TERMINATED BY '\\n' NULL DEFINED AS ''
         STORED AS TEXTFILE
         LOCATION 's3://b/orders/'
         TBLPROPERTIES (\"skip.header.line.count\"=\"1\", 'has_encrypted_data'=false);",
    );
    assert!(table.external && table.if_not_exists);
    assert_eq!(table.table, name("sales.2024_orders"));
    let types: Vec<String> = table.columns.iter().map(|c| c.data_type.to_string()).collect();
    let item = "struct<name:string,price:decimal(10,2)>";
    assert_eq!(types, ["bigint", "date", "array<string>", item]);
    assert_eq!(table.columns[0].comment.as_deref(), Some("the key"));
    let PartitionClause::Column(hour) = &table.partitioned_by[1] else { panic!() };
    assert_eq!((hour.name.as_str(), &hour.data_type), ("hour", &DataType::Int));
    assert_eq!(table.clustered_by, Some((vec!["id".into(), "date".into()], 8)));
    let Some(RowFormat::Delimited(delimited)) = table.row_format else { panic!() };
    assert_eq!(delimited.fields.as_deref(), Some(","));
    assert_eq!(delimited.escape.as_deref(), Some("\\"));
    assert_eq!(delimited.lines.as_deref(), Some("\n"));
    assert_eq!(delimited.null.as_deref(), Some(""));
    assert_eq!(table.stored_as, Some(FileFormat::TextFile));
    assert_eq!(table.properties[1], ("has_encrypted_data".into(), "false".into()));
}

#[test]
fn a_table_of_logs_with_a_serde() {
    let table = create(
        r#"CREATE EXTERNAL TABLE logs (`date` DATE, time STRING, `timestamp` bigint)
           ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
           WITH SERDEPROPERTIES ("input.regex" = "^(\\d+)\\s\"(.*)\"$")
           STORED AS INPUTFORMAT 'in' OUTPUTFORMAT 'out' LOCATION 's3://b/l/'"#,
    );
    let class = "org.apache.hadoop.hive.serde2.RegexSerDe".to_owned();
    assert_eq!(table.row_format, Some(RowFormat::Serde(class)));
    assert_eq!(table.serde_properties[0].1, r#"^(\d+)\s"(.*)"$"#);
    let classes = FileFormat::Classes { input: "in".into(), output: "out".into() };
    assert_eq!(table.stored_as, Some(classes));
}

#[test]
fn an_iceberg_table() {
    let table = create(
        "CREATE TABLE lake.events (id bigint, ts timestamp, kind string)
         PARTITIONED BY (kind, day(ts), bucket(16, id), truncate(4, kind))
         LOCATION 's3://b/e' TBLPROPERTIES ('table_type'='ICEBERG')",
    );
    assert!(!table.external);
    assert_eq!(
        table.partitioned_by,
        [
            PartitionClause::Transform(Transform::Identity("kind".into())),
            PartitionClause::Transform(Transform::Day("ts".into())),
            PartitionClause::Transform(Transform::Bucket(16, "id".into())),
            PartitionClause::Transform(Transform::Truncate(4, "kind".into())),
        ]
    );
}

#[test]
fn queries_are_left_alone() {
    for sql in [
        "SELECT 'unclosed",
        "  -- note\n(select 1)",
        "with a as (select 1) select * from a",
        "INSERT INTO t SELECT 1",
        "CREATE TABLE t AS SELECT 1",
        "CREATE TABLE IF NOT EXISTS d.t WITH (format = 'PARQUET') AS SELECT 1",
        "CREATE TABLE t (a, b) AS SELECT 1, 2",
        "CREATE OR REPLACE VIEW v AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "UNLOAD (SELECT 1) TO 's3://b/x' WITH (format = 'ORC')",
        "EXPLAIN ANALYZE SELECT 1",
        "SHOW FUNCTIONS",
        "DESCRIBE INPUT p",
        "USING EXTERNAL FUNCTION f(x INT) RETURNS INT LAMBDA 'l' SELECT f(1)",
    ] {
        assert_eq!(parse(sql), Ok(None), "{sql}");
    }
}

#[test]
fn databases() {
    assert_eq!(
        statement(
            "create schema if not exists A comment 'c' location 's3://b/' \
             with dbproperties ('k'='v')"
        ),
        Statement::CreateDatabase {
            name: "a".into(),
            if_not_exists: true,
            comment: Some("c".into()),
            location: Some("s3://b/".into()),
            properties: vec![("k".into(), "v".into())],
        }
    );
    assert_eq!(
        statement("ALTER DATABASE a SET DBPROPERTIES ('k'='v')"),
        Statement::AlterDatabaseProperties {
            name: "a".into(),
            properties: vec![("k".into(), "v".into())]
        }
    );
    assert_eq!(
        statement("DROP DATABASE IF EXISTS `a-b` CASCADE"),
        Statement::DropDatabase { name: "a-b".into(), if_exists: true, cascade: true }
    );
}

#[test]
fn partitions_are_added_dropped_and_renamed() {
    assert_eq!(
        action(
            "ALTER TABLE d.t ADD IF NOT EXISTS PARTITION (dt='2024-01-01', n=1) LOCATION 's3://b/1'
             PARTITION (dt = DATE '2024-01-02', n = -2)"
        ),
        AlterAction::AddPartitions {
            if_not_exists: true,
            partitions: vec![
                AddPartition {
                    values: vec![value("dt", "2024-01-01"), value("n", "1")],
                    location: Some("s3://b/1".into()),
                },
                AddPartition {
                    values: vec![value("dt", "2024-01-02"), value("n", "-2")],
                    location: None,
                },
            ],
        }
    );
    let AlterAction::DropPartitions { if_exists, partitions } = action(
        "ALTER TABLE t DROP IF EXISTS PARTITION (dt >= '2024', dt < '2025'), PARTITION (n <> 3)",
    ) else {
        panic!()
    };
    assert!(if_exists);
    assert_eq!(partitions[0][1].comparison, Comparison::Less);
    assert_eq!(partitions[1][0].comparison, Comparison::NotEqual);
    assert_eq!(
        action("ALTER TABLE t PARTITION (a='1') RENAME TO PARTITION (a='2')"),
        AlterAction::RenamePartition { from: vec![value("a", "1")], to: vec![value("a", "2")] }
    );
    assert_eq!(
        action("ALTER TABLE t PARTITION (a='1') SET LOCATION 's3://b/'"),
        AlterAction::SetLocation { partition: vec![value("a", "1")], location: "s3://b/".into() }
    );
    assert!(refusal("ALTER TABLE t ADD PARTITION (a > 1)").starts_with("FAILED: ParseException"));
}

#[test]
fn tables_are_altered() {
    let AlterAction::AddColumns { columns, .. } =
        action("ALTER TABLE t ADD COLUMNS (a int COMMENT 'x', b map<string,int>) CASCADE")
    else {
        panic!()
    };
    assert_eq!(columns.len(), 2);
    assert!(matches!(
        action("ALTER TABLE t REPLACE COLUMNS (a int)"),
        AlterAction::ReplaceColumns { .. }
    ));
    let AlterAction::ChangeColumn { name: old, column, position } =
        action("ALTER TABLE t CHANGE COLUMN a b bigint COMMENT 'x' AFTER c")
    else {
        panic!()
    };
    assert_eq!((old.as_str(), column.name.as_str()), ("a", "b"));
    assert_eq!(position, Some(Position::After("c".into())));
    let renamed = name("d.u");
    assert_eq!(action("ALTER TABLE t RENAME TO d.u"), AlterAction::Rename { to: renamed });
    assert_eq!(action("ALTER TABLE t DROP COLUMN a"), AlterAction::DropColumn { name: "a".into() });
    assert_eq!(
        action("ALTER TABLE t UNSET TBLPROPERTIES IF EXISTS ('a', 'b')"),
        AlterAction::UnsetProperties { if_exists: true, keys: vec!["a".into(), "b".into()] }
    );
    assert_eq!(
        action("ALTER TABLE t SET TBLPROPERTIES ('a'='b')"),
        AlterAction::SetProperties(vec![("a".into(), "b".into())])
    );
}

#[test]
fn shows() {
    let shown = |sql: &str| format!("{:?}", statement(sql));
    assert_eq!(
        statement("SHOW DATABASES LIKE 'a*'"),
        Statement::ShowDatabases { pattern: Some("a*".into()) }
    );
    assert_eq!(
        statement("SHOW TABLES IN d '*x*'"),
        Statement::ShowTables { database: Some("d".into()), pattern: Some("*x*".into()) }
    );
    assert_eq!(
        statement("SHOW VIEWS IN d LIKE 'v*'"),
        Statement::ShowViews { database: Some("d".into()), pattern: Some("v*".into()) }
    );
    assert_eq!(
        statement("SHOW COLUMNS IN t FROM d"),
        Statement::ShowColumns { table: name("d.t") }
    );
    assert_eq!(
        statement("SHOW TBLPROPERTIES d.t ('k')"),
        Statement::ShowTableProperties { table: name("d.t"), key: Some("k".into()) }
    );
    assert_eq!(
        statement("SHOW PARTITIONS \"D\".\"T\";"),
        Statement::ShowPartitions { table: name("d.t"), partition: vec![] }
    );
    assert!(shown("SHOW CREATE TABLE c.d.t").contains("catalog: Some(\"c\")"));
    assert!(matches!(statement("SHOW CREATE VIEW v"), Statement::ShowCreateView { .. }));
}

#[test]
fn describes() {
    assert_eq!(
        statement("DESC FORMATTED d.t PARTITION (a=1) col.`field`"),
        Statement::Describe {
            table: name("d.t"),
            extended: false,
            formatted: true,
            partition: vec![value("a", "1")],
            column: vec!["col".into(), "field".into()],
        }
    );
    assert_eq!(statement("DESCRIBE VIEW v"), Statement::DescribeView { view: name("v") });
    assert!(matches!(statement("DESCRIBE view.t"), Statement::Describe { .. }));
}

#[test]
fn the_rest() {
    assert_eq!(statement("MSCK REPAIR TABLE d.t"), Statement::RepairTable { table: name("d.t") });
    assert_eq!(
        statement("PREPARE p FROM\n SELECT ? -- x\n;"),
        Statement::Prepare {
            name: "p".into(),
            statement: SqlText { text: "SELECT ?".into(), line: 2, column: 2 }
        }
    );
    let Statement::Execute { name: prepared, arguments } =
        statement("EXECUTE p USING 'a,b', concat('x', 'y'), DATE '2024-01-01'")
    else {
        panic!()
    };
    let texts: Vec<&str> = arguments.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(prepared, "p");
    assert_eq!(texts, ["'a,b'", "concat('x', 'y')", "DATE '2024-01-01'"]);
    assert_eq!(statement("DEALLOCATE PREPARE p"), Statement::Deallocate { name: "p".into() });
    assert_eq!(
        statement("OPTIMIZE d.t REWRITE DATA USING BIN_PACK WHERE c = 'x'"),
        Statement::Optimize {
            table: name("d.t"),
            predicate: Some(SqlText { text: "c = 'x'".into(), line: 1, column: 48 })
        }
    );
    assert_eq!(statement("vacuum t"), Statement::Vacuum { table: name("t") });
    assert_eq!(
        statement("DROP TABLE `d.t`"),
        Statement::DropTable { table: name("d.t"), if_exists: false }
    );
    assert_eq!(
        statement("DROP VIEW IF EXISTS d.v"),
        Statement::DropView { view: name("d.v"), if_exists: true }
    );
    assert_eq!(
        statement("DROP TABLE t PURGE"),
        Statement::DropTable { table: name("t"), if_exists: false }
    );
}

#[test]
fn refusals_read_as_users_know_them() {
    assert!(
        refusal("CRATE TABLE t (a int)")
            .starts_with("line 1:1: mismatched input 'CRATE'. Expecting: 'ALTER', 'ANALYZE',")
    );
    assert!(refusal("").starts_with("line 1:1: mismatched input '<EOF>'. Expecting: 'ALTER'"));
    assert_eq!(
        refusal("DROP TABLE my-table"),
        "FAILED: ParseException line 1:13 missing EOF at '-' near 'my'"
    );
    assert_eq!(
        refusal("CREATE EXTERNAL TABLE t (a int, end string)"),
        "FAILED: ParseException line 1:32 cannot recognize input near 'end' 'string' ')' in \
         column specification"
    );
    assert_eq!(
        refusal("CREATE EXTERNAL TABLE t (a int)\nTBLPROPERTIES ('a'='b')\nLOCATION 's3://b'"),
        "FAILED: ParseException line 3:0 missing EOF at 'LOCATION' near ')'"
    );
    assert_eq!(
        refusal("CREATE EXTERNAL TABLE t (a int"),
        "FAILED: ParseException line 1:30 mismatched input '<EOF>' expecting ) near 'int' in \
         create table statement"
    );
    assert_eq!(
        refusal("CREATE INDEX i"),
        "line 1:8: mismatched input 'INDEX'. Expecting: 'DATABASE', 'EXTERNAL', 'OR', 'SCHEMA', \
         'TABLE', 'VIEW'"
    );
    assert_eq!(
        refusal("DROP TABLE a; DROP TABLE b"),
        "Only one sql statement is allowed. Got: DROP TABLE a; DROP TABLE b"
    );
    let error = parse("SHOW TABLES IN d\n  'x").expect_err("unterminated");
    assert_eq!((error.line, error.column, error.near.as_str()), (2, 3, "'x"));
    assert!(parse("ALTER TABLE t ADD PARTITION (a='1' /* x").is_err());
}

#[test]
fn deep_or_long_input_is_bounded() {
    assert!(parse(&format!("CREATE TABLE t (a {})", "array<".repeat(50_000))).is_err());
    assert!(parse(&format!("CREATE TABLE t {}", "(".repeat(100_000))).is_err());
    let columns: Vec<String> = (0..20_000).map(|i| format!("c{i} int")).collect();
    assert_eq!(create(&format!("CREATE TABLE t ({})", columns.join(","))).columns.len(), 20_000);
}

const WORDS: &[&str] = &[
    "CREATE",
    "EXTERNAL",
    "TABLE",
    "ALTER",
    "DROP",
    "SHOW",
    "DESCRIBE",
    "PARTITION",
    "PARTITIONED",
    "BY",
    "ADD",
    "COLUMNS",
    "SET",
    "LOCATION",
    "TBLPROPERTIES",
    "IF",
    "NOT",
    "EXISTS",
    "EXECUTE",
    "USING",
    "PREPARE",
    "FROM",
    "OPTIMIZE",
    "STORED",
    "AS",
    "ROW",
    "FORMAT",
    "SERDE",
    "WITH",
    "(",
    ")",
    ",",
    "=",
    "<",
    ">",
    ">=",
    ".",
    ";",
    "'x'",
    "\"y\"",
    "`z`",
    "t",
    "int",
    "array",
    "struct",
    ":",
    "1",
    "-",
    "2.5",
    "é",
    "/*",
    "*/",
    "--",
    "\n",
    "'",
    "`",
    "\\",
];

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = parse(&text);
        let _ = crate::parse_type(&text);
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        let sql = words.join(" ");
        if let Err(error) = parse(&sql) {
            prop_assert!(error.line >= 1 && error.column >= 1);
        }
    }
}
