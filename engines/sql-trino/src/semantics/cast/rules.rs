//! Which types convert to which at all, and where the engine's own cast does the same.

use aquifer_sql::SqlError;
use datafusion::error::Result;

use crate::opaque::Opaque::{BingTile, IpAddress, IpPrefix};
use crate::types::TrinoType;

/// Refuses conversions there are not.
pub(super) fn check(from: &TrinoType, to: &TrinoType) -> Result<()> {
    if converts(from, to) {
        return Ok(());
    }
    Err(SqlError::user("TYPE_MISMATCH", format!("Cannot cast {from} to {to}")).into())
}

fn converts(from: &TrinoType, to: &TrinoType) -> bool {
    use TrinoType::*;
    let number = |t: &TrinoType| {
        matches!(t, TinyInt | SmallInt | Integer | BigInt | Real | Double | Decimal(..))
    };
    let text = |t: &TrinoType| matches!(t, Varchar(_) | Char(_));
    let scalar = |t: &TrinoType| number(t) || text(t) || matches!(t, Boolean);
    let time = |t: &TrinoType| matches!(t, Date | Time(_) | Timestamp(..));
    match (from, to) {
        (Unknown, _) => true,
        _ if from == to => true,
        (Json, Array(_) | Map(..) | Row(_) | Date | Timestamp(_, false)) => true,
        (Json, to) => scalar(to) || *to == Json,
        (Date | Timestamp(..), Json) => true,
        (Array(item), Json) => converts(item, &Json),
        (Map(key, value), Json) => scalar(key) && converts(value, &Json),
        (Row(fields), Json) => fields.iter().all(|(_, t)| converts(t, &Json)),
        (Opaque(from), Json) => from.has_text(),
        (from, Json) => scalar(from),
        _ if scalar(from) && scalar(to) => true,
        (Date, Timestamp(..)) | (Timestamp(..), Date | Timestamp(..) | Time(_)) => true,
        (Time(_), Time(_) | Timestamp(..)) => true,
        (Array(a), Array(b)) => converts(a, b),
        (Map(ka, va), Map(kb, vb)) => converts(ka, kb) && converts(va, vb),
        (Row(a), Row(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| converts(&a.1, &b.1))
        }
        (Opaque(from), to) if text(to) => from.has_text(),
        (from, Opaque(to)) if text(from) => to.has_text(),
        (Opaque(from), Varbinary) => from.is_bytes(),
        (Varbinary, Opaque(to)) => to.is_bytes(),
        (Opaque(IpAddress), Opaque(IpPrefix)) | (Opaque(IpPrefix), Opaque(IpAddress)) => true,
        (Opaque(BingTile), BigInt) | (BigInt, Opaque(BingTile)) => true,
        _ if text(from) => time(to) || matches!(to, Varbinary),
        _ if text(to) => time(from) || matches!(from, IntervalDayTime | IntervalYearMonth),
        (IntervalDayTime, IntervalDayTime) | (IntervalYearMonth, IntervalYearMonth) => true,
        _ => false,
    }
}

/// Whether the engine's cast gives the same values and fails never: widenings.
pub(super) fn engine_agrees(from: &TrinoType, to: &TrinoType) -> bool {
    use TrinoType::*;
    let width = |t: &TrinoType| match t {
        TinyInt => Some(1),
        SmallInt => Some(2),
        Integer => Some(4),
        BigInt => Some(8),
        _ => None,
    };
    match (from, to) {
        (Varchar(_), Varchar(None)) => true,
        (Real, Double) | (Date, Timestamp(3.., false)) => true,
        (TinyInt | SmallInt | Integer | BigInt, Double) => true,
        _ => match (width(from), width(to)) {
            (Some(from), Some(to)) => from < to,
            _ => false,
        },
    }
}
