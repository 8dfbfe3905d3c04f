//! `to_base32(binary) → varchar`, `from_base32(string) → varbinary`, as RFC 4648 has them.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::error::invalid_argument;
use super::super::scalar::{Function, Rows, Type};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        Function::named("to_base32")
            .takes(&[Type::Varbinary], Type::Varchar, |rows| {
                let bytes = rows.binary(0);
                rows.varchars(|row| Ok(Some(encode(bytes.at(row)))))
            })
            .finish(),
        Function::named("from_base32")
            .takes(&[Type::Varchar], Type::Varbinary, from)
            .takes(&[Type::Varbinary], Type::Varbinary, from)
            .finish(),
    ]
}

fn from(rows: &Rows) -> Result<ArrayRef> {
    let is_text = rows.data_type(0).is_string();
    rows.binaries(|row| {
        let input = if is_text { rows.text(0).at(row).as_bytes() } else { rows.binary(0).at(row) };
        decode(input).map(Some)
    })
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut group = [0; 8];
        group[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(group);
        let symbols = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            let symbol = (bits >> (35 - 5 * place)) & 31;
            out.push(if place < symbols { ALPHABET[symbol as usize] as char } else { '=' });
        }
    }
    out
}

fn decode(text: &[u8]) -> Result<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let mut out = Vec::with_capacity(end * 5 / 8);
    let (mut bits, mut held) = (0_u32, 0);
    for symbol in &text[..end] {
        let value = ALPHABET.iter().position(|known| known == symbol).ok_or_else(|| {
            invalid_argument(format!("Unrecognized character: {}", *symbol as char))
        })?;
        bits = (bits << 5) | value as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    if held >= 5 {
        return Err(invalid_argument(format!("Invalid input length {end}")));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "MY======"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI======")]
        {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded.as_bytes()).unwrap(), plain.as_bytes());
        }
        assert!(decode(b"M1").is_err() && decode(b"A").is_err());
    }
}
