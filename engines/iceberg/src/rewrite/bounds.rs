//! What is known of a file made of others: their counts together, and the outermost of their bounds.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::manifest::DataFile;
use crate::schema::Schema;
use crate::types::{Primitive, Type};

/// What a file made of the rows of others, and of all of them, has to say; its path, its size and the
/// sizes of its columns are for who wrote it.
pub fn merged(files: &[DataFile], schemas: &[Schema]) -> DataFile {
    let Some(first) = files.first() else { return DataFile::default() };
    let mut types: BTreeMap<i32, Primitive> = BTreeMap::new();
    for (id, of) in schemas.iter().flat_map(Schema::types) {
        if let Type::Primitive(primitive) = of {
            types.insert(id, primitive);
        }
    }
    DataFile {
        content: first.content,
        file_format: first.file_format.clone(),
        partition: first.partition.clone(),
        record_count: files.iter().map(|file| file.record_count).sum(),
        value_counts: counted(files, |file| &file.value_counts),
        null_value_counts: counted(files, |file| &file.null_value_counts),
        nan_value_counts: counted(files, |file| &file.nan_value_counts),
        lower_bounds: bounds(files, &types, |file| &file.lower_bounds, Ordering::Less),
        upper_bounds: bounds(files, &types, |file| &file.upper_bounds, Ordering::Greater),
        ..DataFile::default()
    }
}

/// Sums of what all files know.
fn counted(
    files: &[DataFile],
    of: impl Fn(&DataFile) -> &BTreeMap<i32, i64>,
) -> BTreeMap<i32, i64> {
    let Some(first) = files.first() else { return BTreeMap::new() };
    let sum = |id: &i32| files.iter().map(|file| of(file).get(id).copied()).sum::<Option<i64>>();
    of(first).keys().filter_map(|id| Some((*id, sum(id)?))).collect()
}

/// The outermost bounds of the columns of which all files have one, or nothing but nulls.
fn bounds(
    files: &[DataFile],
    types: &BTreeMap<i32, Primitive>,
    of: impl Fn(&DataFile) -> &BTreeMap<i32, Vec<u8>>,
    wanted: Ordering,
) -> BTreeMap<i32, Vec<u8>> {
    let empty = |file: &DataFile, id: &i32| {
        let (values, nulls) = (file.value_counts.get(id), file.null_value_counts.get(id));
        values.is_some() && values == nulls
    };
    let outermost = |(id, primitive): (&i32, &Primitive)| {
        let mut best: Option<&Vec<u8>> = None;
        for file in files {
            match of(file).get(id) {
                Some(bound) if best.is_none_or(|b| compare(*primitive, bound, b) == wanted) => {
                    best = Some(bound);
                }
                Some(_) => {}
                None if empty(file, id) => {}
                None => return None,
            }
        }
        Some((*id, best?.clone()))
    };
    types.iter().filter_map(outermost).collect()
}

/// Which of two bounds is less. A column that became wider has bounds of both widths.
fn compare(of: Primitive, a: &[u8], b: &[u8]) -> Ordering {
    match of {
        Primitive::Float | Primitive::Double => float(a).total_cmp(&float(b)),
        Primitive::Decimal { .. } => signed(a.iter()).cmp(&signed(b.iter())),
        Primitive::String | Primitive::Binary | Primitive::Uuid | Primitive::Fixed(_) => a.cmp(b),
        _ => signed(a.iter().rev()).cmp(&signed(b.iter().rev())),
    }
}

fn float(bytes: &[u8]) -> f64 {
    match (<[u8; 4]>::try_from(bytes), <[u8; 8]>::try_from(bytes)) {
        (Ok(short), _) => f32::from_le_bytes(short).into(),
        (_, Ok(long)) => f64::from_le_bytes(long),
        _ => f64::NAN,
    }
}

/// A number of two's complement, its highest byte first.
fn signed<'b>(bytes: impl Iterator<Item = &'b u8>) -> i128 {
    let mut number: Option<i128> = None;
    for byte in bytes {
        number = Some(match number {
            None => i128::from(byte.cast_signed()),
            Some(number) => (number << 8) | i128::from(*byte),
        });
    }
    number.unwrap_or(0)
}
