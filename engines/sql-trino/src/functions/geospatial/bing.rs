//! Bing's map tiles: squares of the Mercator projection, four of a zoom in one of the zoom before.
//!
//! <https://learn.microsoft.com/bingmaps/articles/bing-maps-tile-system>

use datafusion::arrow::array::{ArrayRef, Int32Array, Int64Array, ListArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int8Type};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::{BoundingRect, Coord, Intersects};
use std::sync::Arc;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};
use super::accessors::envelope;
use super::shape::{GEOMETRY, at, geometries, is_empty};
use crate::opaque::{Opaque, tile_number, tile_parts};

const TILE: Type = Type::Opaque(Opaque::BingTile);
const TILES: Type = Type::Array(&TILE);
const ZOOM_MAX: i64 = 23;
const LATITUDE_MAX: f64 = 85.051_128_78;
const TILES_MAX: usize = 1_000_000;
const RADIUS_KM: f64 = 6371.01;

pub(super) fn all() -> Vec<ScalarUDF> {
    const AT: &[Type] = &[Type::Double, Type::Double, Type::Bigint, Type::Double];
    vec![
        Function::named("bing_tile")
            .takes(&[Type::Bigint, Type::Bigint, Type::Bigint], TILE, |rows| {
                let (x, y, zoom) = (rows.long(0), rows.long(1), rows.long(2));
                rows.opaque_numbers(|row| tile(x.at(row), y.at(row), zoom.at(row)).map(Some))
            })
            .takes(&[Type::Varchar], TILE, |rows| {
                let keys = rows.text(0);
                rows.opaque_numbers(|row| of_key(keys.at(row)).map(Some))
            })
            .finish(),
        Function::named("bing_tile_at")
            .takes(&AT[..3], TILE, |rows| {
                let (latitude, longitude, zoom) = (rows.double(0), rows.double(1), rows.long(2));
                rows.opaque_numbers(|row| {
                    let zoom = checked_zoom(zoom.at(row))?;
                    let (x, y) = place(latitude.at(row), longitude.at(row), zoom)?;
                    Ok(Some(tile_number(x, y, zoom)))
                })
            })
            .finish(),
        Function::named("bing_tiles_around")
            .takes(&AT[..3], TILES, |rows| around(rows, false))
            .takes(AT, TILES, |rows| around(rows, true))
            .finish(),
        Function::named("bing_tile_coordinates")
            .takes_any("BingTile", coordinates_type, coordinates)
            .finish(),
        Function::named("bing_tile_polygon")
            .takes(&[TILE], GEOMETRY, |rows| {
                let tiles = rows.opaque(0);
                geometries(rows, |row| Ok(Some(envelope(corners(tiles.number(row))))))
            })
            .finish(),
        Function::named("bing_tile_quadkey")
            .takes(&[TILE], Type::Varchar, |rows| {
                let tiles = rows.opaque(0);
                rows.varchars(|row| Ok(Some(key(tiles.number(row)))))
            })
            .finish(),
        Function::named("bing_tile_zoom_level")
            .takes(&[TILE], Type::Tinyint, |rows| {
                let tiles = rows.opaque(0);
                rows.make::<Int8Type>(|row| Ok(Some(tile_parts(tiles.number(row)).2 as i8)))
            })
            .finish(),
        Function::named("geometry_to_bing_tiles")
            .takes(&[GEOMETRY, Type::Bigint], TILES, covering)
            .finish(),
    ]
}

fn checked_zoom(zoom: i64) -> Result<u8> {
    match u8::try_from(zoom) {
        Ok(narrow) if (0..=ZOOM_MAX).contains(&zoom) => Ok(narrow),
        _ if zoom < 0 => Err(invalid_argument("Zoom level must be >= 0")),
        _ => Err(invalid_argument(format!("Zoom level must be <= {ZOOM_MAX}"))),
    }
}

fn tile(x: i64, y: i64, zoom: i64) -> Result<i64> {
    let zoom = checked_zoom(zoom)?;
    let limit = 1_i64 << zoom;
    if !(0..limit).contains(&x) || !(0..limit).contains(&y) {
        return Err(invalid_argument(format!(
            "XY coordinates for a Bing tile at zoom level {zoom} must be within [0, {limit}) range"
        )));
    }
    Ok(tile_number(x as u32, y as u32, zoom))
}

