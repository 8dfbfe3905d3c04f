//! Quantiles: values as they are up to a thousand, a digest of them beyond. Both the dialect's
//! digests, quantile digest and t-digest, are held so. The bytes are of our own making.

use datafusion::common::Result;
use datafusion_functions_aggregate_common::tdigest::{Centroid, TDigest};

use super::super::error::invalid_argument;

const VERSION: u8 = 1;
/// Values kept as they are.
const EXACT_MAX: usize = 1_000;
/// Centroids of the digest: about one part in a thousand of error in the middle.
const CENTROIDS: usize = 1_000;

#[derive(Debug, Clone, Default)]
pub(crate) struct Quantiles {
    /// Values and their weights.
    exact: Vec<(f64, f64)>,
    digest: Option<TDigest>,
}

impl Quantiles {
    pub(crate) fn add(&mut self, value: f64, weight: f64) {
        self.exact.push((value, weight));
        if self.exact.len() > EXACT_MAX {
            self.condense();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.digest.is_none()
    }

    /// Moves the values into the digest.
    fn condense(&mut self) {
        let mut all: Vec<TDigest> = self.digest.take().into_iter().collect();
        let single = |(value, weight): (f64, f64)| {
            TDigest::new_with_centroid(CENTROIDS, Centroid::new(value, weight))
        };
        all.extend(std::mem::take(&mut self.exact).into_iter().map(single));
        self.digest = Some(TDigest::merge_digests(&all));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.exact.into_iter().for_each(|(value, weight)| self.add(value, weight));
        if let Some(other) = other.digest {
            let mut all: Vec<TDigest> = self.digest.take().into_iter().collect();
            all.push(other);
            self.digest = Some(TDigest::merge_digests(&all));
        }
    }

    /// Everything in one form: sorted values, or a digest of all.
    pub(crate) fn settle(&mut self) {
        if self.digest.is_some() && !self.exact.is_empty() {
            self.condense();
        }
        self.exact.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// The value below which a share of the weight lies. To be settled first.
    pub(crate) fn value_at(&self, quantile: f64) -> Option<f64> {
        if let Some(digest) = &self.digest {
            return Some(digest.estimate_quantile(quantile));
        }
        let total: f64 = self.exact.iter().map(|(_, weight)| weight).sum();
        let mut below = 0.0;
        let reached = self.exact.iter().find(|(_, weight)| {
            below += weight;
            below >= quantile * total
        });
        reached.or(self.exact.last()).map(|(value, _)| *value)
    }

    /// The share of the weight below a value. To be settled first.
    pub(crate) fn share_below(&self, value: f64) -> Option<f64> {
        if self.is_empty() {
            return None;
        }
        let points: Vec<(f64, f64)> = match &self.digest {
            Some(digest) => digest.centroids().iter().map(|c| (c.mean(), c.weight())).collect(),
            None => self.exact.clone(),
        };
        let total: f64 = points.iter().map(|(_, weight)| weight).sum();
        let below: f64 = points.iter().filter(|(at, _)| *at <= value).map(|(_, w)| w).sum();
        Some(below / total)
    }

    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        self.settle();
        let mut numbers = Vec::new();
        match &self.digest {
            Some(digest) => {
                numbers.extend([digest.min(), digest.max(), digest.sum(), digest.count()]);
                let centroids = digest.centroids().iter();
                numbers.extend(centroids.flat_map(|c| [c.mean(), c.weight()]));
            }
            None => numbers.extend(self.exact.iter().flat_map(|(v, w)| [*v, *w])),
        }
        let mut bytes = vec![VERSION, u8::from(self.digest.is_some())];
        bytes.extend(numbers.iter().flat_map(|number: &f64| number.to_le_bytes()));
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refused = || invalid_argument("Cannot deserialize the digest");
        let (digested, rest) = match bytes {
            [VERSION, digested @ 0..=1, rest @ ..] if rest.len().is_multiple_of(8) => {
                (*digested == 1, rest)
            }
            _ => return Err(refused()),
        };
        let numbers: Vec<f64> = rest
            .chunks_exact(8)
            .map(|chunk| f64::from_le_bytes(chunk.try_into().unwrap_or_default()))
            .collect();
        if !digested {
            let exact = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            return Ok(Self { exact, digest: None });
        }
        let [min, max, sum, count, centroids @ ..] = numbers.as_slice() else {
            return Err(refused());
        };
        let centroids = centroids.chunks_exact(2).map(|c| Centroid::new(c[0], c[1])).collect();
        let digest = TDigest::try_from_parts(CENTROIDS, *sum, *count, *max, *min, centroids)?;
        Ok(Self { exact: vec![], digest: Some(digest) })
    }

    pub(crate) fn size(&self) -> usize {
        let digest = self.digest.as_ref().map_or(0, TDigest::size);
        size_of_val(self) + self.exact.capacity() * size_of::<(f64, f64)>() + digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_survive_their_bytes() {
        let mut few = Quantiles::default();
        [5.0, 1.0, 3.0].into_iter().for_each(|value| few.add(value, 1.0));
        let back = Quantiles::from_bytes(&few.bytes()).unwrap();
        assert_eq!((back.value_at(0.5), back.value_at(1.0)), (Some(3.0), Some(5.0)));
        let mut many = Quantiles::default();
        (0..10_000).for_each(|value| many.add(f64::from(value), 1.0));
        let back = Quantiles::from_bytes(&many.bytes()).unwrap();
        assert!((back.value_at(0.5).unwrap() - 5_000.0).abs() < 50.0);
        assert!((back.share_below(2_500.0).unwrap() - 0.25).abs() < 0.01);
    }
}
