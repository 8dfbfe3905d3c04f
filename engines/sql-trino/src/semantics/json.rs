//! `JSON '…'`: a text that is checked and known as JSON from then on.

use std::sync::Arc;

use aquifer_sql::SqlError;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::types::json_field;

/// `$json_literal('…', 'json')`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct JsonLiteral {
    signature: Signature,
}

impl Default for JsonLiteral {
    fn default() -> Self {
        JsonLiteral { signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for JsonLiteral {
    fn name(&self) -> &str {
        "$json_literal"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn return_field_from_args(&self, _args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(Arc::new(json_field(Field::new(self.name(), DataType::Utf8, false))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(ColumnarValue::Scalar(text)) = args.args.first() else {
            return internal_err!("a literal is constant");
        };
        let text = text.try_as_str().flatten().unwrap_or_default();
        match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(value.to_string())))),
            Err(_) => {
                let message = format!("'{text}' is not a valid JSON literal");
                Err(SqlError::user("INVALID_LITERAL", message).into())
            }
        }
    }
}
