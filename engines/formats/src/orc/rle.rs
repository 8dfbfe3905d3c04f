//! Runs: how ORC's streams hold bytes, bits and integers, in both versions of the latter.

use super::stream::{Stream, zigzag};
use crate::coerce::Result;

/// Bytes in runs and literals.
pub(super) struct Bytes {
    stream: Stream,
    left: usize,
    /// The byte repeated; none inside literals.
    repeated: Option<u8>,
}

impl Bytes {
    pub(super) fn new(stream: Stream) -> Self {
        Bytes { stream, left: 0, repeated: None }
    }

    pub(super) fn next(&mut self) -> Result<u8> {
        if self.left == 0 {
            let control = self.stream.byte()?;
            if control < 0x80 {
                self.left = usize::from(control) + 3;
                self.repeated = Some(self.stream.byte()?);
            } else {
                self.left = 256 - usize::from(control);
                self.repeated = None;
            }
        }
        self.left -= 1;
        match self.repeated {
            Some(byte) => Ok(byte),
            None => self.stream.byte(),
        }
    }
}

/// Bits, the highest of each byte first.
pub(super) struct Bits {
    bytes: Bytes,
    current: u8,
    left: u8,
}

impl Bits {
    pub(super) fn new(stream: Stream) -> Self {
        Bits { bytes: Bytes::new(stream), current: 0, left: 0 }
    }

    pub(super) fn next(&mut self) -> Result<bool> {
        if self.left == 0 {
            self.current = self.bytes.next()?;
            self.left = 8;
        }
        self.left -= 1;
        Ok(self.current >> self.left & 1 == 1)
    }
}

/// Integers.
pub(super) struct Integers {
    stream: Stream,
    signed: bool,
    version_two: bool,
    /// The values of the run at hand, the next first.
    run: Vec<i64>,
    at: usize,
}

/// Widths of bits by their code.
const WIDTHS: [u32; 32] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28,
    30, 32, 40, 48, 56, 64,
];

impl Integers {
    pub(super) fn new(stream: Stream, signed: bool, version_two: bool) -> Self {
        Integers { stream, signed, version_two, run: Vec::new(), at: 0 }
    }

    pub(super) fn next(&mut self) -> Result<i64> {
        if self.at == self.run.len() {
            self.run.clear();
            self.at = 0;
            if self.version_two { self.second()? } else { self.first()? }
        }
        let value = self.run.get(self.at).copied().ok_or("a run of integers is empty")?;
        self.at += 1;
        Ok(value)
    }

    /// A length or index, which is never negative.
    pub(super) fn length(&mut self) -> Result<usize> {
        usize::try_from(self.next()?).map_err(|_| "a length is negative".to_owned())
    }

    fn turned(&self, value: u64) -> i64 {
        if self.signed { zigzag(value) } else { value.cast_signed() }
    }

    fn base(&mut self) -> Result<i64> {
        // Wider numbers lose what they should not have.
        let value = self.stream.varint()? as u64;
        Ok(self.turned(value))
    }

    fn first(&mut self) -> Result<()> {
        let control = self.stream.byte()?;
        if control < 0x80 {
            let step = i64::from(self.stream.byte()?.cast_signed());
            let mut value = self.base()?;
            for _ in 0..usize::from(control) + 3 {
                self.run.push(value);
                value = value.wrapping_add(step);
            }
        } else {
            for _ in 0..256 - usize::from(control) {
                let value = self.base()?;
                self.run.push(value);
            }
        }
        Ok(())
    }

    fn second(&mut self) -> Result<()> {
        let header = self.stream.byte()?;
        match header >> 6 {
            0 => {
                let value = self.stream.big_endian(usize::from(header >> 3 & 7) + 1)?;
                let value = self.turned(value);
                self.run.resize(usize::from(header & 7) + 3, value);
            }
            1 => {
                let (width, length) = self.header(header)?;
                let mut bits = Packed::new(&mut self.stream);
                for _ in 0..length {
                    let value = bits.next(width)?;
                    self.run.push(if self.signed { zigzag(value) } else { value.cast_signed() });
                }
            }
            2 => self.patched(header)?,
            _ => self.delta(header)?,
        }
        Ok(())
    }

    /// Width and length, which the first two bytes say.
    fn header(&mut self, header: u8) -> Result<(u32, usize)> {
        let width = WIDTHS[usize::from(header >> 1 & 31)];
        let length = usize::from(header & 1) << 8 | usize::from(self.stream.byte()?);
        Ok((width, length + 1))
    }

