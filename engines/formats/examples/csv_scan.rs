//! How fast text is read: `cargo run --release --example csv_scan [rows]` prints megabytes a
//! second per format and selection, over data made here.

use std::time::Instant;

use aquifer_formats::{
    Compression, CsvOptions, Format, HiveType, JsonOptions, Result, TextDecoder,
};
use bytes::Bytes;

const COLUMNS: &str = "struct<id:bigint,city:string,fare:double,day:date,at:timestamp,\
                       flag:boolean,note:string,n:int>";

fn main() -> Result<()> {
    let rows: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let HiveType::Struct(table) = COLUMNS.parse()? else { return Ok(()) };
    let all: Vec<usize> = (0..table.len()).collect();
    let plain = Format::Csv(CsvOptions::lazy_simple(b','));
    let quoted = Format::Csv(CsvOptions::open_csv());
    let json = Format::Json(JsonOptions::default());
    for (name, format, row) in [
        ("csv, unquoted", &plain, plain_row as fn(usize) -> String),
        ("csv, quoted", &quoted, quoted_row),
        ("json lines", &json, json_row),
    ] {
        let data = Bytes::from((0..rows).map(row).collect::<String>());
        for (what, projection) in [("all columns", &all[..]), ("two", &[0, 2]), ("none", &[])] {
            let began = Instant::now();
            let mut decoder =
                TextDecoder::new(format, Compression::None, &table, projection, 8192)?;
            let mut count = 0;
            for at in (0..data.len()).step_by(1 << 20) {
                for batch in decoder.push(data.slice(at..data.len().min(at + (1 << 20))))? {
                    count += batch.num_rows();
                }
            }
            count += decoder.finish()?.iter().map(|b| b.num_rows()).sum::<usize>();
            let seconds = began.elapsed().as_secs_f64();
            let speed = data.len() as f64 / 1e6 / seconds;
            println!("{name:14} {what:12} {count:9} rows {speed:8.0} MB/s");
        }
    }
    Ok(())
}

fn plain_row(i: usize) -> String {
    format!(
        "{i},Amsterdam {},{}.{:02},2024-{:02}-{:02},\
         2024-05-06 07:08:{:02},{},a longer note of row {i},{}\n",
        i % 97,
        i % 300,
        i % 100,
        i % 12 + 1,
        i % 28 + 1,
        i % 60,
        i.is_multiple_of(2),
        i % 1000,
    )
}

fn quoted_row(i: usize) -> String {
    format!(
        "{i},\"Amsterdam, {}\",{}.{:02},\"2024-{:02}-{:02}\",\
         \"2024-05-06 07:08:{:02}\",{},\"a longer \"\"note\"\" of row {i}\",{}\n",
        i % 97,
        i % 300,
        i % 100,
        i % 12 + 1,
        i % 28 + 1,
        i % 60,
        i.is_multiple_of(2),
        i % 1000,
    )
}

fn json_row(i: usize) -> String {
    format!(
        "{{\"id\":{i},\"city\":\"Amsterdam {}\",\"fare\":{}.{:02},\
         \"day\":\"2024-{:02}-{:02}\",\"at\":\"2024-05-06 07:08:{:02}\",\
         \"flag\":{},\"note\":\"a longer note of row {i}\",\"n\":{}}}\n",
        i % 97,
        i % 300,
        i % 100,
        i % 12 + 1,
        i % 28 + 1,
        i % 60,
        i.is_multiple_of(2),
        i % 1000,
    )
}
