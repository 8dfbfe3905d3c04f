//! What a scan is worth knowing before it runs: rows and ranges, by which joins are ordered, and
//! whether rows are better sifted while they are decoded.
//!
//! All of it is an estimate: the query, not its plan, counts.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Statistics};
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::error::Result;
use datafusion::parquet::file::metadata::ParquetMetaData;

/// A guess at a row's size, for files that do not say how many rows they have.
const ROW_BYTES: usize = 100;
/// Beyond so many chunks of columns, ranges are not worth the time it takes to gather them.
const CHUNKS_MAX: usize = 20_000;
/// Ranges are taken from so many files at most, spread over all: they are guesses anyway.
const RANGED_FILES: usize = 64;
/// How many times the bytes of the columns that decide must the others hold for late decoding to
/// pay: it decodes the deciding columns by themselves and keeps what it found for the second pass.
/// At six times (TPC-H's q15) it costs twice what it saves.
const LATE_RATIO: u64 = 16;
/// Files looked at to compare the sizes of columns.
const SAMPLE_FILES: usize = 8;

/// Statistics of a scan whose columns are those of `schema`: rows from footers or from bytes, and
/// the ranges of the columns wanted.
pub(crate) fn statistics(
    schema: &SchemaRef,
    wanted: &[usize],
    footers: Option<&[Arc<ParquetMetaData>]>,
    bytes: u64,
) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    statistics.total_byte_size = Precision::Inexact(bytes as usize);
    let rows = match footers {
        Some(footers) => {
            footers.iter().map(|footer| footer.file_metadata().num_rows().max(0) as usize).sum()
        }
        None => bytes as usize / ROW_BYTES,
    };
    statistics.num_rows = Precision::Inexact(rows);
    for (at, column) in ranges(schema, wanted, footers.unwrap_or_default()) {
        statistics.column_statistics[at] = column;
    }
    statistics
}

fn ranges(
    schema: &SchemaRef,
    wanted: &[usize],
    footers: &[Arc<ParquetMetaData>],
) -> Vec<(usize, ColumnStatistics)> {
    let every = footers.len().div_ceil(RANGED_FILES).max(1);
    let footers: Vec<_> = footers.iter().step_by(every).collect();
    let groups: usize = footers.iter().map(|footer| footer.num_row_groups()).sum();
    if footers.is_empty() || wanted.is_empty() || groups * wanted.len() > CHUNKS_MAX {
        return Vec::new();
    }
    let Ok(projected) = schema.project(wanted).map(Arc::new) else { return Vec::new() };
    let each: Result<Vec<Statistics>> = footers
        .iter()
        .map(|footer| DFParquetMetadata::statistics_from_parquet_metadata(footer, &projected))
        .collect();
    // Footers that tell nonsense are told of by whoever reads the file.
    let merged = each.and_then(|each| Statistics::try_merge_iter(&each, &projected));
    let Ok(merged) = merged else { return Vec::new() };
    let columns = merged.to_inexact().column_statistics;
    wanted.iter().copied().zip(columns).collect()
}

/// Whether the columns that decide are so much smaller than the others that rows should be sifted
/// before those are decoded.
pub(crate) fn decode_late(
    schema: &Schema,
    deciding: &[String],
    wanted: &[usize],
    footers: &[Arc<ParquetMetaData>],
) -> bool {
    if deciding.is_empty() {
        return false;
    }
    let (mut few, mut rest) = (0_u64, 0_u64);
    for footer in footers.iter().take(SAMPLE_FILES) {
        let sizes = sizes(footer);
        for at in wanted {
            let name = schema.field(*at).name();
            let size = sizes.get(name.as_str()).copied().unwrap_or(0);
            let sum = if deciding.contains(name) { &mut few } else { &mut rest };
            *sum += size;
        }
    }
    rest > few.saturating_mul(LATE_RATIO)
}

/// Bytes of each column at the root, by its name in lower case.
fn sizes(footer: &ParquetMetaData) -> HashMap<String, u64> {
    let mut sizes = HashMap::new();
    for chunk in footer.row_groups().iter().flat_map(|group| group.columns()) {
        if let Some(root) = chunk.column_path().parts().first() {
            let size = chunk.uncompressed_size().max(0) as u64;
            *sizes.entry(root.to_lowercase()).or_default() += size;
        }
    }
    sizes
}
