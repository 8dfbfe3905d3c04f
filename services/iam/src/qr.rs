//! A seed as a picture that apps of second factors read.
//!
//! <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>

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
    let dark = |x: usize, y: usize| {
        let place = |at: usize| (at / SCALE).checked_sub(QUIET).filter(|at| *at < code.width());
        matches!((place(x), place(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark)
    };
    let pixels: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| if dark(x, y) { 0 } else { u8::MAX })
        .collect();
    let mut file = Vec::new();
    let length = u32::try_from(side).map_err(Fail::internal)?;
    let mut encoder = png::Encoder::new(&mut file, length, length);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(Fail::internal)?;
    writer.write_image_data(&pixels).map_err(Fail::internal)?;
    writer.finish().map_err(Fail::internal)?;
    Ok(file)
}
