//! `from_encoded_polyline(varchar) → Geometry`, `to_encoded_polyline(Geometry) → varchar`: Google's
//! encoding of lines in five decimal digits.
//!
//! <https://developers.google.com/maps/documentation/utilities/polylinealgorithm>

use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::{Coord, Geometry, LineString};

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Type};
use super::shape::{GEOMETRY, at, coords, geometries, wants};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("from_encoded_polyline")
            .takes(&[Type::Varchar], GEOMETRY, |rows| {
                let texts = rows.text(0);
                geometries(rows, |row| {
                    let line = decode(texts.at(row))?;
                    Ok(Some(Geometry::LineString(LineString(line))))
                })
            })
            .finish(),
        Function::named("to_encoded_polyline")
            .takes(&[GEOMETRY], Type::Varchar, |rows| {
                rows.varchars(|row| {
                    let shape = at(rows, 0, row)?;
                    wants("to_encoded_polyline", "LineString or MultiPoint", &shape)?;
                    Ok(Some(encode(&coords(&shape))))
                })
            })
            .finish(),
    ]
}

fn encode(line: &[Coord]) -> String {
    let mut out = String::new();
    let (mut latitude, mut longitude) = (0, 0);
    for at in line {
        let (y, x) = ((at.y * 1e5).round() as i64, (at.x * 1e5).round() as i64);
        for difference in [y - latitude, x - longitude] {
            let mut rest = (difference << 1) ^ (difference >> 63);
            while rest >= 0x20 {
                out.push(char::from((0x20 | (rest & 0x1f)) as u8 + 63));
                rest >>= 5;
            }
            out.push(char::from(rest as u8 + 63));
        }
        (latitude, longitude) = (y, x);
    }
    out
}

fn decode(text: &str) -> Result<Vec<Coord>> {
    let refused = || invalid_argument(format!("Invalid encoded polyline: {text}"));
    let mut bytes = text.bytes();
    let mut number = || -> Result<Option<i64>> {
        let (mut value, mut shift) = (0_i64, 0);
        loop {
            let Some(byte) = bytes.next() else {
                return if shift == 0 { Ok(None) } else { Err(refused()) };
            };
            let part = i64::from(byte.checked_sub(63).ok_or_else(refused)?);
            value |= (part & 0x1f) << shift;
            shift += 5;
            if shift > 60 {
                return Err(refused());
            }
            if part < 0x20 {
                return Ok(Some((value >> 1) ^ -(value & 1)));
            }
        }
    };
    let (mut y, mut x) = (0, 0);
    let mut line = Vec::new();
    while let Some(up) = number()? {
        y += up;
        x += number()?.ok_or_else(refused)?;
        line.push(Coord { x: x as f64 / 1e5, y: y as f64 / 1e5 });
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example() {
        let text = "_p~iF~ps|U_ulLnnqC_mqNvxq`@";
        let line = decode(text).unwrap();
        assert_eq!(line[0], Coord { x: -120.2, y: 38.5 });
        assert_eq!(encode(&line), text);
        assert!(decode("_").is_err());
    }
}
