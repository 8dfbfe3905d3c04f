//! Files written and read back, found by name, and garbled: never a panic.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::util::pretty::pretty_format_batches;
use bytes::Bytes;
use expect_test::expect;

use super::*;
use crate::compression::Compression;
use crate::error::Result;
use crate::hive::HiveType;
use crate::options::{AvroOptions, Format, JsonOptions};
use crate::text::TextDecoder;
use crate::write::{FileWriter, WriteOptions};

const COLUMNS: [(&str, &str); 10] = [
    ("id", "int"),
    ("name", "string"),
    ("amount", "decimal(10,2)"),
    ("big", "bigint"),
    ("ok", "boolean"),
    ("day", "date"),
    ("at", "timestamp"),
    ("tags", "array<string>"),
    ("counts", "map<string,int>"),
    ("who", "struct<a:int,b:struct<c:double>>"),
];

const ROWS: &str = concat!(
    r#"{"id":1,"name":"ada","amount":12.5,"big":-9007199254740993,"ok":true,"day":"2024-02-29","#,
    r#""at":"2024-01-02 03:04:05.678","tags":["x",null,"y"],"counts":{"k":1,"l":null},"#,
    r#""who":{"a":1,"b":{"c":0.5}}}"#,
    "\n{}\n",
    r#"{"id":3,"amount":-0.01,"tags":[],"counts":{},"who":{"a":null,"b":null}}"#,
    "\n"
);

fn columns(pairs: &[(&str, &str)]) -> Vec<(String, HiveType)> {
    pairs.iter().map(|(name, ty)| ((*name).to_owned(), ty.parse().unwrap())).collect()
}

fn sample() -> Vec<RecordBatch> {
    let table = columns(&COLUMNS);
    let all: Vec<usize> = (0..table.len()).collect();
    let json = Format::Json(JsonOptions::default());
    let mut decoder = TextDecoder::new(&json, Compression::None, &table, &all, 2).unwrap();
    let mut batches = decoder.push(Bytes::from_static(ROWS.as_bytes())).unwrap();
    batches.extend(decoder.finish().unwrap());
    batches
}

fn written(batches: &[RecordBatch], compression: Compression) -> Vec<u8> {
    let format = Format::Avro(AvroOptions::default());
    let options = WriteOptions { compression, ..WriteOptions::for_format(&format) };
    let mut writer = FileWriter::new(&format, batches[0].schema(), options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap().to_vec()
}

fn read(
    options: &AvroOptions,
    file: &[u8],
    table: &[(&str, &str)],
    projection: &[usize],
    piece: usize,
) -> Result<Vec<RecordBatch>> {
    let mut decoder = AvroDecoder::new(options, &columns(table), projection, 2)?;
    let mut batches = Vec::new();
    for piece in file.chunks(piece.max(1)) {
        decoder.feed(Bytes::copy_from_slice(piece));
        while let Some(batch) = decoder.next_batch()? {
            batches.push(batch);
        }
    }
    decoder.end();
    while let Some(batch) = decoder.next_batch()? {
        batches.push(batch);
    }
    Ok(batches)
}

const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Deflate,
    Compression::Snappy,
    Compression::Zstd,
    Compression::Bzip2,
];

#[test]
fn files_read_as_they_were_written() {
    let batches = sample();
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    for codec in CODECS {
        let file = written(&batches, codec);
        for piece in [1, 7, 100_000] {
            let got = read(&AvroOptions::default(), &file, &COLUMNS, &all, piece).unwrap();
            assert_eq!(got, batches, "{codec:?} in pieces of {piece}");
        }
    }
}

#[test]
fn columns_are_found_by_name() {
    let file = written(&sample(), Compression::None);
    let table = [("who", "struct<b:struct<c:double>,z:int>"), ("ID", "bigint"), ("new", "string")];
    let schema = r#"{"type":"record","name":"r","fields":[
        {"name":"new","aliases":["NAME"],"type":"string","default":"none"}]}"#;
    let options = AvroOptions { schema: Some(schema.to_owned()) };
    let got = read(&options, &file, &table, &[1, 2, 0], 50).unwrap();
    expect![[r#"
        +----+-----+--------------------+
        | ID | new | who                |
        +----+-----+--------------------+
        | 1  | ada | {b: {c: 0.5}, z: } |
        |    |     |                    |
        | 3  |     | {b: , z: }         |
        +----+-----+--------------------+"#]]
    .assert_eq(&pretty_format_batches(&got).unwrap().to_string());
    let absent = AvroOptions { schema: Some(schema.replace("NAME", "nobody")) };
    let got = read(&absent, &file, &table, &[2], 50).unwrap();
    let names: ArrayRef = got[0].column(0).clone();
    assert_eq!(arrow::util::display::array_value_to_string(&names, 0).unwrap(), "none");
    let wrong = read(&AvroOptions::default(), &file, &[("name", "int")], &[0], 50).unwrap_err();
    assert!(wrong.to_string().contains("field name"), "{wrong}");
    assert_eq!(Arc::strong_count(&names), 2);
}

#[test]
fn garbled_files_are_errors_and_never_panics() {
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    let options = AvroOptions::default();
    for codec in CODECS {
        let file = written(&sample(), codec);
        for cut in 0..file.len() {
            assert!(
                read(&options, &file[..cut], &COLUMNS, &all, 64).is_err() || cut == header(&file)
            );
        }
        let mut state = 11u64;
        for _ in 0..400 {
            let mut damaged = file.clone();
            for _ in 0..3 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (state >> 33) as usize % damaged.len();
                damaged[at] = (state >> 24) as u8;
            }
            let _ = read(&options, &damaged, &COLUMNS, &all, 97);
        }
    }
}

/// Where the header ends: a file of no blocks is whole.
fn header(file: &[u8]) -> usize {
    let sync = &file[file.len() - SYNC..];
    file.windows(SYNC).position(|window| window == sync).unwrap() + SYNC
}
