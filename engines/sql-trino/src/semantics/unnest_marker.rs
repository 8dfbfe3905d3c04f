//! The mark by which UNNEST travels through the planner: a column that stands for one part of
//! the elements of an array or a map. Never run: `plan::unnest` takes it out again.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

/// The mark's name.
pub(crate) const MARKER: &str = "$unnest";

/// `$unnest(container, part)`: part −1 is the whole element, −2 the ordinality, others a field.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnnestMarker {
    signature: Signature,
}

impl Default for UnnestMarker {
    fn default() -> Self {
        // Volatile, so that nothing is folded or moved before it is taken out.
        UnnestMarker { signature: Signature::any(2, Volatility::Volatile) }
    }
}

/// The fields of what a container's elements are made of.
pub(crate) fn element_field(container: &DataType) -> Option<&FieldRef> {
    match container {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            Some(item)
        }
        DataType::Map(entries, _) => Some(entries),
        _ => None,
    }
}

impl ScalarUDFImpl for UnnestMarker {
    fn name(&self) -> &str {
        MARKER
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        internal_err!("an element's type depends on its container")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let part = match args.scalar_arguments.get(1).copied().flatten() {
            Some(ScalarValue::Int64(Some(part))) => *part,
            _ => return internal_err!("an element's part is a literal"),
        };
        let whole = args.arg_fields.first().and_then(|f| element_field(f.data_type()));
        let found = match (part, whole.map(|f| (f, f.data_type()))) {
            (-2, _) => return Ok(Arc::new(Field::new(MARKER, DataType::Int64, true))),
            (-1, Some((field, _))) => Some(field.as_ref()),
            (i, Some((_, DataType::Struct(fields)))) => {
                usize::try_from(i).ok().and_then(|i| fields.get(i)).map(|f| f.as_ref())
            }
            _ => None,
        };
        match found {
            Some(field) => Ok(Arc::new(field.clone().with_name(MARKER).with_nullable(true))),
            None => internal_err!("there is no such part"),
        }
    }

    fn invoke_with_args(&self, _args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        internal_err!("UNNEST stands where it cannot be planned")
    }
}
