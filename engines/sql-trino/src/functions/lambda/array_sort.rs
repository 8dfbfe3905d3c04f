//! `array_sort(array(T)) → array(T)`: ascending, NULLs last.
//! `array_sort(array(T), function(T, T, integer)) → array(T)`: by a comparison that answers -1, 0
//! or 1.
//!
//! One function for both, because a name is either a plain function or one over lambdas.

use std::cmp::Ordering;
use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::HigherOrderUDF;

use super::super::array::lists::{Keys, Picks, element, one, range};
use super::super::error::invalid_argument;
use super::call::{Call, HigherOrder, settled};

/// Every pair of an array is compared in one go, so its length is bounded.
const LENGTH_MAX: usize = 2_000;

pub(super) fn function() -> HigherOrderUDF {
    HigherOrder {
        name: "array_sort",
        shown: "array(T)[, function(T, T, integer)]",
        lambdas: 1,
        values: |given| one(given).map(|(types, _)| types),
        parameters: |values, _| {
            vec![element(&values[0]).map(|element| vec![element.clone(), element])]
        },
        returns: |values, lambdas| {
            lambdas.iter().all(DataType::is_integer).then(|| values[0].clone())
        },
        settle: settled,
        evaluate,
    }
    .finish()
}

fn evaluate(call: &Call) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let keys = if call.lambdas.is_empty() { Some(Keys::of(list.values())?) } else { None };
    let mut picks = Picks::default();
    for row in 0..list.len() {
        if list.is_null(row) {
            picks.null_row();
            continue;
        }
        let range = range(list, row);
        let mut order: Vec<usize> = range.clone().collect();
        match &keys {
            Some(keys) => order.sort_by(|l, r| keys.at(*l).cmp(&keys.at(*r))),
            None => {
                let compared = compare(call, list.values(), row, &range)?;
                order = sorted(&order, &|l, r| compared.order(l - range.start, r - range.start));
            }
        }
        order.into_iter().for_each(|place| picks.pick(0, place));
        picks.end_row();
    }
    picks.finish(&[list.values()])
}

/// What the lambda said of each pair, the earlier element first.
struct Compared {
    length: usize,
    signs: Vec<Ordering>,
}

impl Compared {
    fn order(&self, left: usize, right: usize) -> Ordering {
        let at = |low: usize, high: usize| {
            // Pairs of the first element come first, then of the second …
            self.signs[low * (2 * self.length - low - 1) / 2 + high - low - 1]
        };
        match left.cmp(&right) {
            Ordering::Less => at(left, right),
            Ordering::Equal => Ordering::Equal,
            Ordering::Greater => at(right, left).reverse(),
        }
    }
}

fn compare(call: &Call, values: &ArrayRef, row: usize, range: &Range<usize>) -> Result<Compared> {
    if range.len() > LENGTH_MAX {
        return Err(invalid_argument(format!(
            "array_sort with a comparator takes at most {LENGTH_MAX} elements"
        )));
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let narrow = |n: usize| {
        u32::try_from(n).map_err(|_| exec_datafusion_err!("a batch has too many elements"))
    };
    for low in range.clone() {
        for high in low + 1..range.end {
            left.push(narrow(low)?);
            right.push(narrow(high)?);
        }
    }
    let rows = UInt32Array::from(vec![narrow(row)?; left.len()]);
    let parameters = [
        take(values, &UInt32Array::from(left), None)?,
        take(values, &UInt32Array::from(right), None)?,
    ];
    let answers = cast(&call.run(0, &parameters, &rows)?, &DataType::Int64)?;
    let signs: Result<Vec<Ordering>> = answers
        .as_primitive::<Int64Type>()
        .iter()
        .map(|answer| match answer {
            Some(-1) => Ok(Ordering::Less),
            Some(0) => Ok(Ordering::Equal),
            Some(1) => Ok(Ordering::Greater),
            _ => Err(invalid_argument("Lambda comparator must return either -1, 0, or 1")),
        })
        .collect();
    Ok(Compared { length: range.len(), signs: signs? })
}

/// A merge sort of our own: the library's may refuse a comparison that contradicts itself, and
/// the lambda is the user's.
fn sorted(items: &[usize], order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    if items.len() <= 1 {
        return items.to_vec();
    }
    let (left, right) = items.split_at(items.len() / 2);
    let (left, right) = (sorted(left, order), sorted(right, order));
    let (mut l, mut r) = (left.iter().peekable(), right.iter().peekable());
    let mut merged = Vec::with_capacity(items.len());
    while let (Some(a), Some(b)) = (l.peek(), r.peek()) {
        let next = if order(**a, **b) == Ordering::Greater { r.next() } else { l.next() };
        merged.extend(next);
    }
    merged.extend(l);
    merged.extend(r);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_and_contradictions_end() {
        // Elements 3, 1, 2: the pairs (0,1), (0,2), (1,2).
        let signs = vec![Ordering::Greater, Ordering::Greater, Ordering::Less];
        let compared = Compared { length: 3, signs };
        assert_eq!(sorted(&[0, 1, 2], &|l, r| compared.order(l, r)), [1, 2, 0]);
        assert_eq!(sorted(&[0, 1, 2], &|_, _| Ordering::Greater).len(), 3);
    }
}
