//! Distances, lengths and areas on the sphere, in metres; `great_circle_distance` in kilometres.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::{Coord, Geometry};

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::shape::{Parts, at, coords, is_empty, wants};

const RADIUS_KM: f64 = 6371.01;
const RADIUS_M: f64 = RADIUS_KM * 1000.0;

pub(super) fn great_circle_distance() -> ScalarUDF {
    Function::named("great_circle_distance")
        .takes(&[Type::Double; 4], Type::Double, |rows| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|argument| rows.double(argument));
            rows.doubles(|row| {
                check(a.at(row), b.at(row))?;
                check(c.at(row), d.at(row))?;
                let (from, to) =
                    (Coord { x: b.at(row), y: a.at(row) }, Coord { x: d.at(row), y: c.at(row) });
                Ok(Some(angle(from, to) * RADIUS_KM))
            })
        })
        .finish()
}

/// Refuses what is no latitude or longitude.
pub(super) fn check(latitude: f64, longitude: f64) -> Result<()> {
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(invalid_argument("Latitude must be between -90 and 90"));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(invalid_argument("Longitude must be between -180 and 180"));
    }
    Ok(())
}

/// The angle between two places, exact also for near and for opposite ones.
fn angle(from: Coord, to: Coord) -> f64 {
    let (lat1, lat2) = (from.y.to_radians(), to.y.to_radians());
    let (sin, cos) = (from.x - to.x).to_radians().sin_cos();
    let across = lat2.cos() * sin;
    let up = lat1.cos() * lat2.sin() - lat1.sin() * lat2.cos() * cos;
    let along = lat1.sin() * lat2.sin() + lat1.cos() * lat2.cos() * cos;
    across.hypot(up).atan2(along)
}

pub(super) fn distance(rows: &Rows) -> Result<ArrayRef> {
    rows.doubles(|row| {
        let (left, right) = (at(rows, 0, row)?, at(rows, 1, row)?);
        wants("ST_Distance", "Point", &left)?;
        wants("ST_Distance", "Point", &right)?;
        let ends = coords(&left).first().copied().zip(coords(&right).first().copied());
        Ok(ends.map(|(from, to)| angle(from, to) * RADIUS_M))
    })
}

pub(super) fn length(rows: &Rows) -> Result<ArrayRef> {
    rows.doubles(|row| {
        let shape = at(rows, 0, row)?;
        wants("ST_Length", "LineString or MultiLineString", &shape)?;
        if is_empty(&shape) {
            return Ok(None);
        }
        let lines = Parts::of(&shape).lines;
        let pairs = lines.iter().flat_map(|line| line.0.windows(2));
        Ok(Some(pairs.map(|pair| angle(pair[0], pair[1]) * RADIUS_M).sum()))
    })
}

pub(super) fn area(rows: &Rows) -> Result<ArrayRef> {
    rows.doubles(|row| {
        let shape = at(rows, 0, row)?;
        wants("ST_Area", "Polygon or MultiPolygon", &shape)?;
        if is_empty(&shape) {
            return Ok(None);
        }
        Ok(Some(area_of(&shape)))
    })
}

fn area_of(shape: &Geometry) -> f64 {
    let polygons = Parts::of(shape).polygons;
    let excess = polygons.iter().map(|polygon| {
        let holes: f64 = polygon.interiors().iter().map(|ring| ring_excess(&ring.0)).sum();
        ring_excess(&polygon.exterior().0) - holes
    });
    excess.sum::<f64>() * RADIUS_M * RADIUS_M
}

/// The spherical excess of a ring: the sum of its edges' with the pole, made whole where the ring
/// runs around the pole.
fn ring_excess(ring: &[Coord]) -> f64 {
    let mut sum = 0.0;
    let mut turned = 0.0;
    for pair in ring.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let mut turn = (to.x - from.x).to_radians();
        if turn > std::f64::consts::PI {
            turn -= 2.0 * std::f64::consts::PI;
        } else if turn < -std::f64::consts::PI {
            turn += 2.0 * std::f64::consts::PI;
        }
        turned += turn;
        let (a, b) = ((from.y.to_radians() / 2.0).tan(), (to.y.to_radians() / 2.0).tan());
        sum += 2.0 * ((turn / 2.0).tan() * (a + b)).atan2(1.0 + a * b);
    }
    if turned.abs() > std::f64::consts::PI {
        sum = 2.0 * std::f64::consts::PI - sum.abs();
    }
    sum.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_distances() {
        let (paris, new_york) = (Coord { x: 2.35, y: 48.86 }, Coord { x: -74.0, y: 40.71 });
        let kilometres = angle(paris, new_york) * RADIUS_KM;
        assert!((kilometres - 5835.0).abs() < 10.0, "{kilometres}");
        // An eighth of the sphere.
        let octant =
            [(0.0, 0.0), (90.0, 0.0), (0.0, 90.0), (0.0, 0.0)].map(|(x, y)| Coord { x, y });
        assert!((ring_excess(&octant) - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
    }
}
