//! `md5(binary) → varbinary`, `sha1`, `sha256`, `sha512`: bytes of bytes, unlike the engine's own,
//! which take and give text.

use datafusion::logical_expr::ScalarUDF;
use sha2::Digest as _;

use super::super::scalar::{Evaluate, Function, Type};

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        digest("md5", |rows| {
            let bytes = rows.binary(0);
            rows.binaries(|row| Ok(Some(md5::Md5::digest(bytes.at(row)))))
        }),
        digest("sha1", |rows| {
            let bytes = rows.binary(0);
            rows.binaries(|row| Ok(Some(sha1::Sha1::digest(bytes.at(row)))))
        }),
        digest("sha256", |rows| {
            let bytes = rows.binary(0);
            rows.binaries(|row| Ok(Some(sha2::Sha256::digest(bytes.at(row)))))
        }),
        digest("sha512", |rows| {
            let bytes = rows.binary(0);
            rows.binaries(|row| Ok(Some(sha2::Sha512::digest(bytes.at(row)))))
        }),
    ]
}

fn digest(name: &'static str, evaluate: Evaluate) -> ScalarUDF {
    Function::named(name).takes(&[Type::Varbinary], Type::Varbinary, evaluate).finish()
}
