//! Types whose values only functions look into: geometries, sketches, addresses, identifiers.
//!
//! Each is held as a row of one field whose name no query can write. The Arrow type alone then
//! tells the type, wherever a value goes, and equal values are equal rows.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, FixedSizeBinaryBuilder, Int64Array, StructArray,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::Result;

/// A type of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Opaque {
    /// Well-known binary.
    Geometry,
    /// Well-known binary of longitudes and latitudes.
    SphericalGeography,
    /// Zoom, x and y in one number.
    BingTile,
    HyperLogLog,
    TDigest,
    QDigestBigint,
    QDigestReal,
    QDigestDouble,
    SetDigest,
    /// Sixteen bytes; version 4 within version 6.
    IpAddress,
    /// An address and the length of its network's part.
    IpPrefix,
    Uuid,
}

use Opaque::*;

const ALL: &[Opaque] = &[
    Geometry,
    SphericalGeography,
    BingTile,
    HyperLogLog,
    TDigest,
    QDigestBigint,
    QDigestReal,
    QDigestDouble,
    SetDigest,
    IpAddress,
    IpPrefix,
    Uuid,
];

impl Opaque {
    /// As the dialect writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Geometry => "Geometry",
            SphericalGeography => "SphericalGeography",
            BingTile => "BingTile",
            HyperLogLog => "HyperLogLog",
            TDigest => "tdigest",
            QDigestBigint => "qdigest(bigint)",
            QDigestReal => "qdigest(real)",
            QDigestDouble => "qdigest(double)",
            SetDigest => "SetDigest",
            IpAddress => "ipaddress",
            IpPrefix => "ipprefix",
            Uuid => "uuid",
        }
    }

    /// The type of a name in any case.
    pub(crate) fn named(name: &str) -> Option<Opaque> {
        ALL.iter().copied().find(|opaque| opaque.name().eq_ignore_ascii_case(name))
    }

    /// Whether values convert to text and back.
    pub(crate) fn has_text(self) -> bool {
        matches!(self, IpAddress | IpPrefix | Uuid)
    }

    /// Whether values convert to bytes and back.
    pub(crate) fn is_bytes(self) -> bool {
        !matches!(self, Geometry | SphericalGeography | BingTile | IpPrefix)
    }

    /// The bytes of a value written as text.
    pub(crate) fn parse(self, text: &str) -> Option<Vec<u8>> {
        match self {
            IpAddress => parse_address(text).map(Vec::from),
            IpPrefix => parse_prefix(text).map(Vec::from),
            Uuid => parse_uuid(text).map(Vec::from),
            _ => None,
        }
    }

    /// What a value is made of.
    fn inner(self) -> DataType {
        match self {
            BingTile => DataType::Int64,
            IpAddress | Uuid => DataType::FixedSizeBinary(16),
            IpPrefix => DataType::FixedSizeBinary(17),
            _ => DataType::Binary,
        }
    }

    fn fields(self) -> Fields {
        vec![Field::new(format!("${}", self.name()), self.inner(), true)].into()
    }

    pub(crate) fn arrow(self) -> DataType {
        DataType::Struct(self.fields())
    }

    /// The type an Arrow type stands for, if it is one of these.
    pub(crate) fn of(data_type: &DataType) -> Option<Opaque> {
        let DataType::Struct(fields) = data_type else { return None };
        let [field] = fields.as_ref() else { return None };
        let name = field.name().strip_prefix('$')?;
        ALL.iter().copied().find(|opaque| opaque.name() == name)
    }

    /// A column of such values; sizes that are fixed must hold.
    pub(crate) fn column<B: AsRef<[u8]>>(self, values: &[Option<B>]) -> Result<ArrayRef> {
        let inner: ArrayRef = match self.inner() {
            DataType::FixedSizeBinary(size) => {
                let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), size);
                for value in values {
                    match value {
                        Some(bytes) => builder.append_value(bytes)?,
                        None => builder.append_null(),
                    }
                }
                Arc::new(builder.finish())
            }
            _ => Arc::new(BinaryArray::from_iter(values.iter().map(Option::as_ref))),
        };
        self.wrap(inner)
    }

    /// As [`Opaque::column`], of numbers.
    pub(crate) fn numbers(self, values: Int64Array) -> Result<ArrayRef> {
        self.wrap(Arc::new(values))
    }

    fn wrap(self, inner: ArrayRef) -> Result<ArrayRef> {
        let nulls: Option<NullBuffer> = inner.nulls().cloned();
        Ok(Arc::new(StructArray::try_new(self.fields(), vec![inner], nulls)?))
    }

    /// Appends a value's text.
    pub(crate) fn write(self, out: &mut String, array: &dyn Array, row: usize) {
        let inner = array.as_struct().column(0);
        match self {
            Geometry | SphericalGeography => {
                let bytes = bytes(inner, row);
                match crate::functions::geospatial_text(bytes) {
                    Some(text) => out.push_str(&text),
                    None => out.push_str("GEOMETRYCOLLECTION EMPTY"),
                }
            }
            BingTile => {
                let tile = inner.as_primitive::<Int64Type>().value(row);
                out.push_str(&crate::opaque::tile_text(tile));
            }
            IpAddress => out.push_str(&address_text(bytes(inner, row))),
            IpPrefix => {
                let bytes = bytes(inner, row);
                out.push_str(&address_text(&bytes[..16]));
                out.push('/');
                out.push_str(&bytes[16].to_string());
            }
            Uuid => out.push_str(&uuid_text(bytes(inner, row))),
            _ => crate::format::write_bytes(out, bytes(inner, row)),
        }
    }
}

