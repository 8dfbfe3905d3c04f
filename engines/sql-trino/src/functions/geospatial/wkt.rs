//! Geometries as text: `POINT (1 2)`, `POLYGON ((0 0, 1 0, 1 1, 0 0))`, `LINESTRING EMPTY`.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::shape::is_empty;

/// Collections nest no deeper.
const DEPTH_MAX: usize = 32;

/// The text of a geometry.
pub(crate) fn write(shape: &Geometry) -> String {
    let mut out = String::new();
    write_to(&mut out, shape);
    out
}

fn write_to(out: &mut String, shape: &Geometry) {
    let name = match shape {
        Geometry::Point(_) => "POINT",
        Geometry::LineString(_) | Geometry::Line(_) => "LINESTRING",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "POLYGON",
        Geometry::MultiPoint(_) => "MULTIPOINT",
        Geometry::MultiLineString(_) => "MULTILINESTRING",
        Geometry::MultiPolygon(_) => "MULTIPOLYGON",
        Geometry::GeometryCollection(_) => "GEOMETRYCOLLECTION",
    };
    out.push_str(name);
    out.push(' ');
    let nothing = match shape {
        Geometry::GeometryCollection(parts) => parts.0.is_empty(),
        other => is_empty(other),
    };
    if nothing {
        out.push_str("EMPTY");
        return;
    }
    match shape {
        Geometry::Point(point) => list(out, std::iter::once(&point.0), coord),
        Geometry::LineString(line) => list(out, &line.0, coord),
        Geometry::Line(line) => list(out, &[line.start, line.end], coord),
        Geometry::Polygon(polygon) => rings(out, polygon),
        Geometry::Rect(rect) => rings(out, &rect.to_polygon()),
        Geometry::Triangle(triangle) => rings(out, &triangle.to_polygon()),
        Geometry::MultiPoint(points) => list(out, &points.0, |out, point| {
            list(out, std::iter::once(&point.0), coord);
        }),
        Geometry::MultiLineString(lines) => list(out, &lines.0, |out, line| {
            list(out, &line.0, coord);
        }),
        Geometry::MultiPolygon(polygons) => list(out, &polygons.0, rings),
        Geometry::GeometryCollection(parts) => list(out, &parts.0, write_to),
    }
}

fn list<'a, T: 'a>(
    out: &mut String,
    items: impl IntoIterator<Item = &'a T>,
    mut write: impl FnMut(&mut String, &T),
) {
    out.push('(');
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, item);
    }
    out.push(')');
}

fn coord(out: &mut String, at: &Coord) {
    out.push_str(&format!("{} {}", at.x, at.y));
}

fn rings(out: &mut String, polygon: &Polygon) {
    let rings: Vec<&LineString> =
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
    list(out, rings.iter(), |out, ring: &&LineString| list(out, &ring.0, coord));
}

/// Reads a geometry's text; the error says what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Geometry, String> {
    let mut reader = Reader { rest: text };
    let shape = reader.shape(0)?;
    match reader.rest.trim() {
        "" => Ok(shape),
        rest => Err(format!("Unexpected text after geometry: {rest}")),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let word = self.rest[..end].to_ascii_uppercase();
        self.rest = &self.rest[end..];
        word
    }

    fn eat(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        if self.eat(sign) {
            Ok(())
        } else {
            Err(format!("Expected {sign} but found: {}", self.rest))
        }
    }

    /// Whether the geometry is `EMPTY`.
    fn empty(&mut self) -> bool {
        let before = self.rest;
        if self.word() == "EMPTY" {
            return true;
        }
        self.rest = before;
        false
    }

    fn shape(&mut self, depth: usize) -> Result<Geometry, String> {
        if depth > DEPTH_MAX {
            return Err("geometry collections nest too deep".to_owned());
        }
        let word = self.word();
        let empty = self.empty();
        Ok(match word.as_str() {
            "POINT" if empty => Geometry::Point(Point::new(f64::NAN, f64::NAN)),
            "POINT" => {
                self.expect('(')?;
                let at = self.coord()?;
                self.expect(')')?;
                Geometry::Point(at.into())
            }
            "LINESTRING" => Geometry::LineString(LineString(self.coords(empty)?)),
            "POLYGON" if empty => Geometry::Polygon(Polygon::new(LineString(vec![]), vec![])),
            "POLYGON" => Geometry::Polygon(self.polygon()?),
            "MULTIPOINT" => {
                Geometry::MultiPoint(MultiPoint(self.items(empty, |reader| {
                    // The parentheses around each are not always written.
                    let wrapped = reader.eat('(');
                    let at = reader.coord()?;
                    if wrapped {
                        reader.expect(')')?;
                    }
                    Ok(at.into())
                })?))
            }
            "MULTILINESTRING" => {
                let lines = self.items(empty, |reader| Ok(LineString(reader.coords(false)?)))?;
                Geometry::MultiLineString(MultiLineString(lines))
            }
            "MULTIPOLYGON" => {
                Geometry::MultiPolygon(MultiPolygon(self.items(empty, Self::polygon)?))
            }
            "GEOMETRYCOLLECTION" => {
                let parts = self.items(empty, |reader| reader.shape(depth + 1))?;
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            other => return Err(format!("Unknown geometry type: {other}")),
        })
    }

    fn items<T>(
        &mut self,
        empty: bool,
        mut item: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        if empty {
            return Ok(items);
        }
        self.expect('(')?;
        loop {
            items.push(item(self)?);
            if !self.eat(',') {
                break;
            }
        }
        self.expect(')')?;
        Ok(items)
    }

    fn coords(&mut self, empty: bool) -> Result<Vec<Coord>, String> {
        self.items(empty, Self::coord)
    }

    fn polygon(&mut self) -> Result<Polygon, String> {
        let rings = self.items(false, |reader| {
            let ring = reader.coords(false)?;
            if ring.len() < 4 || ring.first() != ring.last() {
                return Err("Points of LinearRing do not form a closed linestring".to_owned());
            }
            Ok(LineString(ring))
        })?;
        let mut rings = rings.into_iter();
        let exterior = rings.next().unwrap_or(LineString(vec![]));
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn coord(&mut self) -> Result<Coord, String> {
        let x = self.number()?;
        let y = self.number()?;
        Ok(Coord { x, y })
    }

    fn number(&mut self) -> Result<f64, String> {
        self.rest = self.rest.trim_start();
        let of_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let end = self.rest.find(|c| !of_number(c)).unwrap_or(self.rest.len());
        let number = self.rest[..end].parse().ok().filter(|n: &f64| n.is_finite());
        let number = number.ok_or_else(|| format!("Expected number but found: {}", self.rest))?;
        self.rest = &self.rest[end..];
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in [
            "POINT (1 -2.5)",
            "POINT EMPTY",
            "LINESTRING (0 0, 1 1)",
            "LINESTRING EMPTY",
            "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))",
            "POLYGON EMPTY",
            "MULTIPOINT ((1 2), (3 4))",
            "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
            "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
            "GEOMETRYCOLLECTION EMPTY",
        ] {
            assert_eq!(write(&read(text).unwrap()), text);
        }
        assert_eq!(write(&read("multipoint(1 2,3 4)").unwrap()), "MULTIPOINT ((1 2), (3 4))");
        for bad in ["", "POINT (1)", "POLYGON ((0 0, 1 1))", "POINT (1 2) x", "CIRCLE (0 0)"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