fn of_key(key: &str) -> Result<i64> {
    if key.len() > ZOOM_MAX as usize {
        return Err(invalid_argument(format!("QuadKey must be {ZOOM_MAX} characters or less")));
    }
    let (mut x, mut y) = (0, 0);
    for digit in key.bytes() {
        if !(b'0'..=b'3').contains(&digit) {
            return Err(invalid_argument(format!("Invalid QuadKey digit sequence: {key}")));
        }
        x = x << 1 | u32::from(digit - b'0') & 1;
        y = y << 1 | u32::from(digit - b'0') >> 1;
    }
    Ok(tile_number(x, y, key.len() as u8))
}

fn key(tile: i64) -> String {
    let (x, y, zoom) = tile_parts(tile);
    (0..zoom)
        .rev()
        .map(|bit| char::from(b'0' + (x >> bit & 1) as u8 + 2 * (y >> bit & 1) as u8))
        .collect()
}

/// Where on the grid of a zoom a place is.
fn place(latitude: f64, longitude: f64, zoom: u8) -> Result<(u32, u32)> {
    if !(-LATITUDE_MAX..=LATITUDE_MAX).contains(&latitude) {
        return Err(invalid_argument("Latitude must be between -85.05112878 and 85.05112878"));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(invalid_argument("Longitude must be between -180.0 and 180.0"));
    }
    Ok(on_grid(latitude, longitude, zoom))
}

fn on_grid(latitude: f64, longitude: f64, zoom: u8) -> (u32, u32) {
    let size = f64::from(1_u32 << zoom);
    let sin = latitude.to_radians().sin();
    let x = (longitude + 180.0) / 360.0;
    let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * std::f64::consts::PI);
    let index = |share: f64| (share * size).floor().clamp(0.0, size - 1.0) as u32;
    (index(x), index(y))
}

/// The corners of the square, the lower left first.
fn corners(tile: i64) -> (Coord, Coord) {
    let (x, y, zoom) = tile_parts(tile);
    let size = f64::from(1_u32 << zoom);
    let corner = |x: u32, y: u32| {
        let up = 0.5 - f64::from(y) / size;
        let latitude =
            90.0 - 360.0 * (-up * 2.0 * std::f64::consts::PI).exp().atan() / std::f64::consts::PI;
        Coord { x: f64::from(x) / size * 360.0 - 180.0, y: latitude }
    };
    let (upper, lower) = (corner(x, y), corner(x + 1, y + 1));
    (Coord { x: upper.x, y: lower.y }, Coord { x: lower.x, y: upper.y })
}

fn coordinates_fields() -> Fields {
    vec![Field::new("x", DataType::Int32, true), Field::new("y", DataType::Int32, true)].into()
}

fn coordinates_type(given: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [tile] = given else { return None };
    (Opaque::of(tile) == Some(Opaque::BingTile))
        .then(|| (given.to_vec(), DataType::Struct(coordinates_fields())))
}

fn coordinates(rows: &Rows) -> Result<ArrayRef> {
    let tiles = rows.opaque(0);
    let (mut xs, mut ys, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows.len() {
        valid.push(!rows.skips(row));
        let (x, y, _) = if rows.skips(row) { (0, 0, 0) } else { tile_parts(tiles.number(row)) };
        xs.push(x as i32);
        ys.push(y as i32);
    }
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int32Array::from(xs)), Arc::new(Int32Array::from(ys))];
    Ok(Arc::new(StructArray::try_new(
        coordinates_fields(),
        columns,
        Some(NullBuffer::from(valid)),
    )?))
}

/// A column of arrays of tiles.
fn lists(rows: &Rows, mut rule: impl FnMut(usize) -> Result<Vec<i64>>) -> Result<ArrayRef> {
    let (mut values, mut lengths, mut valid) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows.len() {
        valid.push(!rows.skips(row));
        let tiles = if rows.skips(row) { vec![] } else { rule(row)? };
        lengths.push(tiles.len());
        values.extend(tiles);
    }
    let values = Opaque::BingTile.numbers(Int64Array::from(values))?;
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(field, offsets, values, Some(NullBuffer::from(valid)))?))
}

