//! How an aggregate is written here: its types, the types of its partial state, and an
//! accumulator. Keyed accumulators share [`Seen`].

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};

use super::super::error::no_such_function;
use super::super::scalar::{Resolve, type_name};

/// Of the argument types and the type returned.
pub(in super::super) type MakeAccumulator =
    fn(&[DataType], &DataType) -> Result<Box<dyn Accumulator>>;

/// The parts of an aggregate.
pub(in super::super) struct Aggregate {
    pub(in super::super) name: &'static str,
    /// The argument list, for the refusal.
    pub(in super::super) shown: &'static str,
    /// Argument types as given to those wanted and the type returned.
    pub(in super::super) resolve: Resolve,
    /// The columns of a partial result.
    pub(in super::super) state: fn(&[DataType]) -> Vec<DataType>,
    pub(in super::super) accumulator: MakeAccumulator,
}

impl Aggregate {
    pub(in super::super) fn finish(self) -> AggregateUDF {
        let signature = Signature::user_defined(Volatility::Immutable);
        AggregateUDF::new_from_impl(Declared { parts: self, signature })
    }
}

struct Declared {
    parts: Aggregate,
    signature: Signature,
}

impl Declared {
    fn refusal(&self, given: &[DataType]) -> DataFusionError {
        let given: Vec<String> = given.iter().map(type_name).collect();
        no_such_function(format!(
            "Unexpected parameters ({}) for function {}. Expected: {}({})",
            given.join(", "),
            self.parts.name,
            self.parts.name,
            self.parts.shown
        ))
    }
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aggregate").field("name", &self.parts.name).finish_non_exhaustive()
    }
}

// One aggregate per name: the name is the identity.
impl PartialEq for Declared {
    fn eq(&self, other: &Self) -> bool {
        self.parts.name == other.parts.name
    }
}

impl Eq for Declared {}

impl Hash for Declared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.name.hash(state);
    }
}

impl AggregateUDFImpl for Declared {
    fn name(&self) -> &str {
        self.parts.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let resolved = (self.parts.resolve)(given);
        resolved.map(|(types, _)| types).ok_or_else(|| self.refusal(given))
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        let resolved = (self.parts.resolve)(given);
        resolved.map(|(_, returns)| returns).ok_or_else(|| self.refusal(given))
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let given: Vec<DataType> =
            args.expr_fields.iter().map(|field| field.data_type().clone()).collect();
        (self.parts.accumulator)(&given, args.return_field.data_type())
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let given: Vec<DataType> =
            args.input_fields.iter().map(|field| field.data_type().clone()).collect();
        let field =
            |(i, data_type)| Arc::new(Field::new(format!("{}[{i}]", args.name), data_type, true));
        Ok((self.parts.state)(&given).into_iter().enumerate().map(field).collect())
    }
}

/// Keys met so far, in the order met.
pub(in super::super) struct Seen {
    converter: RowConverter,
    places: HashMap<OwnedRow, usize>,
    keys: Vec<ScalarValue>,
    key_type: DataType,
    bytes: usize,
}

impl Seen {
    pub(in super::super) fn new(key_type: &DataType) -> Result<Self> {
        Ok(Self {
            converter: RowConverter::new(vec![SortField::new(key_type.clone())])?,
            places: HashMap::new(),
            keys: Vec::new(),
            key_type: key_type.clone(),
            bytes: 0,
        })
    }

    /// Shows each key that is not NULL to the rule: the row, the key's place, whether it is new.
    pub(in super::super) fn meet(
        &mut self,
        keys: &ArrayRef,
        mut rule: impl FnMut(usize, usize, bool) -> Result<()>,
    ) -> Result<()> {
        let encoded = self.converter.convert_columns(&[Arc::clone(keys)])?;
        for row in (0..keys.len()).filter(|row| keys.is_valid(*row)) {
            let key = encoded.row(row).owned();
            let next = self.keys.len();
            let (place, new) = match self.places.get(&key) {
                Some(place) => (*place, false),
                None => {
                    self.bytes += 2 * key.as_ref().len() + size_of::<(OwnedRow, ScalarValue)>();
                    self.places.insert(key, next);
                    self.keys.push(ScalarValue::try_from_array(keys, row)?);
                    (next, true)
                }
            };
            rule(row, place, new)?;
        }
        Ok(())
    }

    pub(in super::super) fn size(&self) -> usize {
        self.bytes
    }

    /// The keys as a column.
    pub(in super::super) fn column(&self) -> Result<ArrayRef> {
        column(&self.keys, &self.key_type)
    }
}

/// Values as a column of a type, also when there are none.
pub(in super::super) fn column(values: &[ScalarValue], data_type: &DataType) -> Result<ArrayRef> {
    if values.is_empty() {
        return Ok(datafusion::arrow::array::new_empty_array(data_type));
    }
    ScalarValue::iter_to_array(values.iter().cloned())
}

/// A column as one list value.
pub(in super::super) fn one_list(values: ArrayRef) -> Result<ScalarValue> {
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = datafusion::arrow::buffer::OffsetBuffer::from_lengths([values.len()]);
    let list = datafusion::arrow::array::ListArray::try_new(field, offsets, values, None)?;
    Ok(ScalarValue::List(Arc::new(list)))
}

/// A map value of two columns; NULL when there are no entries.
pub(in super::super) fn one_map(
    returns: &DataType,
    keys: ArrayRef,
    values: ArrayRef,
) -> Result<ScalarValue> {
    if keys.is_empty() {
        return ScalarValue::try_new_null(returns);
    }
    let mut lengths = super::super::map::build::Lengths::default();
    lengths.push(keys.len());
    let map = super::super::map::build::map(returns, keys, values, lengths)?;
    ScalarValue::try_from_array(&map, 0)
}
