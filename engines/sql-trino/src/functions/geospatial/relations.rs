//! How two geometries lie to each other, by the matrix of their intersections:
//! `ST_Contains(g1, g2) → boolean` and its like, `ST_Relate(g1, g2, pattern)`.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use geo::Relate;
use geo::relate::IntersectionMatrix;

use super::super::error::invalid_argument;
use super::super::scalar::{Evaluate, Function, Rows, Type};
use super::shape::{GEOMETRY, at, coords, is_empty, of_two};

pub(super) fn all() -> Vec<ScalarUDF> {
    let relation = |name, evaluate: Evaluate| of_two(name, Type::Boolean, evaluate);
    vec![
        relation("st_contains", |rows| related(rows, |m| m.is_contains(), false)),
        relation("st_crosses", |rows| related(rows, |m| m.is_crosses(), false)),
        relation("st_disjoint", |rows| related(rows, |m| m.is_disjoint(), true)),
        relation("st_equals", |rows| related(rows, |m| m.is_equal_topo(), false)),
        relation("st_intersects", |rows| related(rows, |m| m.is_intersects(), false)),
        relation("st_overlaps", |rows| related(rows, |m| m.is_overlaps(), false)),
        relation("st_touches", |rows| related(rows, |m| m.is_touches(), false)),
        relation("st_within", |rows| related(rows, |m| m.is_within(), false)),
        Function::named("st_relate")
            .takes(&[GEOMETRY, GEOMETRY, Type::Varchar], Type::Boolean, by_pattern)
            .finish(),
    ]
}

/// With nothing there is one answer to every question.
fn related(
    rows: &Rows,
    holds: fn(&IntersectionMatrix) -> bool,
    with_nothing: bool,
) -> Result<ArrayRef> {
    rows.booleans(|row| {
        let (left, right) = (at(rows, 0, row)?, at(rows, 1, row)?);
        if is_empty(&left) || is_empty(&right) {
            return Ok(Some(with_nothing));
        }
        if apart(&coords(&left), &coords(&right)) {
            return Ok(Some(with_nothing));
        }
        Ok(Some(holds(&left.relate(&right))))
    })
}

/// Whether the bounds do not meet, which spares the matrix.
fn apart(left: &[geo::Coord], right: &[geo::Coord]) -> bool {
    let bounds = |points: &[geo::Coord], of: fn(&geo::Coord) -> f64| {
        points.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| {
            (min.min(value), max.max(value))
        })
    };
    let axes: [fn(&geo::Coord) -> f64; 2] = [|at| at.x, |at| at.y];
    axes.into_iter().any(|of| {
        let ((left_min, left_max), (right_min, right_max)) = (bounds(left, of), bounds(right, of));
        left_max < right_min || right_max < left_min
    })
}

fn by_pattern(rows: &Rows) -> Result<ArrayRef> {
    let patterns = rows.text(2);
    rows.booleans(|row| {
        let matrix = at(rows, 0, row)?.relate(&at(rows, 1, row)?);
        let pattern = patterns.at(row);
        matrix
            .matches(pattern)
            .map(Some)
            .map_err(|_| invalid_argument(format!("Invalid intersection pattern: {pattern}")))
    })
}
