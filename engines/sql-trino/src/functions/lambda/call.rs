//! How a function over lambdas is written here: the types of its values, the types of the lambdas'
//! parameters, what it returns, and a rule over whole columns.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, ListArray, MapArray, UInt32Array};
use datafusion::arrow::compute::{take, take_arrays};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature,
    HigherOrderUDF, HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda,
    Volatility,
};

use super::super::array::lists::range;
use super::super::error::no_such_function;
use super::super::map::build;
use super::super::scalar::type_name;

/// Types of a lambda's parameters, once they are known.
pub(super) type Known = Option<Vec<DataType>>;

/// Of the values' types and the results of the lambdas so far known.
pub(super) type Parameters = fn(&[DataType], &[Option<DataType>]) -> Vec<Known>;

/// The parts of a function over lambdas.
pub(super) struct HigherOrder {
    pub(super) name: &'static str,
    /// The argument list, for the refusal.
    pub(super) shown: &'static str,
    /// How many lambdas follow the values.
    pub(super) lambdas: usize,
    /// What the value arguments convert to; `None` if the function takes no such values.
    pub(super) values: fn(&[DataType]) -> Option<Vec<DataType>>,
    /// Parameters of each lambda, of the values' types and of the results of lambdas so far known;
    /// `None` for a lambda whose parameters hang on such a result.
    pub(super) parameters: Parameters,
    /// The type returned, of the values' and the lambdas' types.
    pub(super) returns: fn(&[DataType], &[DataType]) -> Option<DataType>,
    /// Values converted again once the lambdas' results are known.
    pub(super) settle: fn(&[DataType], &[DataType]) -> Option<Vec<DataType>>,
    pub(super) evaluate: fn(&Call) -> Result<ArrayRef>,
}

impl HigherOrder {
    pub(super) fn finish(self) -> HigherOrderUDF {
        let signature = HigherOrderSignature::user_defined(Volatility::Immutable);
        HigherOrderUDF::new_from_impl(Registered { parts: self, signature })
    }

    fn refusal(&self, given: &[DataType]) -> DataFusionError {
        let given: Vec<String> = given.iter().map(type_name).collect();
        no_such_function(format!(
            "Unexpected parameters ({}) for function {}. Expected: {}({})",
            given.join(", "),
            self.name,
            self.name,
            self.shown
        ))
    }
}

/// For functions whose values never change for the lambdas' sake.
pub(super) fn settled(_: &[DataType], _: &[DataType]) -> Option<Vec<DataType>> {
    None
}

struct Registered {
    parts: HigherOrder,
    signature: HigherOrderSignature,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HigherOrder").field("name", &self.parts.name).finish_non_exhaustive()
    }
}

// One function per name: the name is the identity.
impl PartialEq for Registered {
    fn eq(&self, other: &Self) -> bool {
        self.parts.name == other.parts.name
    }
}

impl Eq for Registered {}

impl Hash for Registered {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts.name.hash(state);
    }
}

/// Values first, then lambdas: anything else is refused.
fn split<V: Clone, L: Clone>(fields: &[ValueOrLambda<V, L>]) -> Option<(Vec<V>, Vec<L>)> {
    let (mut values, mut lambdas) = (Vec::new(), Vec::new());
    for field in fields {
        match field {
            ValueOrLambda::Value(value) if lambdas.is_empty() => values.push(value.clone()),
            ValueOrLambda::Value(_) => return None,
            ValueOrLambda::Lambda(lambda) => lambdas.push(lambda.clone()),
        }
    }
    Some((values, lambdas))
}

fn types(fields: &[FieldRef]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type().clone()).collect()
}

impl HigherOrderUDFImpl for Registered {
    fn name(&self) -> &str {
        self.parts.name
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        (self.parts.values)(given).ok_or_else(|| self.parts.refusal(given))
    }

    fn lambda_parameters(
        &self,
        _: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let (values, lambdas) = split(fields).ok_or_else(|| self.parts.refusal(&[]))?;
        let values = types(&values);
        // The one function that also comes without its lambda is `array_sort`.
        if lambdas.len() > self.parts.lambdas
            || lambdas.len() < self.parts.lambdas && self.parts.name != "array_sort"
        {
            return Err(self.parts.refusal(&values));
        }
        let known: Vec<Option<DataType>> =
            lambdas.iter().map(|l| l.as_ref().map(|field| field.data_type().clone())).collect();
        let field = |data_type: DataType| Arc::new(Field::new("", data_type, true));
        let parameters: Vec<Option<Vec<FieldRef>>> = (self.parts.parameters)(&values, &known)
            .into_iter()
            .take(lambdas.len())
            .map(|parameters| parameters.map(|types| types.into_iter().map(field).collect()))
            .collect();
        let complete: Option<Vec<Vec<FieldRef>>> = parameters.iter().cloned().collect();
        // A lambda that feeds on its own result is planned once before it is believed.
        let settled = self.parts.lambdas < 2 || known.first().is_some_and(Option::is_some);
        Ok(match complete {
            Some(complete) if settled => LambdaParametersProgress::Complete(complete),
            _ => LambdaParametersProgress::Partial(parameters),
        })
    }

