//! Lengths, areas, distances, centres, places on lines; on the plane, in its own units.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::line_measures::{Distance, Euclidean, Length};
use geo::{Area, Centroid, Coord, Geometry, LineString, MultiPoint, Point};

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::accessors::list_column;
use super::shape::{
    GEOMETRY, Parts, SPHERICAL, at, coords, geometries, is_empty, kind, of_one, wants,
};
use super::sphere;
use crate::opaque::Opaque;

const LIST: Type = Type::Array(&Type::Opaque(Opaque::Geometry));

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("st_area")
            .takes(&[GEOMETRY], Type::Double, |rows| {
                rows.doubles(|row| Ok(Some(at(rows, 0, row)?.unsigned_area())))
            })
            .takes(&[SPHERICAL], Type::Double, sphere::area)
            .finish(),
        Function::named("st_length")
            .takes(&[GEOMETRY], Type::Double, |rows| {
                rows.doubles(|row| {
                    let shape = at(rows, 0, row)?;
                    wants("ST_Length", "LineString or MultiLineString", &shape)?;
                    let lines = Parts::of(&shape).lines;
                    Ok(Some(lines.iter().map(|line| Euclidean.length(line)).sum()))
                })
            })
            .takes(&[SPHERICAL], Type::Double, sphere::length)
            .finish(),
        Function::named("st_distance")
            .takes(&[GEOMETRY, GEOMETRY], Type::Double, |rows| {
                rows.doubles(|row| {
                    let (left, right) = (at(rows, 0, row)?, at(rows, 1, row)?);
                    let nothing = is_empty(&left) || is_empty(&right);
                    Ok((!nothing).then(|| Euclidean.distance(&left, &right)))
                })
            })
            .takes(&[SPHERICAL, SPHERICAL], Type::Double, sphere::distance)
            .finish(),
        Function::named("st_centroid")
            .takes(&[GEOMETRY], GEOMETRY, |rows| geometries(rows, |row| centre(&at(rows, 0, row)?)))
            .takes(&[SPHERICAL], SPHERICAL, |rows| {
                geometries(rows, |row| centre(&at(rows, 0, row)?))
            })
            .finish(),
        of_one("st_isclosed", Type::Boolean, |rows| {
            rows.booleans(|row| {
                let shape = at(rows, 0, row)?;
                wants("ST_IsClosed", "LineString or MultiLineString", &shape)?;
                let lines = Parts::of(&shape).lines;
                Ok(Some(!lines.is_empty() && lines.iter().all(LineString::is_closed)))
            })
        }),
        Function::named("line_locate_point")
            .takes(&[GEOMETRY, GEOMETRY], Type::Double, locate)
            .finish(),
        Function::named("line_interpolate_point")
            .takes(&[GEOMETRY, Type::Double], GEOMETRY, |rows| {
                let fractions = rows.double(1);
                geometries(rows, |row| {
                    let points = interpolated(&at(rows, 0, row)?, fractions.at(row), false)?;
                    Ok(points.and_then(|points| points.first().map(|at| Geometry::Point(*at))))
                })
            })
            .finish(),
        Function::named("line_interpolate_points")
            .takes(&[GEOMETRY, Type::Double], LIST, |rows| {
                let fractions = rows.double(1);
                list_column(rows, |row| {
                    let points = interpolated(&at(rows, 0, row)?, fractions.at(row), true)?;
                    Ok(points.map(|points| points.into_iter().map(Geometry::Point).collect()))
                })
            })
            .finish(),
    ]
}

fn centre(shape: &Geometry) -> Result<Option<Geometry>> {
    if matches!(shape, Geometry::GeometryCollection(_)) {
        return Err(invalid_argument(format!(
            "ST_Centroid only applies to Point or MultiPoint or LineString or MultiLineString or \
             Polygon or MultiPolygon. Input type is: {}",
            kind(shape)
        )));
    }
    if is_empty(shape) {
        return Ok(Some(Geometry::Point(Point::new(f64::NAN, f64::NAN))));
    }
    Ok(shape.centroid().map(Geometry::Point))
}

fn between(from: Coord, to: Coord, share: f64) -> Coord {
    Coord { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

fn gap(from: Coord, to: Coord) -> f64 {
    (to.x - from.x).hypot(to.y - from.y)
}

fn total(line: &[Coord]) -> f64 {
    line.windows(2).map(|pair| gap(pair[0], pair[1])).sum()
}

/// The point at a share of the line's length; `all` gives those at each multiple of it.
fn interpolated(shape: &Geometry, fraction: f64, all: bool) -> Result<Option<Vec<Point>>> {
    wants("line_interpolate_point", "LineString", shape)?;
    if !(0.0..=1.0).contains(&fraction) {
        return Err(invalid_argument("fraction must be between 0 and 1"));
    }
    let line = coords(shape);
    if line.is_empty() {
        return Ok(None);
    }
    let length = total(&line);
    if !all || fraction == 0.0 {
        return Ok(Some(vec![Point(along(&line, length * fraction))]));
    }
    let count = (1.0 / fraction + 1e-9).floor() as usize;
    if count > 1_000_000 {
        return Err(invalid_argument("fraction is too small"));
    }
    let place = |n: usize| Point(along(&line, length * (fraction * n as f64).min(1.0)));
    Ok(Some((1..=count).map(place).collect()))
}

fn along(line: &[Coord], mut rest: f64) -> Coord {
    for pair in line.windows(2) {
        let own = gap(pair[0], pair[1]);
        if rest <= own {
            return between(pair[0], pair[1], if own == 0.0 { 0.0 } else { rest / own });
        }
        rest -= own;
    }
    line.last().copied().unwrap_or_default()
}

/// The share of the line's length before the place nearest to a point.
fn locate(rows: &Rows) -> Result<ArrayRef> {
    rows.doubles(|row| {
        let (shape, point) = (at(rows, 0, row)?, at(rows, 1, row)?);
        wants("line_locate_point", "LineString or MultiLineString", &shape)?;
        wants("line_locate_point", "Point", &point)?;
        let (line, Some(point)) = (coords(&shape), coords(&point).first().copied()) else {
            return Ok(None);
        };
        if line.is_empty() {
            return Ok(None);
        }
        let length = total(&line);
        let (mut best, mut place, mut before) = (f64::INFINITY, 0.0, 0.0);
        for pair in line.windows(2) {
            let own = gap(pair[0], pair[1]);
            let share = nearest(pair[0], pair[1], point);
            let distance = gap(between(pair[0], pair[1], share), point);
            if distance < best {
                (best, place) = (distance, before + own * share);
            }
            before += own;
        }
        Ok(Some(if length == 0.0 { 0.0 } else { place / length }))
    })
}

/// The share of a segment at which it is nearest to a point.
pub(super) fn nearest(from: Coord, to: Coord, point: Coord) -> f64 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let square = dx * dx + dy * dy;
    if square == 0.0 {
        return 0.0;
    }
    (((point.x - from.x) * dx + (point.y - from.y) * dy) / square).clamp(0.0, 1.0)
}

/// The points of a geometry as one.
pub(super) fn as_points(shape: &Geometry) -> MultiPoint {
    MultiPoint(coords(shape).into_iter().map(Point).collect())
}
