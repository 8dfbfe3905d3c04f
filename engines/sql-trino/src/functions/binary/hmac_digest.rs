//! `hmac_md5(binary, key) → varbinary`, `hmac_sha1`, `hmac_sha256`, `hmac_sha512`.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;
use hmac::{Hmac, Mac};

use super::super::error::invalid_argument;
use super::super::scalar::{Evaluate, Function, Rows, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        function("hmac_md5", evaluate::<Hmac<md5::Md5>>),
        function("hmac_sha1", evaluate::<Hmac<sha1::Sha1>>),
        function("hmac_sha256", evaluate::<Hmac<sha2::Sha256>>),
        function("hmac_sha512", evaluate::<Hmac<sha2::Sha512>>),
    ]
}

fn function(name: &'static str, evaluate: Evaluate) -> ScalarUDF {
    let types = &[Type::Varbinary, Type::Varbinary];
    Function::named(name).takes(types, Type::Varbinary, evaluate).finish()
}

fn evaluate<M: Mac + hmac::digest::KeyInit>(rows: &Rows) -> Result<ArrayRef> {
    let (bytes, keys) = (rows.binary(0), rows.binary(1));
    rows.binaries(|row| {
        let mac = <M as Mac>::new_from_slice(keys.at(row));
        let mut mac = mac.map_err(|error| invalid_argument(error.to_string()))?;
        mac.update(bytes.at(row));
        Ok(Some(mac.finalize().into_bytes()))
    })
}
