//! Files written and read back, found by name, and garbled: never a panic.

use arrow::array::RecordBatch;
use bytes::Bytes;

use super::*;
use crate::compression::Compression;
use crate::error::Result;
use crate::hive::HiveType;
use crate::options::{Format, JsonOptions, OrcOptions};
use crate::text::TextDecoder;
use crate::write::{FileWriter, WriteOptions};

const COLUMNS: [(&str, &str); 14] = [
    ("id", "int"),
    ("tiny", "tinyint"),
    ("name", "string"),
    ("amount", "decimal(10,2)"),
    ("big", "bigint"),
    ("f", "float"),
    ("d", "double"),
    ("ok", "boolean"),
    ("day", "date"),
    ("at", "timestamp"),
    ("tags", "array<string>"),
    ("counts", "map<string,int>"),
    ("who", "struct<a:int,b:struct<c:double>>"),
    ("code", "varchar(3)"),
];

const ROW: &str = concat!(
    r#"{"id":1,"tiny":-3,"name":"ada","amount":12.5,"big":-9007199254740993,"f":0.5,"d":1e300,"#,
    r#""ok":true,"day":"2024-02-29","at":"1969-12-31 03:04:05.678","tags":["x",null,"y"],"#,
    r#""counts":{"k":1,"l":null},"who":{"a":1,"b":{"c":0.5}},"code":"abc"}"#,
    "\n{}\n",
    r#"{"id":3,"at":"2031-01-01 00:00:00.100","amount":-0.01,"tags":[],"counts":{},"#,
    r#""who":{"a":null,"b":null}}"#,
    "\n"
);

fn columns() -> Vec<(String, HiveType)> {
    COLUMNS.iter().map(|(name, ty)| ((*name).to_owned(), ty.parse().unwrap())).collect()
}

fn sample(times: usize) -> Vec<RecordBatch> {
    let table = columns();
    let all: Vec<usize> = (0..table.len()).collect();
    let json = Format::Json(JsonOptions::default());
    let mut decoder = TextDecoder::new(&json, Compression::None, &table, &all, 1_000).unwrap();
    let mut batches = decoder.push(Bytes::from(ROW.repeat(times).into_bytes())).unwrap();
    batches.extend(decoder.finish().unwrap());
    batches
}

fn written(batches: &[RecordBatch], compression: Compression) -> Vec<u8> {
    let format = Format::Orc(OrcOptions::default());
    let options = WriteOptions { compression, ..WriteOptions::for_format(&format) };
    let mut writer = FileWriter::new(&format, batches[0].schema(), options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap().to_vec()
}

fn tail(file: &Bytes, mut known: usize) -> Result<Box<OrcTail>> {
    loop {
        known = known.min(file.len());
        match OrcTail::read(&file.slice(file.len() - known..), file.len() as u64)? {
            OrcTailRead::Whole(tail) => return Ok(tail),
            OrcTailRead::Needs(more) => {
                assert!(more as usize > known);
                known = more as usize;
            }
        }
    }
}

fn read(
    file: &[u8],
    table: &[(String, HiveType)],
    projection: &[usize],
    by_name: bool,
) -> Result<Vec<RecordBatch>> {
    let file = Bytes::copy_from_slice(file);
    let tail = tail(&file, 1)?;
    let columns = OrcColumns::new(&tail, &OrcOptions { by_name }, table, projection)?;
    let mut batches = Vec::new();
    for stripe in 0..tail.stripes() {
        let slice = |r: std::ops::Range<u64>| file.slice(r.start as usize..r.end as usize);
        let footer = tail.stripe_footer(stripe).unwrap();
        let found = OrcStripe::new(&tail, stripe, &slice(footer), &columns)?;
        let bytes = found.ranges().into_iter().map(slice).collect();
        let mut rows = found.open(&tail, &columns, bytes, 1_000)?;
        while let Some(batch) = rows.next_batch()? {
            batches.push(batch);
        }
    }
    Ok(batches)
}

const CODECS: [Compression; 5] = [
    Compression::None,
    Compression::Deflate,
    Compression::Snappy,
    Compression::Zstd,
    Compression::Lz4,
];

#[test]
fn files_read_as_they_were_written() {
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    for (codec, times) in CODECS.into_iter().zip([1, 700, 700, 1_000, 400]) {
        let batches = sample(times);
        let file = written(&batches, codec);
        assert_eq!(read(&file, &columns(), &all, false).unwrap(), batches, "{codec:?}");
        let tail = tail(&Bytes::from(file.clone()), 100).unwrap();
        // Arrow has no type of text with a length.
        let mut told = columns();
        told.last_mut().unwrap().1 = HiveType::String;
        assert_eq!(tail.columns().unwrap(), told);
        assert_eq!(tail.rows(), 3 * times as u64);
    }
}

#[test]
fn columns_are_found_by_place_or_by_name() {
    let file = written(&sample(1), Compression::Deflate);
    let table: Vec<(String, HiveType)> = [
        ("first", "bigint"),
        ("WHO", "struct<b:struct<c:double>,z:int>"),
        ("new", "string"),
        ("ID", "string"),
    ]
    .iter()
    .map(|(name, ty)| ((*name).to_owned(), ty.parse().unwrap()))
    .collect();
    let by_place = read(&file, &table, &[0], false).unwrap();
    assert_eq!(by_place[0].column(0).null_count(), 1);
    let by_name = read(&file, &table, &[3, 1, 2], true).unwrap();
    let text = arrow::util::pretty::pretty_format_batches(&by_name).unwrap().to_string();
    assert!(text.contains("| 1  | {b: {c: 0.5}, z: } |     |"), "{text}");
    let wrong = [("id".to_owned(), HiveType::Array(Box::new(HiveType::Int)))];
    assert!(read(&file, &wrong, &[0], true).is_err());
}

#[test]
fn garbled_files_are_errors_and_never_panics() {
    let all: Vec<usize> = (0..COLUMNS.len()).collect();
    for codec in CODECS {
        let file = written(&sample(2), codec);
        for cut in (0..file.len()).step_by(5) {
            assert!(read(&file[..cut], &columns(), &all, false).is_err());
        }
        let mut state = 5u64;
        for _ in 0..200 {
            let mut damaged = file.clone();
            for _ in 0..2 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (state >> 33) as usize % damaged.len();
                damaged[at] = (state >> 24) as u8;
            }
            let _ = read(&damaged, &columns(), &all, false);
        }
    }
}
