//! Geometries made of two or more: intersection, union, differences, hulls, buffers, and how valid
//! and simple they are.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{
    BooleanOps, Buffer, ConvexHull, Geometry, Intersects, Line, LineString, MultiLineString,
    MultiPolygon, Point, Polygon, Simplify, Validation,
};

use super::super::array::lists::range;
use super::super::error::invalid_argument;
use super::super::scalar::{Evaluate, Function, Rows, Type};
use super::shape::{
    GEOMETRY, Parts, at, coords, decode, empty_like, geometries, is_empty, nothing, of_one, of_two,
    wants,
};
use crate::opaque::{Opaque, bytes};

const LIST: Type = Type::Array(&Type::Opaque(Opaque::Geometry));

pub(super) fn all() -> Vec<ScalarUDF> {
    let overlay = |name, evaluate: Evaluate| of_two(name, GEOMETRY, evaluate);
    vec![
        overlay("st_intersection", |rows| both(rows, intersection)),
        overlay("st_union", |rows| both(rows, |a, b| union(a.clone(), b))),
        overlay("st_difference", |rows| both(rows, difference)),
        overlay("st_symdifference", |rows| {
            both(rows, |a, b| union(difference(a, b), &difference(b, a)))
        }),
        Function::named("geometry_union")
            .takes(&[LIST], GEOMETRY, |rows| {
                let list = rows.list(0);
                let inside = list.values().as_struct();
                geometries(rows, |row| {
                    let mut all = None;
                    for i in range(list, rows.index(0, row)).filter(|i| inside.is_valid(*i)) {
                        let next = Parts::of(&decode(bytes(inside.column(0), i))?);
                        all = Some(match all {
                            None => next,
                            Some(all) => union(all, &next),
                        });
                    }
                    Ok(all.map(|all| all.join(nothing())))
                })
            })
            .finish(),
        of_one("st_convexhull", GEOMETRY, |rows| {
            geometries(rows, |row| Ok(Some(hull(&at(rows, 0, row)?))))
        }),
        Function::named("st_buffer")
            .takes(&[GEOMETRY, Type::Double], GEOMETRY, |rows| {
                let distances = rows.double(1);
                geometries(rows, |row| {
                    let (shape, distance) = (at(rows, 0, row)?, distances.at(row));
                    if distance.is_nan() {
                        return Err(invalid_argument("distance is NaN"));
                    }
                    if distance < 0.0 {
                        return Err(invalid_argument("distance is negative"));
                    }
                    if distance == 0.0 {
                        return Ok(Some(shape));
                    }
                    if is_empty(&shape) {
                        return Ok(None);
                    }
                    let polygons = shape.buffer(distance).0;
                    Ok(Some(Parts { polygons, ..Parts::default() }.join(nothing())))
                })
            })
            .finish(),
        Function::named("simplify_geometry")
            .takes(&[GEOMETRY, Type::Double], GEOMETRY, |rows| {
                let tolerances = rows.double(1);
                geometries(rows, |row| {
                    let (shape, tolerance) = (at(rows, 0, row)?, tolerances.at(row));
                    if tolerance < 0.0 || tolerance.is_nan() {
                        return Err(invalid_argument("distanceTolerance is negative"));
                    }
                    Ok(Some(simplified(shape, tolerance)))
                })
            })
            .finish(),
        of_one("st_isvalid", Type::Boolean, |rows| {
            rows.booleans(|row| {
                let shape = at(rows, 0, row)?;
                Ok(Some(is_empty(&shape) || shape.is_valid()))
            })
        }),
        of_one("geometry_invalid_reason", Type::Varchar, |rows| {
            rows.varchars(|row| {
                let shape = at(rows, 0, row)?;
                if is_empty(&shape) {
                    return Ok(None);
                }
                Ok(shape.check_validation().err().map(|error| error.to_string()))
            })
        }),
        of_one("st_issimple", Type::Boolean, |rows| {
            rows.booleans(|row| Ok(Some(is_simple(&at(rows, 0, row)?))))
        }),
        of_one("st_isring", Type::Boolean, |rows| {
            rows.booleans(|row| {
                let shape = at(rows, 0, row)?;
                wants("ST_IsRing", "LineString", &shape)?;
                let line = LineString(coords(&shape));
                Ok(Some(line.0.len() > 3 && line.is_closed() && is_simple(&shape)))
            })
        }),
        Function::named("geometry_nearest_points")
            .takes(&[GEOMETRY, GEOMETRY], LIST, near)
            .finish(),
    ]
}

fn both(rows: &Rows, rule: fn(&Parts, &Parts) -> Parts) -> Result<ArrayRef> {
    geometries(rows, |row| {
        let (left, right) = (at(rows, 0, row)?, at(rows, 1, row)?);
        let made = rule(&Parts::of(&left), &Parts::of(&right));
        Ok(Some(made.join(empty_like(&left))))
    })
}

fn area(parts: &Parts) -> MultiPolygon {
    MultiPolygon(parts.polygons.clone())
}

fn segments(line: &LineString) -> impl Iterator<Item = Line> + '_ {
    line.lines()
}

