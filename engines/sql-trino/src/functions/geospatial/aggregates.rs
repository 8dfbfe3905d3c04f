//! `geometry_union_agg(Geometry) → Geometry`, `convex_hull_agg(Geometry) → Geometry`.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, AggregateUDF};
use geo::{Geometry, GeometryCollection};

use super::super::aggregate::declared::Aggregate;
use super::overlay::{hull, union};
use super::shape::{Parts, decode, nothing};
use super::wkb;
use crate::opaque::{Opaque, bytes};

pub(crate) fn all() -> Vec<AggregateUDF> {
    let declare = |name, accumulator| {
        Aggregate {
            name,
            shown: "Geometry",
            resolve: |given| match given {
                [shape] if Opaque::of(shape) == Some(Opaque::Geometry) => {
                    Some((given.to_vec(), shape.clone()))
                }
                _ => None,
            },
            state: |_| vec![DataType::Binary],
            accumulator,
        }
        .finish()
    };
    vec![
        declare("geometry_union_agg", |_, _| Ok(Box::new(Joined { rule: join, shape: None }))),
        declare("convex_hull_agg", |_, _| Ok(Box::new(Joined { rule: around, shape: None }))),
    ]
}

fn join(left: Geometry, right: Geometry) -> Geometry {
    union(Parts::of(&left), &Parts::of(&right)).join(nothing())
}

fn around(left: Geometry, right: Geometry) -> Geometry {
    hull(&Geometry::GeometryCollection(GeometryCollection(vec![left, right])))
}

#[derive(Debug)]
struct Joined {
    rule: fn(Geometry, Geometry) -> Geometry,
    shape: Option<Geometry>,
}

impl Joined {
    fn add(&mut self, bytes: &[u8]) -> Result<()> {
        let next = decode(bytes)?;
        let before = self.shape.take().unwrap_or_else(nothing);
        self.shape = Some((self.rule)(before, next));
        Ok(())
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        self.shape.as_ref().map(wkb::write)
    }
}

impl Accumulator for Joined {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let inner = columns[0].as_struct().column(0);
        (0..columns[0].len())
            .filter(|row| columns[0].is_valid(*row))
            .try_for_each(|row| self.add(bytes(inner, row)))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&Opaque::Geometry.column(&[self.bytes()])?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bytes().map_or(0, |bytes| bytes.len())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(self.bytes())])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states[0].as_binary::<i32>().iter().flatten().try_for_each(|bytes| self.add(bytes))
    }
}
