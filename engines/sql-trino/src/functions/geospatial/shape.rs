//! What the functions share: geometries of arguments, columns of geometries, emptiness, parts.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::{
    Coord, CoordsIter, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint,
    MultiPolygon, Point, Polygon,
};

use super::super::error::invalid_argument;
use super::super::scalar::{Evaluate, Function, Rows, Type};
use super::wkb;
use crate::opaque::Opaque;

pub(super) const GEOMETRY: Type = Type::Opaque(Opaque::Geometry);
pub(super) const SPHERICAL: Type = Type::Opaque(Opaque::SphericalGeography);

/// A function of one geometry.
pub(super) fn of_one(name: &'static str, returns: Type, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name).takes(&[GEOMETRY], returns, evaluate).finish()
}

/// A function of two geometries.
pub(super) fn of_two(name: &'static str, returns: Type, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name).takes(&[GEOMETRY, GEOMETRY], returns, evaluate).finish()
}

/// The geometry of bytes a column holds.
pub(super) fn decode(bytes: &[u8]) -> Result<Geometry> {
    wkb::read(bytes).ok_or_else(|| invalid_argument("Cannot deserialize geometry"))
}

/// The geometry an argument has in a row.
pub(super) fn at(rows: &Rows, argument: usize, row: usize) -> Result<Geometry> {
    decode(rows.opaque(argument).at(row))
}

/// A column of geometries.
pub(super) fn geometries(
    rows: &Rows,
    mut rule: impl FnMut(usize) -> Result<Option<Geometry>>,
) -> Result<ArrayRef> {
    rows.opaques(|row| Ok(rule(row)?.map(|shape| wkb::write(&shape))))
}

/// Whether there is no point in it. A point of no numbers is the empty point.
pub(super) fn is_empty(shape: &Geometry) -> bool {
    shape.coords_iter().all(|at| at.x.is_nan())
}

/// The name of a geometry's type, as errors and `ST_GeometryType` have it.
pub(super) fn kind(shape: &Geometry) -> &'static str {
    match shape {
        Geometry::Point(_) => "Point",
        Geometry::LineString(_) | Geometry::Line(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeomCollection",
    }
}

/// Refuses a geometry of another type.
pub(super) fn wants(function: &str, wanted: &str, shape: &Geometry) -> Result<()> {
    let kinds: Vec<&str> = wanted.split(" or ").collect();
    if kinds.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind(shape))) {
        return Ok(());
    }
    let names: Vec<String> = kinds.iter().map(|k| k.to_uppercase()).collect();
    Err(invalid_argument(format!(
        "{function} only applies to {}. Input type is: {}",
        names.join(" or "),
        kind(shape).to_uppercase()
    )))
}

/// A geometry taken apart by dimension.
#[derive(Debug, Default, Clone)]
pub(super) struct Parts {
    pub(super) points: Vec<Point>,
    pub(super) lines: Vec<LineString>,
    pub(super) polygons: Vec<Polygon>,
}

impl Parts {
    pub(super) fn of(shape: &Geometry) -> Self {
        let mut parts = Parts::default();
        parts.add(shape);
        parts
    }

    fn add(&mut self, shape: &Geometry) {
        if is_empty(shape) {
            return;
        }
        match shape {
            Geometry::Point(point) => self.points.push(*point),
            Geometry::LineString(line) => self.lines.push(line.clone()),
            Geometry::Line(line) => self.lines.push(LineString(vec![line.start, line.end])),
            Geometry::Polygon(polygon) => self.polygons.push(polygon.clone()),
            Geometry::Rect(rect) => self.polygons.push(rect.to_polygon()),
            Geometry::Triangle(triangle) => self.polygons.push(triangle.to_polygon()),
            Geometry::MultiPoint(points) => self.points.extend(&points.0),
            Geometry::MultiLineString(lines) => self.lines.extend(lines.0.iter().cloned()),
            Geometry::MultiPolygon(all) => self.polygons.extend(all.0.iter().cloned()),
            Geometry::GeometryCollection(shapes) => shapes.0.iter().for_each(|s| self.add(s)),
        }
    }

    /// The simplest geometry of the parts; of none, an empty one of the given kind.
    pub(super) fn join(self, empty: Geometry) -> Geometry {
        let mut shapes = Vec::new();
        match self.points.as_slice() {
            [] => {}
            [point] => shapes.push(Geometry::Point(*point)),
            _ => shapes.push(Geometry::MultiPoint(MultiPoint(self.points))),
        }
        match self.lines.len() {
            0 => {}
            1 => shapes.extend(self.lines.into_iter().map(Geometry::LineString)),
            _ => shapes.push(Geometry::MultiLineString(MultiLineString(self.lines))),
        }
        match self.polygons.len() {
            0 => {}
            1 => shapes.extend(self.polygons.into_iter().map(Geometry::Polygon)),
            _ => shapes.push(Geometry::MultiPolygon(MultiPolygon(self.polygons))),
        }
        match shapes.len() {
            0 => empty,
            1 => shapes.remove(0),
            _ => Geometry::GeometryCollection(GeometryCollection(shapes)),
        }
    }
}

/// A collection of nothing.
pub(super) fn nothing() -> Geometry {
    Geometry::GeometryCollection(GeometryCollection(vec![]))
}

/// A geometry of nothing of the same kind.
pub(super) fn empty_like(shape: &Geometry) -> Geometry {
    match shape {
        Geometry::Point(_) => Geometry::Point(Point::new(f64::NAN, f64::NAN)),
        Geometry::LineString(_) | Geometry::Line(_) => Geometry::LineString(LineString(vec![])),
        Geometry::MultiPoint(_) => Geometry::MultiPoint(MultiPoint(vec![])),
        Geometry::MultiLineString(_) => Geometry::MultiLineString(MultiLineString(vec![])),
        Geometry::MultiPolygon(_) => Geometry::MultiPolygon(MultiPolygon(vec![])),
        Geometry::GeometryCollection(_) => nothing(),
        _ => Geometry::Polygon(Polygon::new(LineString(vec![]), vec![])),
    }
}

/// The points of a geometry.
pub(super) fn coords(shape: &Geometry) -> Vec<Coord> {
    shape.coords_iter().filter(|at| !at.x.is_nan()).collect()
}
