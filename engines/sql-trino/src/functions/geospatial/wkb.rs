//! Geometries as well-known binary, which is also how columns hold them.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

const DEPTH_MAX: usize = 32;

/// The bytes of a geometry, lowest byte first.
pub(crate) fn write(shape: &Geometry) -> Vec<u8> {
    let mut out = Vec::new();
    write_to(&mut out, shape);
    out
}

fn write_to(out: &mut Vec<u8>, shape: &Geometry) {
    out.push(1);
    let kind: u32 = match shape {
        Geometry::Point(_) => 1,
        Geometry::LineString(_) | Geometry::Line(_) => 2,
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => 3,
        Geometry::MultiPoint(_) => 4,
        Geometry::MultiLineString(_) => 5,
        Geometry::MultiPolygon(_) => 6,
        Geometry::GeometryCollection(_) => 7,
    };
    out.extend(kind.to_le_bytes());
    match shape {
        Geometry::Point(point) => coord(out, point.0),
        Geometry::LineString(line) => coords(out, &line.0),
        Geometry::Line(line) => coords(out, &[line.start, line.end]),
        Geometry::Polygon(polygon) => rings(out, polygon),
        Geometry::Rect(rect) => rings(out, &rect.to_polygon()),
        Geometry::Triangle(triangle) => rings(out, &triangle.to_polygon()),
        Geometry::MultiPoint(points) => {
            parts(out, points.0.iter().map(|point| Geometry::Point(*point)));
        }
        Geometry::MultiLineString(lines) => {
            parts(out, lines.0.iter().cloned().map(Geometry::LineString));
        }
        Geometry::MultiPolygon(polygons) => {
            parts(out, polygons.0.iter().cloned().map(Geometry::Polygon));
        }
        Geometry::GeometryCollection(shapes) => parts(out, shapes.0.iter().cloned()),
    }
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn coord(out: &mut Vec<u8>, at: Coord) {
    out.extend(at.x.to_le_bytes());
    out.extend(at.y.to_le_bytes());
}

fn coords(out: &mut Vec<u8>, line: &[Coord]) {
    count(out, line.len());
    line.iter().for_each(|at| coord(out, *at));
}

fn rings(out: &mut Vec<u8>, polygon: &Polygon) {
    if polygon.exterior().0.is_empty() {
        count(out, 0);
        return;
    }
    count(out, 1 + polygon.interiors().len());
    coords(out, &polygon.exterior().0);
    polygon.interiors().iter().for_each(|ring| coords(out, &ring.0));
}

fn parts(out: &mut Vec<u8>, shapes: impl ExactSizeIterator<Item = Geometry>) {
    count(out, shapes.len());
    shapes.for_each(|shape| write_to(out, &shape));
}

/// Reads a geometry's bytes; `None` if they are none.
pub(crate) fn read(bytes: &[u8]) -> Option<Geometry> {
    let mut reader = Reader { rest: bytes, little: true };
    let shape = reader.shape(0)?;
    reader.rest.is_empty().then_some(shape)
}

struct Reader<'a> {
    rest: &'a [u8],
    little: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        let mut taken = *taken;
        if !self.little {
            taken.reverse();
        }
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn coord(&mut self) -> Option<Coord> {
        let x = f64::from_le_bytes(self.take()?);
        let y = f64::from_le_bytes(self.take()?);
        Some(Coord { x, y })
    }

    fn coords(&mut self) -> Option<Vec<Coord>> {
        (0..self.number()?).map(|_| self.coord()).collect()
    }

    fn polygon(&mut self) -> Option<Polygon> {
        let rings: Option<Vec<LineString>> =
            (0..self.number()?).map(|_| self.coords().map(LineString)).collect();
        let mut rings = rings?.into_iter();
        let exterior = rings.next().unwrap_or(LineString(vec![]));
        Some(Polygon::new(exterior, rings.collect()))
    }

    fn parts<T>(&mut self, depth: usize, part: fn(Geometry) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| self.shape(depth + 1).and_then(part)).collect()
    }

    fn shape(&mut self, depth: usize) -> Option<Geometry> {
        if depth > DEPTH_MAX {
            return None;
        }
        let order: [u8; 1] = self.take()?;
        self.little = order[0] == 1;
        Some(match self.number()? {
            1 => Geometry::Point(Point(self.coord()?)),
            2 => Geometry::LineString(LineString(self.coords()?)),
            3 => Geometry::Polygon(self.polygon()?),
            4 => Geometry::MultiPoint(MultiPoint(self.parts(depth, |shape| match shape {
                Geometry::Point(point) => Some(point),
                _ => None,
            })?)),
            5 => Geometry::MultiLineString(MultiLineString(self.parts(
                depth,
                |shape| match shape {
                    Geometry::LineString(line) => Some(line),
                    _ => None,
                },
            )?)),
            6 => Geometry::MultiPolygon(MultiPolygon(self.parts(depth, |shape| match shape {
                Geometry::Polygon(polygon) => Some(polygon),
                _ => None,
            })?)),
            7 => Geometry::GeometryCollection(GeometryCollection(self.parts(depth, Some)?)),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::wkt;
    use super::*;

    #[test]
    fn bytes_come_back() {
        for text in [
            "POINT (1 -2.5)",
            "POINT EMPTY",
            "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))",
            "POLYGON EMPTY",
            "MULTIPOINT ((1 2), (3 4))",
            "GEOMETRYCOLLECTION (POINT (1 2), MULTILINESTRING ((0 0, 1 1)))",
        ] {
            let bytes = write(&wkt::read(text).unwrap());
            assert_eq!(wkt::write(&read(&bytes).unwrap()), text);
            assert!(read(&bytes[..bytes.len() - 1]).is_none());
        }
        let big = hex::decode("00000000013ff00000000000004000000000000000").unwrap();
        assert_eq!(wkt::write(&read(&big).unwrap()), "POINT (1 2)");
    }
}
