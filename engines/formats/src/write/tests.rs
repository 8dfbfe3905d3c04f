//! What is written, and that it reads back.

use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::*;
use arrow::datatypes::{Field, Int32Type, Schema};
use expect_test::expect;

use super::*;
use crate::options::{CsvOptions, JsonOptions};
use crate::text::TextDecoder;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(n, a)| Field::new(*n, a.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, a)| a).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn written(format: &Format, batch: &RecordBatch, options: WriteOptions) -> Vec<u8> {
    let mut writer = FileWriter::new(format, batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    let mut bytes = writer.take_ready().to_vec();
    bytes.extend(writer.finish().unwrap());
    assert_eq!(writer.bytes(), bytes.len() as u64);
    assert_eq!(writer.rows(), batch.num_rows() as u64);
    bytes
}

fn text(format: &Format, batch: &RecordBatch, options: WriteOptions) -> String {
    String::from_utf8(written(format, batch, options)).unwrap()
}

/// Two rows of every type; read from JSON, which can hold them all.
fn sample() -> (Vec<(String, HiveType)>, RecordBatch) {
    let ty: HiveType =
        "struct<a:boolean,b:tinyint,c:bigint,d:double,e:decimal(9,2),f:string,g:date,\
                        h:timestamp,i:binary,j:array<int>,k:map<string,double>,\
                        l:struct<x:int,y:array<string>>>"
            .parse()
            .unwrap();
    let HiveType::Struct(table) = ty else { unreachable!() };
    let json = concat!(
        r#"{"a":true,"b":-1,"c":12345678901,"d":2.5,"e":-1.05,"f":"x,\"y\"\nz","g":"2024-02-29","#,
        r#""h":"1999-12-31 23:59:59.999","i":"AAEC","j":[1,null,3],"k":{"p":1.0,"q":null},"#,
        r#""l":{"x":7,"y":["u","v"]}}"#,
        "\n{}\n"
    );
    (table.clone(), decode(&Format::Json(JsonOptions::default()), Compression::None, &table, json))
}

fn decode(
    format: &Format,
    compression: Compression,
    table: &[(String, HiveType)],
    bytes: impl AsRef<[u8]>,
) -> RecordBatch {
    let all: Vec<usize> = (0..table.len()).collect();
    let mut decoder = TextDecoder::new(format, compression, table, &all, 1000).unwrap();
    let mut batches = decoder.push(Bytes::copy_from_slice(bytes.as_ref())).unwrap();
    batches.extend(decoder.finish().unwrap());
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

#[test]
fn every_type_reads_back_from_json_in_every_codec() {
    let (table, rows) = sample();
    let format = Format::Json(JsonOptions::default());
    for compression in [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Zstd,
        Compression::Bzip2,
    ] {
        let options = WriteOptions { compression, ..WriteOptions::default() };
        let bytes = written(&format, &rows, options);
        assert_eq!(decode(&format, compression, &table, &bytes), rows, "{compression:?}");
    }
    expect![[r#"
        {"a":true,"b":-1,"c":12345678901,"d":2.5,"e":-1.05,"f":"x,\"y\"\nz","g":"2024-02-29","h":"1999-12-31 23:59:59.999","i":"AAEC","j":[1,null,3],"k":{"p":1.0,"q":null},"l":{"x":7,"y":["u","v"]}}
        {"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"g":null,"h":null,"i":null,"j":null,"k":null,"l":null}
    "#]].assert_eq(&text(&format, &rows, WriteOptions::default()));
}

#[test]
fn every_type_reads_back_from_hives_text() {
    let (mut table, rows) = sample();
    // A line break in a value breaks the line: Hive's text has no way to hold it.
    table.remove(5);
    let mut columns: Vec<usize> = (0..rows.num_columns()).collect();
    columns.remove(5);
    let rows = rows.project(&columns).unwrap();
    let format = Format::Csv(CsvOptions { escape: Some(b'\\'), ..CsvOptions::default() });
    let bytes = written(&format, &rows, WriteOptions::default());
    assert_eq!(decode(&format, Compression::None, &table, &bytes), rows);
}

#[test]
fn quotes_are_put_where_asked() {
    let rows = batch(vec![
        (
            "na,me",
            Arc::new(StringArray::from(vec![Some("plain"), Some("a \"b\",\nc"), Some(""), None])),
        ),
        ("n", Arc::new(Int32Array::from(vec![Some(1), None, Some(3), None]))),
    ]);
    let format = Format::Csv(CsvOptions { quote: Some(b'"'), ..CsvOptions::lazy_simple(b',') });
    let options = WriteOptions { header: true, ..WriteOptions::default() };
    expect![[r#"
        "na,me",n
        plain,1
        "a ""b"",
        c",
        "",3
        ,
    "#]]
    .assert_eq(&text(&format, &rows, options.clone()));
    expect![[r#"
        "na,me","n"
        "plain","1"
        "a ""b"",
        c",
        "","3"
        ,
    "#]]
    .assert_eq(&text(&format, &rows, WriteOptions { quoting: Quoting::Always, ..options }));
    let plain = Format::Csv(CsvOptions { escape: Some(b'\\'), ..CsvOptions::lazy_simple(b',') });
    let first = rows.slice(0, 1);
    expect![[r#"
        na\,me,n
        plain,1
    "#]]
    .assert_eq(&text(&plain, &first, WriteOptions { header: true, ..WriteOptions::default() }));
}

#[test]
fn arrow_types_hive_lacks_are_written_as_those_it_has() {
    let rows = batch(vec![
        ("d", Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("x"), None]))),
        ("u", Arc::new(UInt64Array::from(vec![u64::MAX, 0]))),
        ("t", Arc::new(TimestampNanosecondArray::from(vec![1, 0]))),
        ("f", Arc::new(Float32Array::from(vec![0.1, f32::NAN]))),
    ]);
    expect![[r#"
        {"d":"x","u":18446744073709551615,"t":"1970-01-01 00:00:00.000000001","f":0.1}
        {"d":null,"u":0,"t":"1970-01-01 00:00:00","f":"NaN"}
    "#]]
    .assert_eq(&text(&Format::Json(JsonOptions::default()), &rows, WriteOptions::default()));
}

#[test]
fn parquet_reads_back_and_is_bounded() {
    let (_, rows) = sample();
    for compression in
        [Compression::None, Compression::Snappy, Compression::Gzip, Compression::Zstd]
    {
        let options = WriteOptions { compression, ..WriteOptions::default() };
        let bytes = written(&Format::Parquet, &rows, options);
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        assert!(reader.metadata().row_group(0).column(2).statistics().is_some());
        let back = reader.build().unwrap().next().unwrap().unwrap();
        assert_eq!(back.num_rows(), 2);
        let hive = |batch: &RecordBatch| -> Vec<HiveType> {
            let types = batch.columns().iter().map(|c| HiveType::from_arrow(c.data_type()));
            types.collect::<Result<_>>().unwrap()
        };
        assert_eq!(hive(&back), hive(&rows));
    }
    let bzip2 = WriteOptions { compression: Compression::Bzip2, ..WriteOptions::default() };
    assert!(FileWriter::new(&Format::Parquet, rows.schema(), bzip2).is_err());

    let numbers = batch(vec![("n", Arc::new(Int64Array::from_iter_values(0..10_000)))]);
    let options = WriteOptions { row_group_rows: 25_000, ..WriteOptions::default() };
    let mut writer = FileWriter::new(&Format::Parquet, numbers.schema(), options).unwrap();
    let mut file = Vec::new();
    for _ in 0..10 {
        writer.write(&numbers).unwrap();
        file.extend(writer.take_ready());
    }
    assert!(file.len() > 100_000, "whole row groups are ready before the end");
    file.extend(writer.finish().unwrap());
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(file)).unwrap();
    assert_eq!(reader.metadata().num_row_groups(), 4);
    let rows: usize = reader.build().unwrap().map(|b| b.unwrap().num_rows()).sum();
    assert_eq!(rows, 100_000);
}
