//! A seed as a picture that apps of second factors read.
//!
//! The file is written here: the crate that writes PNG would have every user of `flate2` in the house
//! compiled with another implementation beside the one chosen.
//!
//! <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>,
//! <https://www.w3.org/TR/png-3/>

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{Fail, Result};
use qrcode::{Color, QrCode};

/// Pixels of a module's side.
const SCALE: usize = 4;
/// Light modules around the code.
const QUIET: usize = 4;

/// A PNG of the address of a seed.
pub(crate) fn png(seed: &str, account: &str, name: &str) -> Result<Vec<u8>> {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let label = format!("{}:{}@{account}", encode("Amazon Web Services"), encode(name));
    let issuer = encode("Amazon Web Services");
    let address = format!("otpauth://totp/{label}?secret={seed}&issuer={issuer}");
    let code = QrCode::new(address).map_err(Fail::internal)?;
    let side = (code.width() + 2 * QUIET) * SCALE;
    let dark = |(x, y): (usize, usize)| {
        let place = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|at| *at < code.width());
        matches!((place(x), place(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark)
    };
    // Each line of pixels is led by how it is filtered: not at all.
    let pixel = |at| if dark(at) { 0 } else { u8::MAX };
    let lines =
        (0..side).flat_map(|y| std::iter::once(0).chain((0..side).map(move |x| (x, y)).map(pixel)));
    let lines: Vec<u8> = lines.collect();
    let length = u32::try_from(side).map_err(Fail::internal)?.to_be_bytes();
    // Width, height; eight bits of grey a pixel; the only compression, filters and order there are.
    let header = [length.as_slice(), &length, &[8, 0, 0, 0, 0]].concat();
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&lines)?;
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in [(b"IHDR", header), (b"IDAT", packed.finish()?), (b"IEND", Vec::new())] {
        chunk(*name, &content, &mut file)?;
    }
    Ok(file)
}

/// A part of the file: its length, its name, what it holds, and a checksum over both.
fn chunk(name: [u8; 4], content: &[u8], file: &mut Vec<u8>) -> Result<()> {
    let length = u32::try_from(content.len()).map_err(Fail::internal)?;
    let mut sum = crc32fast::Hasher::new();
    sum.update(&name);
    sum.update(content);
    for part in [&length.to_be_bytes(), &name, content, &sum.finalize().to_be_bytes()] {
        file.extend_from_slice(part);
    }
    Ok(())
}