/// The bytes of a value that is made of bytes.
pub(crate) fn bytes(inner: &ArrayRef, row: usize) -> &[u8] {
    match inner.data_type() {
        DataType::FixedSizeBinary(_) => inner.as_fixed_size_binary().value(row),
        _ => inner.as_binary::<i32>().value(row),
    }
}

/// A tile of Bing's maps: where it is at its zoom.
pub(crate) fn tile_text(tile: i64) -> String {
    let (x, y, zoom) = tile_parts(tile);
    format!("{{\"x\":{x},\"y\":{y},\"zoom\":{zoom}}}")
}

/// A tile as one number: five bits of zoom between the 23 of x and those of y.
pub(crate) fn tile_number(x: u32, y: u32, zoom: u8) -> i64 {
    (i64::from(x) << 32) | (i64::from(zoom) << 27) | i64::from(y)
}

/// x, y and zoom of a tile.
pub(crate) fn tile_parts(tile: i64) -> (u32, u32, u8) {
    let part = |shift: u32, bits: u32| (tile >> shift) & ((1 << bits) - 1);
    (part(32, 23) as u32, part(0, 23) as u32, part(27, 5) as u8)
}

fn uuid_text(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

/// Sixteen bytes of a text such as `12151fd2-7586-11e9-8f9e-2a86e4085a59`.
pub(crate) fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    if groups != [8, 4, 4, 4, 12] {
        return None;
    }
    hex::decode(text.replace('-', "")).ok()?.try_into().ok()
}

fn address_text(bytes: &[u8]) -> String {
    let octets: [u8; 16] = bytes.try_into().unwrap_or_default();
    let address = Ipv6Addr::from(octets);
    match address.to_ipv4_mapped() {
        Some(four) => four.to_string(),
        None => address.to_string(),
    }
}

/// Sixteen bytes of an address's text.
pub(crate) fn parse_address(text: &str) -> Option<[u8; 16]> {
    match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(four) => Some(four.to_ipv6_mapped().octets()),
        IpAddr::V6(six) => Some(six.octets()),
    }
}

/// Whether sixteen bytes are an address of version 4.
pub(crate) fn is_version_four(address: &[u8]) -> bool {
    address.get(..12) == Some(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
}

/// An address whose bits after the network's part are cleared, and the length of that part as it
/// is written: of 32 bits or of 128.
pub(crate) fn prefix(address: [u8; 16], length: u8) -> Option<[u8; 17]> {
    let offset = if is_version_four(&address) { 96 } else { 0 };
    let bits = u32::from(length) + offset;
    if bits > 128 {
        return None;
    }
    let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
    let mut out = [0; 17];
    out[..16].copy_from_slice(&(u128::from_be_bytes(address) & mask).to_be_bytes());
    out[16] = length;
    Some(out)
}

/// Seventeen bytes of a text such as `10.0.0.0/8`.
pub(crate) fn parse_prefix(text: &str) -> Option<[u8; 17]> {
    let (address, length) = text.split_once('/')?;
    prefix(parse_address(address)?, length.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        let uuid = "12151fd2-7586-11e9-8f9e-2a86e4085a59";
        assert_eq!(uuid_text(&parse_uuid(uuid).unwrap()), uuid);
        assert!(parse_uuid("12151fd2758611e98f9e2a86e4085a59").is_none());
        for address in ["10.0.0.1", "2001:db8::1", "::1"] {
            assert_eq!(address_text(&parse_address(address).unwrap()), address);
        }
        let network = parse_prefix("192.168.255.255/9").unwrap();
        assert_eq!((address_text(&network[..16]).as_str(), network[16]), ("192.128.0.0", 9));
        assert!(parse_prefix("10.0.0.0/33").is_none());
        assert_eq!(Opaque::of(&Geometry.arrow()), Some(Geometry));
    }
}
