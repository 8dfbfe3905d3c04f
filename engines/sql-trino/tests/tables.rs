//! Tables over files: what is read of them, what is counted, what failed writes leave behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_formats::{Compression, Compressor, CsvOptions, Format, HiveType, JsonOptions};
use aquifer_lake::{Column, PartitionDef, TableDef};
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use support::{Answer, BUCKET, Lab, scanned};

fn texts(answer: &Answer) -> Vec<String> {
    let text = |v: &Option<String>| v.clone().unwrap_or_else(|| "NULL".to_owned());
    answer.rows.iter().map(|r| r.iter().map(text).collect::<Vec<_>>().join(" ")).collect()
}

fn table(name: &str, columns: &[(&str, &str)], keys: &[(&str, &str)], format: Format) -> TableDef {
    let column = |(name, ty): &(&str, &str)| Column::new(*name, ty.parse::<HiveType>().unwrap());
    TableDef {
        database: "default".to_owned(),
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        partition_keys: keys.iter().map(column).collect(),
        location: format!("{BUCKET}{name}/"),
        format,
        compression: None,
        parameters: BTreeMap::new(),
        projection: None,
    }
}

fn csv() -> Format {
    Format::Csv(CsvOptions::lazy_simple(b','))
}

async fn put(lab: &Lab, path: &str, bytes: impl Into<Vec<u8>>) {
    lab.store.put(&Path::from(path), bytes.into().into()).await.unwrap();
}

