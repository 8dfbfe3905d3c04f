//! Making geometries: of numbers, texts, bytes, and of other geometries; and writing them out.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::{Coord, Geometry, LineString, MultiPoint, Point};

use super::super::array::lists::{element, range};
use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type, list_of};
use super::shape::{GEOMETRY, SPHERICAL, at, decode, geometries, kind, of_one};
use super::{geojson, wkb, wkt};
use crate::opaque::{Opaque, bytes};

pub(super) fn all() -> Vec<ScalarUDF> {
    let of_text =
        |name, evaluate| Function::named(name).takes(&[Type::Varchar], GEOMETRY, evaluate).finish();
    vec![
        Function::named("st_point")
            .takes(&[Type::Double, Type::Double], GEOMETRY, |rows| {
                let (x, y) = (rows.double(0), rows.double(1));
                geometries(rows, |row| {
                    let point = Point::new(x.at(row), y.at(row));
                    if !point.x().is_finite() || !point.y().is_finite() {
                        return Err(invalid_argument("Coordinates must be finite"));
                    }
                    Ok(Some(Geometry::Point(point)))
                })
            })
            .finish(),
        of_text("st_geometryfromtext", |rows| read_text(rows, None)),
        of_text("st_linefromtext", |rows| read_text(rows, Some("LineString"))),
        of_text("st_polygon", |rows| read_text(rows, Some("Polygon"))),
        Function::named("st_geomfrombinary")
            .takes(&[Type::Varbinary], GEOMETRY, |rows| {
                let given = rows.binary(0);
                geometries(rows, |row| {
                    wkb::read(given.at(row))
                        .map(Some)
                        .ok_or_else(|| invalid_argument("Invalid WKB"))
                })
            })
            .finish(),
        of_one("st_astext", Type::Varchar, |rows| {
            rows.varchars(|row| Ok(Some(wkt::write(&at(rows, 0, row)?))))
        }),
        of_one("st_asbinary", Type::Varbinary, |rows| {
            let shapes = rows.opaque(0);
            rows.binaries(|row| Ok(Some(shapes.at(row))))
        }),
        Function::named("st_linestring")
            .takes_any("array(Geometry)", points, |rows| of_points(rows, line))
            .finish(),
        Function::named("st_multipoint")
            .takes_any("array(Geometry)", points, |rows| of_points(rows, multi_point))
            .finish(),
        Function::named("to_spherical_geography").takes(&[GEOMETRY], SPHERICAL, spherical).finish(),
        Function::named("to_geometry")
            .takes(&[SPHERICAL], GEOMETRY, |rows| {
                let shapes = rows.opaque(0);
                rows.opaques(|row| Ok(Some(shapes.at(row))))
            })
            .finish(),
        Function::named("from_geojson_geometry")
            .takes(&[Type::Varchar], SPHERICAL, |rows| {
                let texts = rows.text(0);
                geometries(rows, |row| geojson::read(texts.at(row)).map(Some))
            })
            .finish(),
        Function::named("to_geojson_geometry")
            .takes(&[SPHERICAL], Type::Varchar, |rows| {
                rows.varchars(|row| Ok(Some(geojson::write(&at(rows, 0, row)?))))
            })
            .takes(&[GEOMETRY], Type::Varchar, |rows| {
                rows.varchars(|row| Ok(Some(geojson::write(&at(rows, 0, row)?))))
            })
            .finish(),
    ]
}

fn read_text(rows: &Rows, wanted: Option<&str>) -> Result<ArrayRef> {
    let texts = rows.text(0);
    geometries(rows, |row| {
        let text = texts.at(row);
        let shape = wkt::read(text)
            .map_err(|why| invalid_argument(format!("Invalid WKT: {text}: {why}")))?;
        match wanted {
            Some(wanted) if kind(&shape) != wanted => Err(invalid_argument(format!(
                "{} only applies to {}. Input type is: {}",
                if wanted == "Polygon" { "ST_Polygon" } else { "ST_LineFromText" },
                if wanted == "Polygon" { "POLYGON" } else { "LINE_STRING" },
                kind(&shape).to_uppercase()
            ))),
            _ => Ok(Some(shape)),
        }
    })
}

fn points(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [list] = given else { return None };
    let geometry = Opaque::Geometry.arrow();
    let element = element(list)?;
    (element == geometry || element.is_null()).then(|| (vec![list_of(geometry.clone())], geometry))
}

fn of_points(
    rows: &Rows,
    make: fn(&[Option<Geometry>]) -> Result<Option<Geometry>>,
) -> Result<ArrayRef> {
    let list = rows.list(0);
    let inside = list.values().as_struct();
    geometries(rows, |row| {
        let shapes: Result<Vec<Option<Geometry>>> = range(list, rows.index(0, row))
            .map(|i| match inside.is_null(i) {
                true => Ok(None),
                false => decode(bytes(inside.column(0), i)).map(Some),
            })
            .collect();
        make(&shapes?)
    })
}

/// The coordinate of a point; what else there may be is refused by its place.
fn point(function: &str, i: usize, shape: &Option<Geometry>) -> Result<Coord> {
    let place = i + 1;
    match shape {
        None => Err(invalid_argument(format!(
            "Invalid input to {function}: null point at index {place}"
        ))),
        Some(Geometry::Point(point)) if !point.x().is_nan() => Ok(point.0),
        Some(Geometry::Point(_)) => Err(invalid_argument(format!(
            "Invalid input to {function}: empty point at index {place}"
        ))),
        Some(other) => Err(invalid_argument(format!(
            "{function} takes only an array of valid points, {} was passed",
            kind(other)
        ))),
    }
}

fn line(shapes: &[Option<Geometry>]) -> Result<Option<Geometry>> {
    let mut coords: Vec<Coord> = Vec::with_capacity(shapes.len());
    for (i, shape) in shapes.iter().enumerate() {
        let next = point("ST_LineString", i, shape)?;
        if coords.last() == Some(&next) {
            return Err(invalid_argument(format!(
                "Invalid input to ST_LineString: consecutive duplicate points at index {}",
                i + 1
            )));
        }
        coords.push(next);
    }
    // One point is no line.
    if coords.len() == 1 {
        coords.clear();
    }
    Ok(Some(Geometry::LineString(LineString(coords))))
}

fn multi_point(shapes: &[Option<Geometry>]) -> Result<Option<Geometry>> {
    let points: Result<Vec<Point>> = shapes
        .iter()
        .enumerate()
        .map(|(i, shape)| point("ST_MultiPoint", i, shape).map(Point))
        .collect();
    let points = points?;
    Ok((!points.is_empty()).then_some(Geometry::MultiPoint(MultiPoint(points))))
}

/// Longitudes and latitudes must be such.
fn spherical(rows: &Rows) -> Result<ArrayRef> {
    geometries(rows, |row| {
        let shape = at(rows, 0, row)?;
        for Coord { x, y } in super::shape::coords(&shape) {
            super::sphere::check(y, x)?;
        }
        Ok(Some(shape))
    })
}
