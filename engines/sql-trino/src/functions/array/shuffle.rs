//! `shuffle(array(E)) → array(E)`: the elements in an order drawn for each row. Rewriting adds the
//! random number that the order is made of.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, list_of};
use super::lists::{element, rebuild};

pub(super) fn function() -> ScalarUDF {
    Function::named("shuffle").takes_any("array(E)", resolve, evaluate).finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list, DataType::Float64] = given else { return None };
    let list = list_of(element(list)?);
    Some((vec![list.clone(), DataType::Float64], list))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let seeds = rows.double(1);
    rebuild(rows, |row, range, picks| {
        let mut state = seeds.at(row).to_bits();
        let mut order: Vec<usize> = range.collect();
        for last in (1..order.len()).rev() {
            order.swap(last, (next(&mut state) % (last as u64 + 1)) as usize);
        }
        order.into_iter().for_each(|i| picks.pick(0, i));
        Ok(())
    })
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
