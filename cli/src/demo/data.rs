//! The flights data inside the binary: unpacked, cut into months, packed again as gzip.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

macro_rules! packed {
    ($table:literal) => {
        (
            $table,
            include_bytes!(concat!("../../../examples/flights/data/", $table, ".csv.zst"))
                .as_slice(),
        )
    };
}

const FLIGHTS: (&str, &[u8]) = packed!("flights");
const SMALL: [(&str, &[u8]); 4] =
    [packed!("weather"), packed!("planes"), packed!("airports"), packed!("airlines")];

/// One object to upload.
pub struct File {
    /// Its key in the bucket.
    pub key: String,
    /// Its content.
    pub body: Bytes,
    /// The rows in it, its header not counted.
    pub rows: usize,
}

/// Flights as one gzip CSV file per month, in Hive folders; the other tables as plain CSV.
pub fn files() -> Result<Vec<File>> {
    let mut files = months(&unpack(FLIGHTS)?)?;
    for packed in SMALL {
        let text = unpack(packed)?;
        let table = packed.0;
        let rows = text.lines().count().saturating_sub(1);
        files.push(File { key: format!("raw/{table}/{table}.csv"), body: text.into(), rows });
    }
    Ok(files)
}

fn unpack((table, packed): (&str, &[u8])) -> Result<String> {
    let mut text = String::new();
    zstd::Decoder::new(packed)
        .and_then(|mut decoder| decoder.read_to_string(&mut text))
        .with_context(|| format!("the embedded table {table} cannot be unpacked"))?;
    Ok(text)
}

/// Cuts the flights by year and month. Both columns leave the rows, since the folder says them: a
/// column and a partition key of one name would make an ambiguous table.
fn months(text: &str) -> Result<Vec<File>> {
    let mut lines = text.lines();
    let header = lines.next().and_then(split_month).context("the flights have no header")?.2;
    let mut cut: std::collections::BTreeMap<(u16, u8), (Vec<u8>, usize)> = Default::default();
    for line in lines {
        let (year, month, rest) = split_month(line).context("a flight has no month")?;
        let (out, rows) = cut
            .entry((year.parse()?, month.parse()?))
            .or_insert_with(|| (format!("{header}\n").into_bytes(), 0));
        out.extend_from_slice(rest.as_bytes());
        out.push(b'\n');
        *rows += 1;
    }
    let cut: Vec<_> = cut.into_iter().collect();
    // Packing is most of the work and months are independent: two halves, two threads.
    let (left, right) = cut.split_at(cut.len() / 2);
    std::thread::scope(|scope| {
        let right = scope.spawn(|| pack_all(right));
        let mut files = pack_all(left)?;
        let other = right.join().map_err(|_| anyhow::anyhow!("packing the flights panicked"))?;
        files.extend(other?);
        Ok(files)
    })
}

type Month = ((u16, u8), (Vec<u8>, usize));

fn pack_all(months: &[Month]) -> Result<Vec<File>> {
    months
        .iter()
        .map(|((year, month), (text, rows))| {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
            gzip.write_all(text)?;
            let key = format!("raw/flights/year={year}/month={month:02}/flights.csv.gz");
            Ok(File { key, body: gzip.finish()?.into(), rows: *rows })
        })
        .collect()
}

fn split_month(line: &str) -> Option<(&str, &str, &str)> {
    let mut parts = line.splitn(3, ',');
    Some((parts.next()?, parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_and_four_small_tables() {
        let files = files().unwrap();
        assert_eq!(files.len(), 16);
        let flights: usize = files.iter().take(12).map(|file| file.rows).sum();
        assert_eq!(flights, 336_776);
        assert_eq!(files[0].key, "raw/flights/year=2013/month=01/flights.csv.gz");
        assert_eq!(files[0].rows, 27_004);
        let mut text = String::new();
        flate2::read::GzDecoder::new(&files[0].body[..]).read_to_string(&mut text).unwrap();
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("day,dep_time,"));
        assert!(lines.next().unwrap().starts_with("1,517,515,2,"));
        assert_eq!(files[15].key, "raw/airlines/airlines.csv");
        assert_eq!(files[15].rows, 16);
    }
}
