//! What a geometry is and has: its type, its parts, its points, its bounds.

use datafusion::arrow::array::{ArrayRef, ListArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{Field, Int8Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::{BoundingRect, Coord, Geometry, LineString, MultiLineString, MultiPoint, Point, Polygon};
use std::sync::Arc;

use super::super::error::invalid_argument;
use super::super::scalar::{Evaluate, Function, Rows, Type};
use super::shape::{
    GEOMETRY, at, coords, empty_like, geometries, is_empty, kind, nothing, of_one, wants,
};
use super::wkb;
use crate::opaque::Opaque;

const POINTS: Type = Type::Array(&Type::Opaque(Opaque::Geometry));

pub(super) fn all() -> Vec<ScalarUDF> {
    let nth = |name, evaluate: Evaluate| {
        Function::named(name).takes(&[GEOMETRY, Type::Bigint], GEOMETRY, evaluate).finish()
    };
    vec![
        of_one("st_geometrytype", Type::Varchar, |rows| {
            rows.varchars(|row| Ok(Some(format!("ST_{}", kind(&at(rows, 0, row)?)))))
        }),
        of_one("st_coorddim", Type::Tinyint, |rows| rows.make::<Int8Type>(|_| Ok(Some(2)))),
        of_one("st_dimension", Type::Tinyint, |rows| {
            rows.make::<Int8Type>(|row| Ok(Some(dimension(&at(rows, 0, row)?))))
        }),
        of_one("st_isempty", Type::Boolean, |rows| {
            rows.booleans(|row| Ok(Some(is_empty(&at(rows, 0, row)?))))
        }),
        of_one("st_x", Type::Double, |rows| ordinate(rows, "ST_X", |at| at.x)),
        of_one("st_y", Type::Double, |rows| ordinate(rows, "ST_Y", |at| at.y)),
        of_one("st_xmin", Type::Double, |rows| bound(rows, |min, _| min.x)),
        of_one("st_xmax", Type::Double, |rows| bound(rows, |_, max| max.x)),
        of_one("st_ymin", Type::Double, |rows| bound(rows, |min, _| min.y)),
        of_one("st_ymax", Type::Double, |rows| bound(rows, |_, max| max.y)),
        of_one("st_envelope", GEOMETRY, |rows| {
            geometries(rows, |row| {
                let shape = at(rows, 0, row)?;
                let empty = || Geometry::Polygon(Polygon::new(LineString(vec![]), vec![]));
                Ok(Some(bounds(&shape).map_or_else(empty, envelope)))
            })
        }),
        of_one("st_envelopeaspts", POINTS, |rows| {
            lists(rows, |shape| {
                let (min, max) = bounds(shape)?;
                Some(vec![Geometry::Point(Point(min)), Geometry::Point(Point(max))])
            })
        }),
        of_one("st_numgeometries", Type::Integer, |rows| {
            rows.make::<datafusion::arrow::datatypes::Int32Type>(|row| {
                let shape = at(rows, 0, row)?;
                let none = is_empty(&shape);
                Ok(Some(if none { 0 } else { parts(&shape).len() as i32 }))
            })
        }),
        of_one("st_numinteriorring", Type::Bigint, |rows| {
            rows.longs(|row| {
                let shape = at(rows, 0, row)?;
                wants("ST_NumInteriorRing", "Polygon", &shape)?;
                Ok(match &shape {
                    Geometry::Polygon(polygon) if !is_empty(&shape) => {
                        Some(polygon.interiors().len() as i64)
                    }
                    _ => None,
                })
            })
        }),
        of_one("st_numpoints", Type::Bigint, |rows| {
            rows.longs(|row| {
                let shape = at(rows, 0, row)?;
                // A ring's last point is its first.
                let rings = rings(&shape);
                Ok(Some(coords(&shape).len() as i64 - rings))
            })
        }),
        of_one("st_points", POINTS, |rows| {
            lists(rows, |shape| {
                let points = coords(shape);
                (!points.is_empty())
                    .then(|| points.into_iter().map(|at| Geometry::Point(Point(at))).collect())
            })
        }),
        of_one("st_geometries", POINTS, |rows| {
            lists(rows, |shape| (!is_empty(shape)).then(|| parts(shape)))
        }),
        of_one("st_interiorrings", POINTS, |rows| {
            lists(rows, |shape| match shape {
                Geometry::Polygon(polygon) if !is_empty(shape) => {
                    Some(polygon.interiors().iter().cloned().map(Geometry::LineString).collect())
                }
                _ => None,
            })
        }),
        of_one("st_exteriorring", GEOMETRY, |rows| {
            geometries(rows, |row| {
                let shape = at(rows, 0, row)?;
                wants("ST_ExteriorRing", "Polygon", &shape)?;
                Ok(match &shape {
                    Geometry::Polygon(polygon) if !is_empty(&shape) => {
                        Some(Geometry::LineString(polygon.exterior().clone()))
                    }
                    _ => None,
                })
            })
        }),
        of_one("st_startpoint", GEOMETRY, |rows| end(rows, "ST_StartPoint", |line| line.first())),
        of_one("st_endpoint", GEOMETRY, |rows| end(rows, "ST_EndPoint", |line| line.last())),
        of_one("st_boundary", GEOMETRY, |rows| {
            geometries(rows, |row| Ok(Some(boundary(&at(rows, 0, row)?))))
        }),
        nth("st_geometryn", |rows| {
            pick(rows, |shape, n| {
                Ok(if is_empty(shape) { None } else { parts(shape).get(n).cloned() })
            })
        }),
        nth("st_pointn", |rows| {
            pick(rows, |shape, n| {
                wants("ST_PointN", "LineString", shape)?;
                Ok(coords(shape).get(n).map(|at| Geometry::Point(Point(*at))))
            })
        }),
        nth("st_interiorringn", |rows| {
            pick(rows, |shape, n| {
                wants("ST_InteriorRingN", "Polygon", shape)?;
                Ok(match shape {
                    Geometry::Polygon(polygon) => {
                        polygon.interiors().get(n).cloned().map(Geometry::LineString)
                    }
                    _ => None,
                })
            })
        }),
    ]
}

fn dimension(shape: &Geometry) -> i8 {
    match shape {
        Geometry::Point(_) | Geometry::MultiPoint(_) => 0,
        Geometry::LineString(_) | Geometry::Line(_) | Geometry::MultiLineString(_) => 1,
        Geometry::GeometryCollection(shapes) => shapes.0.iter().map(dimension).max().unwrap_or(0),
        _ => 2,
    }
}

fn ordinate(rows: &Rows, function: &str, read: fn(Coord) -> f64) -> Result<ArrayRef> {
    rows.doubles(|row| {
        let shape = at(rows, 0, row)?;
        wants(function, "Point", &shape)?;
        Ok(coords(&shape).first().map(|at| read(*at)))
    })
}

fn bounds(shape: &Geometry) -> Option<(Coord, Coord)> {
    if is_empty(shape) {
        return None;
    }
    shape.bounding_rect().map(|rect| (rect.min(), rect.max()))
}

fn bound(rows: &Rows, read: fn(Coord, Coord) -> f64) -> Result<ArrayRef> {
    rows.doubles(|row| Ok(bounds(&at(rows, 0, row)?).map(|(min, max)| read(min, max))))
}

/// The rectangle of two corners, clockwise from the first.
pub(super) fn envelope((min, max): (Coord, Coord)) -> Geometry {
    if min == max {
        return Geometry::Point(Point(min));
    }
    if min.x == max.x || min.y == max.y {
        return Geometry::LineString(LineString(vec![min, max]));
    }
    let corner = |x, y| Coord { x, y };
    let ring = vec![min, corner(min.x, max.y), max, corner(max.x, min.y), min];
    Geometry::Polygon(Polygon::new(LineString(ring), vec![]))
}

/// What a collection is of; a single geometry is of itself.
pub(super) fn parts(shape: &Geometry) -> Vec<Geometry> {
    match shape {
        Geometry::MultiPoint(points) => points.0.iter().map(|p| Geometry::Point(*p)).collect(),
        Geometry::MultiLineString(lines) => {
            lines.0.iter().cloned().map(Geometry::LineString).collect()
        }
        Geometry::MultiPolygon(all) => all.0.iter().cloned().map(Geometry::Polygon).collect(),
        Geometry::GeometryCollection(shapes) => shapes.0.clone(),
        single => vec![single.clone()],
    }
}

fn rings(shape: &Geometry) -> i64 {
    match shape {
        Geometry::Polygon(polygon) if !polygon.exterior().0.is_empty() => {
            1 + polygon.interiors().len() as i64
        }
        Geometry::MultiPolygon(all) => {
            all.0.iter().map(|polygon| 1 + polygon.interiors().len() as i64).sum()
        }
        Geometry::GeometryCollection(shapes) => shapes.0.iter().map(rings).sum(),
        _ => 0,
    }
}

fn end(
    rows: &Rows,
    function: &str,
    read: for<'a> fn(&'a [Coord]) -> Option<&'a Coord>,
) -> Result<ArrayRef> {
    geometries(rows, |row| {
        let shape = at(rows, 0, row)?;
        wants(function, "LineString", &shape)?;
        Ok(read(&coords(&shape)).map(|at| Geometry::Point(Point(*at))))
    })
}

fn boundary(shape: &Geometry) -> Geometry {
    let line_ends = |lines: &[LineString]| {
        // Ends that meet cancel each other.
        let mut ends: Vec<Coord> = Vec::new();
        for line in lines {
            for end in [line.0.first(), line.0.last()].into_iter().flatten() {
                match ends.iter().position(|known| known == end) {
                    Some(known) => {
                        ends.remove(known);
                    }
                    None => ends.push(*end),
                }
            }
        }
        Geometry::MultiPoint(MultiPoint(ends.into_iter().map(Point).collect()))
    };
    let outlines = |polygons: &[Polygon]| {
        let mut lines: Vec<LineString> = Vec::new();
        for polygon in polygons {
            lines.push(polygon.exterior().clone());
            lines.extend(polygon.interiors().iter().cloned());
        }
        match lines.len() {
            1 => Geometry::LineString(lines.remove(0)),
            _ => Geometry::MultiLineString(MultiLineString(lines)),
        }
    };
    match shape {
        Geometry::LineString(line) => line_ends(std::slice::from_ref(line)),
        Geometry::MultiLineString(lines) => line_ends(&lines.0),
        Geometry::Polygon(polygon) if !is_empty(shape) => outlines(std::slice::from_ref(polygon)),
        Geometry::MultiPolygon(all) => outlines(&all.0),
        Geometry::Polygon(_) => empty_like(&Geometry::MultiLineString(MultiLineString(vec![]))),
        _ => nothing(),
    }
}

/// Counted from one.
fn pick(rows: &Rows, rule: fn(&Geometry, usize) -> Result<Option<Geometry>>) -> Result<ArrayRef> {
    let places = rows.long(1);
    geometries(rows, |row| {
        let shape = at(rows, 0, row)?;
        match usize::try_from(places.at(row) - 1) {
            Ok(place) => rule(&shape, place),
            Err(_) => Ok(None),
        }
    })
}

/// A column of arrays of geometries.
pub(super) fn lists(rows: &Rows, rule: fn(&Geometry) -> Option<Vec<Geometry>>) -> Result<ArrayRef> {
    list_column(rows, |row| Ok(rule(&at(rows, 0, row)?)))
}

pub(super) fn list_column(
    rows: &Rows,
    mut rule: impl FnMut(usize) -> Result<Option<Vec<Geometry>>>,
) -> Result<ArrayRef> {
    let (mut values, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows.len() {
        let shapes = if rows.skips(row) { None } else { rule(row)? };
        valid.push(shapes.is_some());
        let shapes = shapes.unwrap_or_default();
        lengths.push(shapes.len());
        values.extend(shapes.iter().map(|shape| Some(wkb::write(shape))));
    }
    if values.len() > i32::MAX as usize {
        return Err(invalid_argument("too many geometries"));
    }
    let values = Opaque::Geometry.column(&values)?;
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(field, offsets, values, Some(NullBuffer::from(valid)))?))
}