async fn listed(lab: &Lab) -> Vec<String> {
    let metas: Vec<_> = lab.store.list(None).try_collect().await.unwrap();
    metas.into_iter().map(|m| m.location.to_string()).collect()
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_pruned_by_the_metastore_and_by_values() {
    let lab = Lab::new();
    let def = table("logs", &[("line", "string")], &[("dt", "string"), ("hour", "int")], csv());
    let mut partitions = Vec::new();
    for (dt, hour) in [("2024-01-01", 1), ("2024-01-01", 12), ("2024-01-02", 3)] {
        let folder = format!("logs/dt={dt}/hour={hour}");
        put(&lab, &format!("{folder}/a.csv"), format!("{dt} at {hour}\n")).await;
        put(&lab, &format!("{folder}/_SUCCESS"), "hidden").await;
        partitions.push(PartitionDef {
            values: vec![dt.to_owned(), hour.to_string()],
            location: format!("{BUCKET}{folder}/"),
            format: None,
        });
    }
    lab.add_table(def, partitions);
    let answer = lab
        .run("SELECT line, dt, hour FROM logs WHERE dt = '2024-01-01' AND hour % 10 = 2")
        .await
        .unwrap();
    assert_eq!(texts(&answer), ["2024-01-01 at 12 2024-01-01 12"]);
    assert_eq!(lab.take_asked(), [Some("dt = '2024-01-01'".to_owned())]);
    assert_eq!(scanned(&answer).files, 1);
    assert_eq!(scanned(&answer).bytes, "2024-01-01 at 12\n".len() as u64);
    let answer = lab.run("SELECT \"$path\" FROM logs WHERE hour = 3").await.unwrap();
    assert_eq!(texts(&answer), ["s3://lab/logs/dt=2024-01-02/hour=3/a.csv"]);
    let answer = lab.run("SELECT * FROM logs WHERE \"$path\" LIKE '%hour=3%'").await.unwrap();
    assert_eq!(texts(&answer), ["2024-01-02 at 3 2024-01-02 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_objects_are_seen_by_the_next_query() {
    let lab = Lab::new();
    lab.add_table(table("t", &[("n", "bigint")], &[], csv()), vec![]);
    let count = "SELECT count(*) FROM t";
    assert_eq!(texts(&lab.run(count).await.unwrap()), ["0"]);
    put(&lab, "t/a.csv", "1\n2\n").await;
    assert_eq!(texts(&lab.run(count).await.unwrap()), ["2"]);
    put(&lab, "t/deep/b.csv", "3").await;
    assert_eq!(texts(&lab.run(count).await.unwrap()), ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parquet_reads_only_the_columns_and_row_groups_asked_for() {
    let lab = Lab::new();
    let n = 100_000;
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..n));
    let wide: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..n).map(|i| format!("{:032x}", i * 7919))));
    put(&lab, "t/a.parquet", parquet(vec![("ID", ids), ("wide", wide)])).await;
    let columns = [("id", "bigint"), ("wide", "string"), ("missing", "double")];
    lab.add_table(table("t", &columns, &[], Format::Parquet), vec![]);
    let narrow = lab.run("SELECT sum(id), count(missing) FROM t").await.unwrap();
    assert_eq!(texts(&narrow), [format!("{} 0", n * (n - 1) / 2)]);
    let all = lab.run("SELECT count(wide), sum(id) FROM t").await.unwrap();
    assert!(scanned(&narrow).bytes * 2 < scanned(&all).bytes, "{narrow:?} {all:?}");
    // The same query costs the same, footers in the cache or not.
    let again = lab.run("SELECT count(wide), sum(id) FROM t").await.unwrap();
    assert_eq!(scanned(&again), scanned(&all));
    assert_eq!(all.totals.input_rows, n as u64);
    let none = lab.run("SELECT wide FROM t WHERE id > 1000000").await.unwrap();
    assert!(none.rows.is_empty());
    assert!(scanned(&none).bytes < scanned(&narrow).bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_as_declared_are_bad_data() {
    let lab = Lab::new();
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    put(&lab, "t/a.parquet", parquet(vec![("id", names)])).await;
    lab.add_table(table("t", &[("id", "bigint")], &[], Format::Parquet), vec![]);
    let error = lab.run("SELECT id FROM t").await.unwrap_err();
    assert_eq!(error.code, "HIVE_BAD_DATA", "{error}");
    put(&lab, "u/a.json", "{\"a\": 1}\n{\"a\": \n").await;
    let json = Format::Json(JsonOptions::default());
    lab.add_table(table("u", &[("a", "int")], &[], json), vec![]);
    let error = lab.run("SELECT a FROM u").await.unwrap_err();
    assert_eq!(error.code, "HIVE_BAD_DATA", "{error}");
    assert!(error.message.contains("line 2"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_text_files_are_read_in_pieces() {
    let lab = Lab::new();
    let mut text = String::new();
    for i in 0..1_500_000 {
        text.push_str(&format!("{i},row\n"));
    }
    let size = text.len() as u64;
    put(&lab, "t/a.csv", text).await;
    let mut options = CsvOptions::lazy_simple(b',');
    options.skip_header_lines = 1;
    let format = Format::Csv(options);
    lab.add_table(table("t", &[("n", "bigint"), ("s", "string")], &[], format), vec![]);
    let answer = lab.run("SELECT count(*), sum(n), min(n) FROM t").await.unwrap();
    let sum: u64 = (1..1_500_000).sum();
    assert_eq!(texts(&answer), [format!("1499999 {sum} 1")]);
    // Pieces overlap by what their chunks hold, never by as much as the file.
    assert!(scanned(&answer).bytes >= size && scanned(&answer).bytes < size * 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_writes_leave_nothing_behind() {
    let mut lab = Lab::new();
    lab.max_partitions = 10;
    let create = |rows: &str| {
        format!(
            "CREATE TABLE t WITH (partitioned_by = ARRAY['k']) AS \
             SELECT x, CAST(x AS varchar) AS k FROM ({rows}) AS t(x)"
        )
    };
    let rows = |n: u32| {
        let rows: Vec<String> = (0..n).map(|i| i.to_string()).collect();
        format!("VALUES {}", rows.join(", "))
    };
    let error = lab.run(&create(&rows(11))).await.unwrap_err();
    assert_eq!(error.code, "HIVE_TOO_MANY_OPEN_PARTITIONS");
    assert!(error.message.contains("10"), "{error}");
    assert!(listed(&lab).await.is_empty(), "{:?}", listed(&lab).await);

    let written = lab.run(&create(&rows(10))).await.unwrap().written.unwrap();
    assert_eq!((written.rows, written.partitions.len()), (10, 10));
    assert_eq!(written.partitions[3].location, "s3://lab/default/t/k=3/");
    assert_eq!(listed(&lab).await.len(), 10);
    let answer = lab.run("SELECT x FROM t WHERE k = '7'").await.unwrap();
    assert_eq!(texts(&answer), ["7"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_queries_stop_and_clean_up() {
    let lab = Lab::new();
    lab.cancel.cancel();
    let error = lab.run("SELECT 1").await.unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    let error = lab.run("CREATE TABLE t AS SELECT 1 AS x").await.unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    assert!(listed(&lab).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn text_too_long_for_its_column_is_not_stored() {
    let lab = Lab::new();
    let columns = [("v", "varchar(3)"), ("c", "char(2)"), ("s", "string")];
    lab.add_table(table("t", &columns, &[], Format::Parquet), vec![]);
    lab.run("INSERT INTO t VALUES ('añb', 'ab', 'long'), ('abc  ', NULL, 'x')").await.unwrap();
    let answer = lab.run("SELECT v, length(v), c, s FROM t ORDER BY s").await.unwrap();
    assert_eq!(texts(&answer), ["añb 3 ab long", "abc 3 NULL x"]);
    let error = lab.run("INSERT INTO t (v) VALUES ('abcd')").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from varchar \
         to varchar(3) on INSERT"
    );
    assert_eq!(texts(&lab.run("SELECT count(*) FROM t").await.unwrap()), ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parquet_numbers_of_another_kind_are_bad_data() {
    let lab = Lab::new();
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![2.7]));
    let wide: ArrayRef = Arc::new(Int64Array::from(vec![3_000_000_000]));
    let narrow: ArrayRef = Arc::new(Int64Array::from(vec![5]));
    let file = parquet(vec![("a", doubles), ("wide", wide), ("narrow", narrow)]);
    put(&lab, "t/a.parquet", file).await;
    let columns = [("a", "int"), ("wide", "int"), ("narrow", "int")];
    lab.add_table(table("t", &columns, &[], Format::Parquet), vec![]);
    let error = lab.run("SELECT a FROM t").await.unwrap_err();
    assert_eq!(error.code, "HIVE_BAD_DATA");
    assert!(
        error.message.ends_with(
            "Field a's type DOUBLE in parquet file is incompatible with type int defined in \
             table schema"
        ),
        "{error}"
    );
    assert!(lab.run("SELECT count(*) FROM t WHERE a = 2").await.is_err());
    // Integers are read as narrower ones as long as they fit.
    assert_eq!(texts(&lab.run("SELECT narrow FROM t").await.unwrap()), ["5"]);
    assert!(lab.run("SELECT wide FROM t").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_files_need_no_name_that_says_so() {
    let lab = Lab::new();
    let rows = 300_000_u64;
    // Digits that do not repeat, so that the compressed file is large enough to be cut up.
    let text: String = (0..rows)
        .map(|i| format!("{i},{:016x}\n", i.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let mut packed = Vec::new();
    let mut compressor = Compressor::new(Compression::Gzip).unwrap();
    compressor.write(text.as_bytes(), &mut packed).unwrap();
    compressor.finish(&mut packed).unwrap();
    let size = packed.len() as u64;
    assert!(size > 2 << 20, "{size} bytes");
    put(&lab, "t/part-0000", packed).await;
    lab.add_table(table("t", &[("n", "bigint"), ("x", "string")], &[], csv()), vec![]);
    let answer = lab.run("SELECT count(*), sum(n), min(length(x)) FROM t").await.unwrap();
    assert_eq!(texts(&answer), [format!("{rows} {} 16", rows * (rows - 1) / 2)]);
    assert_eq!(scanned(&answer).bytes, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_describe_their_columns() {
    let lab = Lab::new();
    let answer = lab
        .run("SELECT 1 AS Id, CAST(2 AS decimal(10,2)) AS \"My Amount\", current_date, now() AS at")
        .await
        .unwrap();
    let shown: Vec<String> =
        answer.columns.iter().map(|c| format!("{} {}", c.name, c.type_name)).collect();
    assert_eq!(
        shown,
        ["Id integer", "My Amount decimal(10,2)", "_col2 date", "at timestamp(3) with time zone"]
    );
    assert_eq!(texts(&answer), ["1 2.00 2024-01-02 2024-01-02 03:04:05.123 UTC"]);
    assert_eq!((answer.columns[1].precision, answer.columns[1].scale), (10, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_explained() {
    let lab = Lab::new();
    put(&lab, "t/a.csv", "1\n2\n3\n").await;
    lab.add_table(table("t", &[("n", "bigint")], &[], csv()), vec![]);
    let plan = lab.run("EXPLAIN SELECT count(*) FROM t WHERE n > 1").await.unwrap();
    assert_eq!(plan.columns[0].name, "Query Plan");
    assert!(texts(&plan).join("\n").contains("AggregateExec"));
    assert_eq!(scanned(&plan).bytes, 0);
    let ran = lab.run("EXPLAIN ANALYZE SELECT count(*) FROM t WHERE n > 1").await.unwrap();
    let text = texts(&ran).join("\n");
    assert!(text.contains("Input: 3 rows (6 bytes), Output: 1 rows"), "{text}");
    assert!(text.contains("output_rows"), "{text}");
    let valid = lab.run("EXPLAIN (TYPE VALIDATE) SELECT n FROM t").await.unwrap();
    assert_eq!(texts(&valid), ["true"]);
}
