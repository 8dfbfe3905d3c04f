//! Set digests: the smallest hashes of a set's values and how often each was met. They tell how
//! many values there are and how alike two sets are.
//!
//! `cardinality(digest)`, `intersection_cardinality(a, b)`, `jaccard_index(a, b)`,
//! `hash_counts(digest)`; the aggregates are `make_set_digest(x)` and `merge_set_digest(digest)`.
//! The bytes are of our own making.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int16Array, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::map::build;
use super::super::scalar::{Function, Rows, Type, map_of};
use crate::opaque::Opaque;

const VERSION: u8 = 1;
/// Hashes kept: an error of about one in a hundred.
const HASHES_MAX: usize = 8_192;

#[derive(Debug, Clone, Default)]
pub(crate) struct SetDigest {
    hashes: BTreeMap<u64, u16>,
}

impl SetDigest {
    pub(crate) fn add(&mut self, hash: u64) {
        self.add_times(hash, 1);
    }

    fn add_times(&mut self, hash: u64, times: u16) {
        let full = self.hashes.len() >= HASHES_MAX;
        if full && self.hashes.last_key_value().is_some_and(|(last, _)| *last < hash) {
            return;
        }
        let count = self.hashes.entry(hash).or_default();
        *count = count.saturating_add(times);
        if self.hashes.len() > HASHES_MAX {
            self.hashes.pop_last();
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        other.hashes.iter().for_each(|(hash, count)| self.add_times(*hash, *count));
    }

    fn cardinality(&self) -> i64 {
        let kept = self.hashes.len();
        match self.hashes.last_key_value() {
            // The largest of the smallest hashes tells how dense they all are.
            Some((last, _)) if kept >= HASHES_MAX => {
                let share = (*last as f64 + 1.0) / 2.0_f64.powi(64);
                ((kept as f64 - 1.0) / share).round() as i64
            }
            _ => kept as i64,
        }
    }

    /// The share of values both have among those either has.
    fn jaccard(&self, other: &Self) -> f64 {
        let sizes = (self.hashes.len(), other.hashes.len());
        let size =
            if sizes.0.max(sizes.1) < HASHES_MAX { usize::MAX } else { sizes.0.min(sizes.1) };
        let mut union: Vec<u64> = self.hashes.keys().chain(other.hashes.keys()).copied().collect();
        union.sort_unstable();
        union.dedup();
        union.truncate(size);
        let both = |hash: &&u64| self.hashes.contains_key(hash) && other.hashes.contains_key(hash);
        match union.len() {
            0 => 0.0,
            all => union.iter().filter(both).count() as f64 / all as f64,
        }
    }

    fn intersection(&self, other: &Self) -> i64 {
        let mut union = self.clone();
        union.merge(other);
        let shared = (self.jaccard(other) * union.cardinality() as f64).round() as i64;
        shared.min(self.cardinality()).min(other.cardinality())
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for (hash, count) in &self.hashes {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(count.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let entries = match bytes {
            [VERSION, entries @ ..] if entries.len().is_multiple_of(10) => entries,
            _ => return Err(invalid_argument("Cannot deserialize SetDigest")),
        };
        let mut digest = Self::default();
        for entry in entries.chunks_exact(10) {
            let hash = u64::from_le_bytes(entry[..8].try_into().unwrap_or_default());
            let count = u16::from_le_bytes(entry[8..].try_into().unwrap_or_default());
            digest.add_times(hash, count);
        }
        Ok(digest)
    }

    pub(crate) fn size(&self) -> usize {
        size_of_val(self) + self.hashes.len() * 2 * size_of::<(u64, u16)>()
    }
}

pub(super) fn all() -> Vec<ScalarUDF> {
    const DIGEST: Type = Type::Opaque(Opaque::SetDigest);
    vec![
        Function::named("intersection_cardinality")
            .takes(&[DIGEST, DIGEST], Type::Bigint, |rows| {
                rows.longs(|row| Ok(Some(read(rows, 0, row)?.intersection(&read(rows, 1, row)?))))
            })
            .finish(),
        Function::named("jaccard_index")
            .takes(&[DIGEST, DIGEST], Type::Double, |rows| {
                rows.doubles(|row| Ok(Some(read(rows, 0, row)?.jaccard(&read(rows, 1, row)?))))
            })
            .finish(),
        Function::named("hash_counts").takes_any("SetDigest", counted, counts).finish(),
    ]
}

fn read(rows: &Rows, argument: usize, row: usize) -> Result<SetDigest> {
    SetDigest::from_bytes(rows.opaque(argument).at(row))
}

/// `cardinality(digest)`, for the function of that name.
pub(crate) fn cardinality(rows: &Rows) -> Result<ArrayRef> {
    rows.longs(|row| Ok(Some(read(rows, 0, row)?.cardinality())))
}

fn counted(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [digest] = given else { return None };
    (Opaque::of(digest) == Some(Opaque::SetDigest))
        .then(|| (given.to_vec(), map_of(DataType::Int64, DataType::Int16)))
}

fn counts(rows: &Rows) -> Result<ArrayRef> {
    let (mut hashes, mut counts) = (Vec::new(), Vec::new());
    let mut lengths = build::Lengths::default();
    for row in 0..rows.len() {
        if rows.skips(row) {
            lengths.null();
            continue;
        }
        let digest = read(rows, 0, row)?;
        lengths.push(digest.hashes.len());
        for (hash, count) in &digest.hashes {
            hashes.push(*hash as i64);
            counts.push(i16::try_from(*count).unwrap_or(i16::MAX));
        }
    }
    let (hashes, counts) = (Int64Array::from(hashes), Int16Array::from(counts));
    build::map(rows.returns(), Arc::new(hashes), Arc::new(counts), lengths)
}

#[cfg(test)]
mod tests {
    use super::super::super::binary::xxhash64::hash;
    use super::*;

    fn of(range: std::ops::Range<i64>) -> SetDigest {
        let mut digest = SetDigest::default();
        range.for_each(|n| digest.add(hash(&n.to_le_bytes())));
        SetDigest::from_bytes(&digest.to_bytes()).unwrap()
    }

    #[test]
    fn sets_are_compared() {
        let (a, b) = (of(0..100), of(50..150));
        assert_eq!((a.cardinality(), a.intersection(&b)), (100, 50));
        assert!((a.jaccard(&b) - 1.0 / 3.0).abs() < 1e-9);
        let many = of(0..100_000);
        assert!((many.cardinality() - 100_000).abs() < 5_000);
        assert!((many.jaccard(&of(50_000..150_000)) - 1.0 / 3.0).abs() < 0.05);
    }
}