/// Lines inside polygons, or outside of them.
fn clipped(lines: &[LineString], by: &MultiPolygon, outside: bool) -> Vec<LineString> {
    if lines.is_empty() || by.0.is_empty() {
        return if outside { lines.to_vec() } else { vec![] };
    }
    by.clip(&MultiLineString(lines.to_vec()), outside).0
}

/// What segments have in common: points where they cross, pieces where they lie on each other.
fn crossings(left: &[LineString], right: &[LineString]) -> (Vec<Point>, Vec<LineString>) {
    let (mut points, mut pieces) = (Vec::new(), Vec::new());
    for (a, b) in left
        .iter()
        .flat_map(segments)
        .flat_map(|a| right.iter().flat_map(segments).map(move |b| (a, b)))
    {
        match line_intersection(a, b) {
            Some(LineIntersection::SinglePoint { intersection, .. }) => {
                let point = Point(intersection);
                if !points.contains(&point) {
                    points.push(point);
                }
            }
            Some(LineIntersection::Collinear { intersection }) => {
                pieces.push(LineString(vec![intersection.start, intersection.end]));
            }
            None => {}
        }
    }
    let joined = joined(pieces);
    points.retain(|point| !joined.iter().any(|line| line.intersects(point)));
    (points, joined)
}

/// Pieces that follow each other as one line.
fn joined(pieces: Vec<LineString>) -> Vec<LineString> {
    let mut lines: Vec<LineString> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| piece.0.first() != piece.0.last()) {
        match lines.last_mut() {
            Some(line) if line.0.last() == piece.0.first() => {
                line.0.extend(piece.0.into_iter().skip(1));
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// What is left of lines where others lie on them.
fn without(lines: &[LineString], others: &[LineString]) -> Vec<LineString> {
    let mut left = Vec::new();
    for line in lines {
        let mut pieces = Vec::new();
        for segment in segments(line) {
            let mut shares: Vec<(f64, f64)> = vec![(0.0, 1.0)];
            for other in others.iter().flat_map(segments) {
                if let Some(LineIntersection::Collinear { intersection }) =
                    line_intersection(segment, other)
                {
                    let a = share(segment, intersection.start);
                    let b = share(segment, intersection.end);
                    let (from, to) = (a.min(b), a.max(b));
                    shares = shares
                        .into_iter()
                        .flat_map(|(start, end)| [(start, end.min(from)), (start.max(to), end)])
                        .filter(|(start, end)| start < end)
                        .collect();
                }
            }
            for (start, end) in shares {
                let at = |share: f64| geo::Coord {
                    x: segment.start.x + segment.dx() * share,
                    y: segment.start.y + segment.dy() * share,
                };
                pieces.push(LineString(vec![at(start), at(end)]));
            }
        }
        left.extend(joined(pieces));
    }
    left
}

fn share(segment: Line, at: geo::Coord) -> f64 {
    if segment.dx().abs() >= segment.dy().abs() {
        (at.x - segment.start.x) / segment.dx()
    } else {
        (at.y - segment.start.y) / segment.dy()
    }
}

fn covers(parts: &Parts, point: &Point) -> bool {
    parts.points.contains(point)
        || parts.lines.iter().any(|line| line.intersects(point))
        || parts.polygons.iter().any(|polygon| polygon.intersects(point))
}

fn intersection(left: &Parts, right: &Parts) -> Parts {
    let polygons = match left.polygons.is_empty() || right.polygons.is_empty() {
        true => vec![],
        false => area(left).intersection(&area(right)).0,
    };
    let mut lines = clipped(&left.lines, &area(right), false);
    lines.extend(clipped(&right.lines, &area(left), false));
    let (mut points, pieces) = crossings(&left.lines, &right.lines);
    lines.extend(pieces);
    for (own, other) in [(left, right), (right, left)] {
        for point in &own.points {
            if covers(other, point) && !points.contains(point) {
                points.push(*point);
            }
        }
    }
    // Polygons that only touch have a line or a point in common.
    if polygons.is_empty() && !left.polygons.is_empty() && !right.polygons.is_empty() {
        let (met, shared) = crossings(&outlines(left), &outlines(right));
        points.extend(met);
        lines.extend(shared);
    }
    Parts { points, lines, polygons }
}

fn outlines(parts: &Parts) -> Vec<LineString> {
    let rings = |polygon: &Polygon| {
        std::iter::once(polygon.exterior().clone())
            .chain(polygon.interiors().iter().cloned())
            .collect::<Vec<_>>()
    };
    parts.polygons.iter().flat_map(rings).collect()
}

fn difference(left: &Parts, right: &Parts) -> Parts {
    let polygons = match right.polygons.is_empty() || left.polygons.is_empty() {
        true => left.polygons.clone(),
        false => area(left).difference(&area(right)).0,
    };
    let lines = without(&clipped(&left.lines, &area(right), true), &right.lines);
    let points = left.points.iter().filter(|point| !covers(right, point)).copied().collect();
    Parts { points, lines, polygons }
}

pub(super) fn union(left: Parts, right: &Parts) -> Parts {
    let polygons = match (left.polygons.is_empty(), right.polygons.is_empty()) {
        (_, true) => left.polygons.clone(),
        (true, _) => right.polygons.clone(),
        _ => area(&left).union(&area(right)).0,
    };
    let all = MultiPolygon(polygons.clone());
    let mut lines = clipped(&left.lines, &all, true);
    lines.extend(without(&clipped(&right.lines, &all, true), &left.lines));
    let solid = Parts { points: vec![], lines: lines.clone(), polygons: polygons.clone() };
    let mut points: Vec<Point> = Vec::new();
    for point in left.points.iter().chain(&right.points) {
        if !covers(&solid, point) && !points.contains(point) {
            points.push(*point);
        }
    }
    Parts { points, lines, polygons }
}

/// The smallest convex geometry around another.
pub(super) fn hull(shape: &Geometry) -> Geometry {
    if is_empty(shape) {
        return empty_like(shape);
    }
    let polygon = super::measures::as_points(shape).convex_hull();
    let mut corners = polygon.exterior().0.clone();
    corners.dedup();
    match corners.as_slice() {
        [single] => Geometry::Point(Point(*single)),
        [first, second] | [first, second, _] => {
            Geometry::LineString(LineString(vec![*first, *second]))
        }
        _ => Geometry::Polygon(polygon),
    }
}

fn simplified(shape: Geometry, tolerance: f64) -> Geometry {
    match shape {
        Geometry::LineString(line) => Geometry::LineString(line.simplify(tolerance)),
        Geometry::MultiLineString(lines) => Geometry::MultiLineString(lines.simplify(tolerance)),
        Geometry::Polygon(polygon) => Geometry::Polygon(polygon.simplify(tolerance)),
        Geometry::MultiPolygon(all) => Geometry::MultiPolygon(all.simplify(tolerance)),
        other => other,
    }
}

/// Whether no line crosses or touches itself, and no point is there twice.
fn is_simple(shape: &Geometry) -> bool {
    let parts = Parts::of(shape);
    let distinct = parts.points.iter().enumerate().all(|(i, at)| !parts.points[..i].contains(at));
    distinct && parts.lines.iter().all(is_simple_line)
}

fn is_simple_line(line: &LineString) -> bool {
    let segments: Vec<Line> = segments(line).filter(|s| s.start != s.end).collect();
    let last = segments.len().saturating_sub(1);
    let closed = line.is_closed();
    for (i, a) in segments.iter().enumerate() {
        for (j, b) in segments.iter().enumerate().skip(i + 1) {
            let Some(met) = line_intersection(*a, *b) else { continue };
            // Neighbours share an end, and so do the first and the last of a ring.
            let shared = match met {
                LineIntersection::SinglePoint { intersection, .. } => {
                    j == i + 1 && intersection == a.end
                        || closed && i == 0 && j == last && intersection == a.start
                }
                LineIntersection::Collinear { .. } => false,
            };
            if !shared {
                return false;
            }
        }
    }
    true
}

/// The two points at which geometries are nearest: of corners and the segments across.
fn near(rows: &Rows) -> Result<ArrayRef> {
    super::accessors::list_column(rows, |row| {
        let (left, right) = (at(rows, 0, row)?, at(rows, 1, row)?);
        if is_empty(&left) || is_empty(&right) {
            return Ok(None);
        }
        if left.intersects(&right) {
            let met = intersection(&Parts::of(&left), &Parts::of(&right)).join(nothing());
            if let Some(point) = coords(&met).first() {
                let point = Geometry::Point(Point(*point));
                return Ok(Some(vec![point.clone(), point]));
            }
        }
        let mut best: Option<(f64, geo::Coord, geo::Coord)> = None;
        let mut offer = |from: geo::Coord, to: geo::Coord| {
            let distance = (from.x - to.x).hypot(from.y - to.y);
            if best.is_none_or(|(least, ..)| distance < least) {
                best = Some((distance, from, to));
            }
        };
        for (from, to, swapped) in [(&left, &right, false), (&right, &left, true)] {
            for corner in coords(from) {
                for place in places(to, corner) {
                    if swapped { offer(place, corner) } else { offer(corner, place) }
                }
            }
        }
        Ok(best.map(|(_, from, to)| vec![Geometry::Point(Point(from)), Geometry::Point(Point(to))]))
    })
}

/// Of each segment the place nearest to a point, and the single points.
fn places(shape: &Geometry, point: geo::Coord) -> Vec<geo::Coord> {
    let parts = Parts::of(shape);
    let mut places: Vec<geo::Coord> = parts.points.iter().map(|point| point.0).collect();
    let lines = parts.lines.iter().cloned().chain(outlines(&parts));
    for segment in lines.flat_map(|line| segments(&line).collect::<Vec<_>>()) {
        let share = super::measures::nearest(segment.start, segment.end, point);
        places.push(geo::Coord {
            x: segment.start.x + segment.dx() * share,
            y: segment.start.y + segment.dy() * share,
        });
    }
    places
}
