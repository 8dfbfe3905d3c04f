//! Geometries on the plane, and on the sphere where the functions take `SphericalGeography`.
//! Overlays, relations and buffers are the `geo` crate's.

mod accessors;
pub(crate) mod aggregates;
mod bing;
mod constructors;
mod geojson;
mod measures;
mod overlay;
mod polyline;
mod relations;
mod shape;
mod sphere;
mod wkb;
mod wkt;

use datafusion::logical_expr::ScalarUDF;

/// A geometry's text, of the bytes a column holds.
pub(crate) fn text(bytes: &[u8]) -> Option<String> {
    wkb::read(bytes).map(|shape| wkt::write(&shape))
}

pub(super) fn all() -> Vec<ScalarUDF> {
    let mut all = vec![sphere::great_circle_distance()];
    all.extend(accessors::all());
    all.extend(bing::all());
    all.extend(constructors::all());
    all.extend(measures::all());
    all.extend(overlay::all());
    all.extend(polyline::all());
    all.extend(relations::all());
    all
}
