//! GeoJSON geometries (RFC 7946).

use datafusion::common::Result;
use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use serde_json::{Map, Value, json};

use super::super::error::invalid_argument;
use super::shape::is_empty;

/// The object of a geometry.
pub(super) fn write(shape: &Geometry) -> String {
    object(shape).to_string()
}

fn object(shape: &Geometry) -> Value {
    let (name, coordinates) = match shape {
        Geometry::Point(_) if is_empty(shape) => ("Point", json!([])),
        Geometry::Point(point) => ("Point", pair(&point.0)),
        Geometry::LineString(line) => ("LineString", pairs(&line.0)),
        Geometry::Line(line) => ("LineString", pairs(&[line.start, line.end])),
        Geometry::Polygon(polygon) => ("Polygon", rings(polygon)),
        Geometry::Rect(rect) => ("Polygon", rings(&rect.to_polygon())),
        Geometry::Triangle(triangle) => ("Polygon", rings(&triangle.to_polygon())),
        Geometry::MultiPoint(points) => {
            ("MultiPoint", points.0.iter().map(|point| pair(&point.0)).collect())
        }
        Geometry::MultiLineString(lines) => {
            ("MultiLineString", lines.0.iter().map(|line| pairs(&line.0)).collect())
        }
        Geometry::MultiPolygon(polygons) => {
            ("MultiPolygon", polygons.0.iter().map(rings).collect())
        }
        Geometry::GeometryCollection(shapes) => {
            let shapes: Vec<Value> = shapes.0.iter().map(object).collect();
            return json!({"type": "GeometryCollection", "geometries": shapes});
        }
    };
    json!({"type": name, "coordinates": coordinates})
}

/// Whole numbers are written whole.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

fn pair(at: &Coord) -> Value {
    json!([number(at.x), number(at.y)])
}

fn pairs(line: &[Coord]) -> Value {
    line.iter().map(pair).collect()
}

fn rings(polygon: &Polygon) -> Value {
    if polygon.exterior().0.is_empty() {
        return json!([]);
    }
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .map(|ring| pairs(&ring.0))
        .collect()
}

/// The geometry of an object's text.
pub(super) fn read(text: &str) -> Result<Geometry> {
    let refused = || invalid_argument(format!("Invalid GeoJSON: {text}"));
    let value: Value = serde_json::from_str(text).map_err(|_| refused())?;
    value.as_object().and_then(geometry).ok_or_else(refused)
}

fn geometry(object: &Map<String, Value>) -> Option<Geometry> {
    let name = object.get("type")?.as_str()?;
    if name == "GeometryCollection" {
        let shapes = object.get("geometries")?.as_array()?.iter();
        let shapes: Option<Vec<Geometry>> =
            shapes.map(|shape| shape.as_object().and_then(geometry)).collect();
        return Some(Geometry::GeometryCollection(GeometryCollection(shapes?)));
    }
    let given = object.get("coordinates")?;
    Some(match name {
        "Point" if given.as_array()?.is_empty() => Geometry::Point(Point::new(f64::NAN, f64::NAN)),
        "Point" => Geometry::Point(Point(coord(given)?)),
        "LineString" => Geometry::LineString(line(given)?),
        "Polygon" => Geometry::Polygon(polygon(given)?),
        "MultiPoint" => Geometry::MultiPoint(MultiPoint(each(given, |at| coord(at).map(Point))?)),
        "MultiLineString" => Geometry::MultiLineString(MultiLineString(each(given, line)?)),
        "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(each(given, polygon)?)),
        _ => return None,
    })
}

fn each<T>(given: &Value, part: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    given.as_array()?.iter().map(part).collect()
}

fn coord(given: &Value) -> Option<Coord> {
    let [x, y, ..] = given.as_array()?.as_slice() else { return None };
    Some(Coord { x: x.as_f64()?, y: y.as_f64()? })
}

fn line(given: &Value) -> Option<LineString> {
    each(given, coord).map(LineString)
}

fn polygon(given: &Value) -> Option<Polygon> {
    let mut rings = each(given, line)?.into_iter();
    let exterior = rings.next().unwrap_or(LineString(vec![]));
    Some(Polygon::new(exterior, rings.collect()))
}
