//! `CAST` and `TRY_CAST`: what converts to what, and how.
//!
//! Conversions on which the engine and Trino agree become the engine's own casts during
//! simplification, so that predicates through them are pushed to the files; the others stay.

mod cell;
mod from_json;
mod kernel;
mod opaque;
mod rules;
mod to_json;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, new_null_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    Cast as CastExpr, ColumnarValue, Expr, ExprSchemable, ReturnFieldArgs, ScalarFunctionArgs,
    ScalarUDFImpl, Signature, Volatility,
};

use crate::types::{TrinoType, is_json, json_field};
pub(crate) use kernel::convert;

/// `$cast(value, 'type')`.
#[derive(Debug)]
pub(crate) struct Cast {
    signature: Signature,
    /// NULL where the value does not convert, instead of an error.
    tries: bool,
}

impl Cast {
    pub(crate) fn new(tries: bool) -> Self {
        Cast { signature: Signature::user_defined(Volatility::Immutable), tries }
    }
}

impl PartialEq for Cast {
    fn eq(&self, other: &Self) -> bool {
        self.tries == other.tries
    }
}

impl Eq for Cast {}

impl Hash for Cast {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tries.hash(state);
    }
}

fn target(literal: Option<&ScalarValue>) -> Result<TrinoType> {
    let Some(text) = literal.and_then(|v| v.try_as_str().flatten()) else {
        return internal_err!("a cast's type is a literal");
    };
    TrinoType::parse(text).map_err(|unknown| {
        aquifer_sql::SqlError::user("TYPE_NOT_FOUND", format!("Unknown type: {unknown}")).into()
    })
}

impl ScalarUDFImpl for Cast {
    fn name(&self) -> &str {
        if self.tries { "$try_cast" } else { "$cast" }
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let word = if self.tries { "TRY_CAST" } else { "CAST" };
        match args {
            [value, Expr::Literal(ty, _)] => {
                let ty = ty.try_as_str().flatten().unwrap_or_default();
                Ok(format!("{word}({} AS {ty})", value.schema_name()))
            }
            _ => Ok(word.to_owned()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        Ok(given.to_vec())
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        internal_err!("a cast's type depends on its argument")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let to = target(args.scalar_arguments.get(1).copied().flatten())?;
        let [value, _] = args.arg_fields else { return internal_err!("a cast has two arguments") };
        rules::check(&TrinoType::of(value), &to)?;
        let field = Field::new(self.name(), to.to_arrow(), self.tries || value.is_nullable());
        Ok(Arc::new(if to == TrinoType::Json { json_field(field) } else { field }))
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let [value, Expr::Literal(ty, _)] = args.as_slice() else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        let to = target(Some(ty))?;
        let Ok((_, field)) = value.to_field(info.schema().as_ref()) else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        let from = TrinoType::of(&field);
        if from == to && field.data_type() == &to.to_arrow() {
            return Ok(ExprSimplifyResult::Simplified(value.clone()));
        }
        if rules::engine_agrees(&from, &to) {
            let cast = CastExpr::new(Box::new(value.clone()), to.to_arrow());
            return Ok(ExprSimplifyResult::Simplified(Expr::Cast(cast)));
        }
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [value, ty] = args.args.as_slice() else {
            return internal_err!("a cast has two arguments");
        };
        let to = match ty {
            ColumnarValue::Scalar(ty) => target(Some(ty))?,
            ColumnarValue::Array(_) => return internal_err!("a cast's type is a literal"),
        };
        let from_json = args.arg_fields.first().is_some_and(|f| is_json(f));
        let run = |array: &ArrayRef| match self.tries {
            true => try_convert(array, from_json, &to),
            false => convert(array, from_json, &to),
        };
        match value {
            ColumnarValue::Array(array) => run(array).map(ColumnarValue::Array),
            ColumnarValue::Scalar(scalar) => {
                let converted = run(&scalar.to_array()?)?;
                ScalarValue::try_from_array(&converted, 0).map(ColumnarValue::Scalar)
            }
        }
    }
}

/// Converts what converts. Most batches convert whole; the others go row by row.
fn try_convert(array: &ArrayRef, from_json: bool, to: &TrinoType) -> Result<ArrayRef> {
    if let Ok(converted) = convert(array, from_json, to) {
        return Ok(converted);
    }
    if array.len() == 1 {
        return Ok(new_null_array(&to.to_arrow(), 1));
    }
    let (left, right) = (array.len() / 2, array.len() - array.len() / 2);
    let left_half = try_convert(&array.slice(0, left), from_json, to)?;
    let right_half = try_convert(&array.slice(left, right), from_json, to)?;
    Ok(concat(&[&left_half, &right_half])?)
}

#[cfg(test)]
mod tests;