/// The tile of a place and those beside it, or all within a distance.
fn around(rows: &Rows, within: bool) -> Result<ArrayRef> {
    let (latitudes, longitudes, zooms) = (rows.double(0), rows.double(1), rows.long(2));
    lists(rows, |row| {
        let zoom = checked_zoom(zooms.at(row))?;
        let (latitude, longitude) = (latitudes.at(row), longitudes.at(row));
        let (x, y) = place(latitude, longitude, zoom)?;
        let last = (1_u32 << zoom) - 1;
        if !within {
            let mut tiles = Vec::new();
            for y in y.saturating_sub(1)..=(y + 1).min(last) {
                for x in x.saturating_sub(1)..=(x + 1).min(last) {
                    tiles.push(tile_number(x, y, zoom));
                }
            }
            return Ok(tiles);
        }
        let radius = rows.double(3).at(row);
        if !(0.0..=1000.0).contains(&radius) {
            return Err(invalid_argument("Radius must be between 0 and 1,000 km"));
        }
        // The square around the circle, then what of it the circle reaches.
        let up = (radius / RADIUS_KM).to_degrees();
        let aside = (up / latitude.to_radians().cos().max(1e-9)).min(180.0);
        let clamp = |value: f64, bound: f64| value.clamp(-bound, bound);
        let (left, top) =
            on_grid(clamp(latitude + up, LATITUDE_MAX), clamp(longitude - aside, 180.0), zoom);
        let (right, bottom) =
            on_grid(clamp(latitude - up, LATITUDE_MAX), clamp(longitude + aside, 180.0), zoom);
        let mut tiles = Vec::new();
        for y in top..=bottom {
            for x in left..=right {
                let tile = tile_number(x, y, zoom);
                let (min, max) = corners(tile);
                let nearest = (clamp_to(latitude, min.y, max.y), clamp_to(longitude, min.x, max.x));
                if kilometres((latitude, longitude), nearest) <= radius {
                    push(&mut tiles, tile)?;
                }
            }
        }
        Ok(tiles)
    })
}

fn clamp_to(value: f64, min: f64, max: f64) -> f64 {
    value.clamp(min, max)
}

fn kilometres(from: (f64, f64), to: (f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let across = from.0.to_radians().cos() * to.0.to_radians().cos() * half(to.1 - from.1);
    2.0 * RADIUS_KM * (half(to.0 - from.0) + across).sqrt().min(1.0).asin()
}

fn push(tiles: &mut Vec<i64>, tile: i64) -> Result<()> {
    if tiles.len() >= TILES_MAX {
        return Err(invalid_argument(format!(
            "The number of tiles is too large, more than {TILES_MAX}. Please reduce zoom level"
        )));
    }
    tiles.push(tile);
    Ok(())
}

/// The tiles a geometry reaches into.
fn covering(rows: &Rows) -> Result<ArrayRef> {
    let zooms = rows.long(1);
    lists(rows, |row| {
        let zoom = checked_zoom(zooms.at(row))?;
        let shape = at(rows, 0, row)?;
        let Some(bounds) = shape.bounding_rect().filter(|_| !is_empty(&shape)) else {
            return Ok(vec![]);
        };
        let (min, max) = (bounds.min(), bounds.max());
        let (left, top) = place(max.y, min.x, zoom)?;
        let (right, bottom) = place(min.y, max.x, zoom)?;
        let mut tiles = Vec::new();
        for x in left..=right {
            for y in top..=bottom {
                let tile = tile_number(x, y, zoom);
                if envelope(corners(tile)).intersects(&shape) {
                    push(&mut tiles, tile)?;
                }
            }
        }
        Ok(tiles)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_places() {
        assert_eq!(key(of_key("123030123010121").unwrap()), "123030123010121");
        assert_eq!(tile_parts(of_key("123030123010121").unwrap()), (21_845, 13_506, 15));
        assert_eq!(on_grid(30.12, 60.0, 15), (21_845, 13_506));
        assert!(of_key("4").is_err() && tile(2, 0, 1).is_err());
    }
}