    fn patched(&mut self, header: u8) -> Result<()> {
        let (width, length) = self.header(header)?;
        let third = self.stream.byte()?;
        let base_bytes = usize::from(third >> 5) + 1;
        let patch_width = WIDTHS[usize::from(third & 31)];
        let fourth = self.stream.byte()?;
        let gap_width = u32::from(fourth >> 5) + 1;
        let patches = usize::from(fourth & 31);
        let base = self.stream.big_endian(base_bytes)?;
        // The highest bit is the sign.
        let sign = 1u64 << (8 * base_bytes - 1);
        let base = match base & sign {
            0 => base.cast_signed(),
            _ => (base & !sign).cast_signed().wrapping_neg(),
        };
        let mut values = Vec::with_capacity(length);
        let mut bits = Packed::new(&mut self.stream);
        for _ in 0..length {
            values.push(bits.next(width)?);
        }
        // Gap and patch stand together in the next width there is.
        let both = WIDTHS.iter().copied().find(|known| *known >= gap_width + patch_width);
        let both = both.ok_or("a patch is too wide")?;
        let mut bits = Packed::new(&mut self.stream);
        let mut at = 0usize;
        for _ in 0..patches {
            let entry = bits.next(both)?;
            let patch = if patch_width == 64 { entry } else { entry & ((1 << patch_width) - 1) };
            let gap = entry.checked_shr(patch_width).unwrap_or(0);
            at += usize::try_from(gap).map_err(|_| "a patch lies outside its run")?;
            // A gap of 255 without a patch only leads on.
            if gap == 255 && patch == 0 {
                continue;
            }
            let value = values.get_mut(at).ok_or("a patch lies outside its run")?;
            *value |= patch.checked_shl(width).unwrap_or(0);
        }
        self.run.extend(values.into_iter().map(|v| base.wrapping_add(v.cast_signed())));
        Ok(())
    }

    fn delta(&mut self, header: u8) -> Result<()> {
        let code = usize::from(header >> 1 & 31);
        let (width, length) = self.header(header)?;
        let mut value = self.base()?;
        let step = zigzag(self.stream.varint()? as u64);
        self.run.push(value);
        if length > 1 {
            value = value.wrapping_add(step);
            self.run.push(value);
        }
        let mut bits = Packed::new(&mut self.stream);
        for _ in 2..length {
            // The code 0 says that every step is the first.
            let change = if code == 0 { step.unsigned_abs() } else { bits.next(width)? };
            value = match step < 0 {
                true => value.wrapping_sub(change.cast_signed()),
                false => value.wrapping_add(change.cast_signed()),
            };
            self.run.push(value);
        }
        Ok(())
    }
}

/// Numbers of so many bits, big-endian, one after another.
struct Packed<'a> {
    stream: &'a mut Stream,
    current: u8,
    left: u32,
}

impl<'a> Packed<'a> {
    fn new(stream: &'a mut Stream) -> Self {
        Packed { stream, current: 0, left: 0 }
    }

    fn next(&mut self, width: u32) -> Result<u64> {
        let mut value = 0u64;
        let mut missing = width;
        while missing > 0 {
            if self.left == 0 {
                self.current = self.stream.byte()?;
                self.left = 8;
            }
            let taken = missing.min(self.left);
            let bits = u64::from(self.current) >> (self.left - taken) & ((1 << taken) - 1);
            value = value << taken | bits;
            self.left -= taken;
            missing -= taken;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::stream::Codec;
    use super::*;

    fn read(bytes: &[u8], signed: bool, version_two: bool, count: usize) -> Vec<i64> {
        let stream = Stream::new(Codec::None, 0, bytes::Bytes::copy_from_slice(bytes));
        let mut integers = Integers::new(stream, signed, version_two);
        (0..count).map(|_| integers.next().unwrap()).collect()
    }

    /// The examples of the specification.
    #[test]
    fn runs_read_as_specified() {
        assert_eq!(read(&[0x61, 0x00, 0x07], false, false, 100), [7; 100]);
        let down: Vec<i64> = (1..=100).rev().collect();
        assert_eq!(read(&[0x61, 0xff, 0x64], false, false, 100), down);
        assert_eq!(read(&[0xfb, 2, 3, 6, 7, 0xb], false, false, 5), [2, 3, 6, 7, 11]);
        assert_eq!(read(&[0x0a, 0x27, 0x10], false, true, 5), [10_000; 5]);
        let direct = [0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef];
        assert_eq!(read(&direct, false, true, 4), [23_713, 43_806, 57_005, 48_879]);
        let patched = [
            0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70, 0x28, 0x32, 0x3c, 0x46,
            0x50, 0x5a, 0x64, 0x6e, 0x78, 0x82, 0x8c, 0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8,
        ];
        let want = [
            2030, 2000, 2020, 1_000_000, 2040, 2050, 2060, 2070, 2080, 2090, 2100, 2110, 2120,
            2130, 2140, 2150, 2160, 2170, 2180, 2190,
        ];
        assert_eq!(read(&patched, false, true, 20), want);
        let delta = [0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46];
        assert_eq!(read(&delta, false, true, 10), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        let mut bytes = Bytes::new(Stream::new(
            Codec::None,
            0,
            bytes::Bytes::from_static(&[0x61, 0x00, 0xfe, 0x44, 0x45]),
        ));
        let read: Vec<u8> = (0..102).map(|_| bytes.next().unwrap()).collect();
        assert_eq!(read[98..], [0, 0, 0x44, 0x45]);
        assert!(bytes.next().is_err());
    }
}
