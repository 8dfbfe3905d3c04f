//! `contains(x, element) → boolean`: NULL when absent and the array has a NULL. Also
//! `contains(network, address)` of internet addresses.

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::scalar::{Function, Rows, Type};
use super::lists::{Keys, range, with_element};
use crate::opaque::{Opaque, is_version_four, prefix};

pub(super) fn function() -> ScalarUDF {
    const NETWORK: Type = Type::Opaque(Opaque::IpPrefix);
    const ADDRESS: Type = Type::Opaque(Opaque::IpAddress);
    Function::named("contains")
        .takes_any("array(E), E", resolve, evaluate)
        .takes(&[NETWORK, ADDRESS], Type::Boolean, network)
        .takes(&[NETWORK, NETWORK], Type::Boolean, network)
        .finish()
}

fn resolve(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    with_element(given).map(|(types, _)| (types, DataType::Boolean))
}

fn evaluate(rows: &Rows) -> Result<ArrayRef> {
    let list = rows.list(0);
    let keys = Keys::of_all(&[list.values(), rows.array(1)])?;
    rows.booleans(|row| {
        let wanted = keys[1].at(rows.index(1, row));
        let range = range(list, rows.index(0, row));
        if range.clone().any(|i| keys[0].at(i) == wanted) {
            return Ok(Some(true));
        }
        let unknown = range.clone().any(|i| list.values().is_null(i));
        Ok((!unknown).then_some(false))
    })
}

/// Whether an address, or a whole network, lies in a network.
fn network(rows: &Rows) -> Result<ArrayRef> {
    let (networks, inside) = (rows.opaque(0), rows.opaque(1));
    rows.booleans(|row| {
        let (network, inside) = (networks.at(row), inside.at(row));
        let Ok(address) = <[u8; 16]>::try_from(&inside[..16]) else { return Ok(None) };
        if is_version_four(&address) != is_version_four(&network[..16])
            || inside.get(16).is_some_and(|length| *length < network[16])
        {
            return Ok(Some(false));
        }
        Ok(Some(prefix(address, network[16]).is_some_and(|own| own == network)))
    })
}