    fn coerce_values_for_lambdas(
        &self,
        fields: &[ValueOrLambda<DataType, DataType>],
    ) -> Result<Option<Vec<DataType>>> {
        let (values, lambdas) = split(fields).ok_or_else(|| self.parts.refusal(&[]))?;
        Ok((self.parts.settle)(&values, &lambdas))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        let (values, lambdas) = split(args.arg_fields).ok_or_else(|| self.parts.refusal(&[]))?;
        let (values, lambdas) = (types(&values), types(&lambdas));
        let returns = (self.parts.returns)(&values, &lambdas);
        let returns = returns.ok_or_else(|| self.parts.refusal(&values))?;
        Ok(Arc::new(Field::new(self.parts.name, returns, true)))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (mut values, mut lambdas) = (Vec::new(), Vec::new());
        for arg in &args.args {
            match arg {
                ValueOrLambda::Value(value) => values.push(value.to_array(args.number_rows)?),
                ValueOrLambda::Lambda(lambda) => lambdas.push(lambda.clone()),
            }
        }
        let returns = args.return_type().clone();
        let call = Call { values, lambdas, rows: args.number_rows, returns };
        (self.parts.evaluate)(&call).map(ColumnarValue::Array)
    }
}

/// One call over a batch.
pub(super) struct Call {
    /// A value for each row.
    pub(super) values: Vec<ArrayRef>,
    pub(super) lambdas: Vec<LambdaArgument>,
    pub(super) rows: usize,
    pub(super) returns: DataType,
}

impl Call {
    /// Evaluates a lambda over columns of its parameters; `rows` says of which row of the batch
    /// each entry is, for what the lambda reads besides its parameters.
    pub(super) fn run(
        &self,
        lambda: usize,
        parameters: &[ArrayRef],
        rows: &UInt32Array,
    ) -> Result<ArrayRef> {
        let given: Vec<_> = parameters.iter().map(|array| move || Ok(Arc::clone(array))).collect();
        let given: Vec<&dyn Fn() -> Result<ArrayRef>> =
            given.iter().map(|array| array as &dyn Fn() -> Result<ArrayRef>).collect();
        let lambda = self.lambdas.get(lambda);
        let lambda = lambda.ok_or_else(|| exec_datafusion_err!("a lambda is missing"))?;
        let spread = |captured: &[ArrayRef]| Ok(take_arrays(captured, rows, None)?);
        lambda.evaluate(&given, spread)?.into_array(rows.len())
    }
}

/// The elements of all rows of a list or map in one column, and the row each is of.
pub(super) struct Elements {
    /// Places among the list's values.
    pub(super) places: UInt32Array,
    pub(super) rows: UInt32Array,
}

impl Elements {
    pub(super) fn of_list(list: &ListArray) -> Result<Self> {
        Self::of((0..list.len()).map(|row| match list.is_null(row) {
            true => 0..0,
            false => range(list, row),
        }))
    }

    pub(super) fn of_map(map: &MapArray) -> Result<Self> {
        Self::of((0..map.len()).map(|row| match map.is_null(row) {
            true => 0..0,
            false => build::range(map, row),
        }))
    }

    fn of(ranges: impl Iterator<Item = std::ops::Range<usize>>) -> Result<Self> {
        let (mut places, mut rows) = (Vec::new(), Vec::new());
        let narrow = |n: usize| {
            u32::try_from(n).map_err(|_| exec_datafusion_err!("a batch has too many elements"))
        };
        for (row, range) in ranges.enumerate() {
            for place in range {
                places.push(narrow(place)?);
                rows.push(narrow(row)?);
            }
        }
        Ok(Self { places: places.into(), rows: rows.into() })
    }

    pub(super) fn take(&self, values: &ArrayRef) -> Result<ArrayRef> {
        Ok(take(values, &self.places, None)?)
    }

    /// How many elements each of so many rows has.
    pub(super) fn lengths(&self, rows: usize) -> Vec<usize> {
        let mut lengths = vec![0; rows];
        self.rows.values().iter().for_each(|row| lengths[*row as usize] += 1);
        lengths
    }
}
