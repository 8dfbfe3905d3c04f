//! `skewness(x) → double` and `kurtosis(x) → double` (excess), by central moments that merge.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};

use super::declared::{Aggregate, MakeAccumulator};

pub(super) fn skewness() -> AggregateUDF {
    declare("skewness", |_, _| Ok(Box::new(Moments { kurtosis: false, ..Moments::default() })))
}

pub(super) fn kurtosis() -> AggregateUDF {
    declare("kurtosis", |_, _| Ok(Box::new(Moments { kurtosis: true, ..Moments::default() })))
}

fn declare(name: &'static str, accumulator: MakeAccumulator) -> AggregateUDF {
    Aggregate {
        name,
        shown: "double",
        resolve: |given| match given {
            [x] if x.is_numeric() || x.is_null() => {
                Some((vec![DataType::Float64], DataType::Float64))
            }
            _ => None,
        },
        state: |_| vec![DataType::Float64; 5],
        accumulator,
    }
    .finish()
}

#[derive(Debug, Default)]
struct Moments {
    kurtosis: bool,
    /// Count, mean, and the sums of second, third and fourth powers of distances from the mean.
    sums: [f64; 5],
}

/// The moments of two samples together.
fn merged(a: [f64; 5], b: [f64; 5]) -> [f64; 5] {
    let ([na, ma, a2, a3, a4], [nb, mb, b2, b3, b4]) = (a, b);
    if na == 0.0 {
        return b;
    }
    let n = na + nb;
    let delta = mb - ma;
    let mean = ma + delta * nb / n;
    let second = a2 + b2 + delta.powi(2) * na * nb / n;
    let third = a3
        + b3
        + delta.powi(3) * na * nb * (na - nb) / n.powi(2)
        + 3.0 * delta * (na * b2 - nb * a2) / n;
    let fourth = a4
        + b4
        + delta.powi(4) * na * nb * (na * na - na * nb + nb * nb) / n.powi(3)
        + 6.0 * delta.powi(2) * (na * na * b2 + nb * nb * a2) / n.powi(2)
        + 4.0 * delta * (na * b3 - nb * a3) / n;
    [n, mean, second, third, fourth]
}

impl Accumulator for Moments {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        for x in columns[0].as_primitive::<Float64Type>().iter().flatten() {
            self.sums = merged(self.sums, [1.0, x, 0.0, 0.0, 0.0]);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let [n, _, m2, m3, m4] = self.sums;
        Ok(ScalarValue::Float64(if self.kurtosis {
            (n > 3.0).then(|| {
                let variance = m2 / (n - 1.0);
                n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) * m4 / variance.powi(2)
                    - 3.0 * (n - 1.0).powi(2) / ((n - 2.0) * (n - 3.0))
            })
        } else {
            (n > 2.0).then(|| n.sqrt() * m3 / m2.powf(1.5))
        }))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(self.sums.iter().map(|sum| ScalarValue::from(*sum)).collect())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let columns: Vec<_> =
            states.iter().map(|column| column.as_primitive::<Float64Type>()).collect();
        for row in 0..columns[0].len() {
            let mut sums = [0.0; 5];
            sums.iter_mut().zip(&columns).for_each(|(sum, column)| *sum = column.value(row));
            if sums[0] > 0.0 {
                self.sums = merged(self.sums, sums);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_parts_is_as_good_as_one_pass() {
        let one = |x: &f64| [1.0, *x, 0.0, 0.0, 0.0];
        let xs = [1.0, 2.0, 3.5, 9.0, -4.0];
        let whole = xs.iter().map(one).fold([0.0; 5], merged);
        let parts = merged(
            xs[..2].iter().map(one).fold([0.0; 5], merged),
            xs[2..].iter().map(one).fold([0.0; 5], merged),
        );
        for (a, b) in whole.iter().zip(parts) {
            assert!((a - b).abs() < 1e-9, "{whole:?} {parts:?}");
        }
        let mean: f64 = 11.5 / 5.0;
        let fourth: f64 = xs.iter().map(|x| (x - mean).powi(4)).sum();
        assert!((whole[4] - fourth).abs() < 1e-6);
    }
}
