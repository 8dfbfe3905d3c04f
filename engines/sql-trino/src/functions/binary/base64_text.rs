//! `to_base64(binary) → varchar`, `from_base64(string) → varbinary`, and both for the alphabet
//! that is safe in URLs: `to_base64url`, `from_base64url`.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);
const URL: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG);

pub(super) fn all() -> Vec<ScalarUDF> {
    let to =
        |name, evaluate| Function::named(name).takes(&[Type::Varbinary], Type::Varchar, evaluate);
    vec![
        to("to_base64", |rows: &Rows| encode(rows, &STANDARD)).finish(),
        to("to_base64url", |rows: &Rows| encode(rows, &URL)).finish(),
        from("from_base64", |rows| decode(rows, &STANDARD)),
        from("from_base64url", |rows| decode(rows, &URL)),
    ]
}

fn from(name: &'static str, evaluate: fn(&Rows) -> Result<ArrayRef>) -> ScalarUDF {
    Function::named(name)
        .takes(&[Type::Varchar], Type::Varbinary, evaluate)
        .takes(&[Type::Varbinary], Type::Varbinary, evaluate)
        .finish()
}

fn encode(rows: &Rows, engine: &GeneralPurpose) -> Result<ArrayRef> {
    let bytes = rows.binary(0);
    rows.varchars(|row| Ok(Some(engine.encode(bytes.at(row)))))
}

fn decode(rows: &Rows, engine: &GeneralPurpose) -> Result<ArrayRef> {
    let is_text = rows.data_type(0).is_string();
    rows.binaries(|row| {
        let input = if is_text { rows.text(0).at(row).as_bytes() } else { rows.binary(0).at(row) };
        engine.decode(input).map(Some).map_err(|error| invalid_argument(error.to_string()))
    })
}
