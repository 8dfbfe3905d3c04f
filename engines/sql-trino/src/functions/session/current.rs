//! `current_catalog → varchar`, `current_schema → varchar`.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

pub(super) fn all() -> Vec<ScalarUDF> {
    [Part::Catalog, Part::Schema]
        .map(|part| {
            let signature = Signature::exact(vec![], Volatility::Stable);
            ScalarUDF::new_from_impl(Current { part, signature })
        })
        .into()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Catalog,
    Schema,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Current {
    part: Part,
    signature: Signature,
}

impl ScalarUDFImpl for Current {
    fn name(&self) -> &str {
        match self.part {
            Part::Catalog => "current_catalog",
            Part::Schema => "current_schema",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let catalog = &args.config_options.catalog;
        let name = match self.part {
            Part::Catalog => &catalog.default_catalog,
            Part::Schema => &catalog.default_schema,
        };
        Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(name.clone()))))
    }
}
