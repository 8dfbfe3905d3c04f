//! Names of tables, as crawlers make them of folders and files.

/// Longer names are cut; the catalog takes up to 255 characters.
const LENGTH_MAX: usize = 255;

/// A table's name after a folder, file or bucket: in lower case, all that is neither letter, digit
/// nor underscore replaced by one.
pub(crate) fn of(prefix: &str, source: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
    let name: String = source.to_lowercase().chars().map(plain).collect();
    format!("{}{name}", prefix.to_lowercase()).chars().take(LENGTH_MAX).collect()
}

/// The name of a table whose plain name is taken by another: the location tells them apart.
pub(crate) fn with_hash(name: &str, location: &str) -> String {
    const HASH_LENGTH: usize = 32;
    let name: String = name.chars().take(LENGTH_MAX - HASH_LENGTH - 1).collect();
    format!("{name}_{:032x}", hash(location))
}

/// FNV-1a with 128 bits: a location's name must be the same in every run.
fn hash(text: &str) -> u128 {
    text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert_eq!(of("raw_", "Flights-2013.csv"), "raw_flights_2013_csv");
        assert_eq!(of("", "café (new)"), "café__new_");
        assert_eq!(of("", &"x".repeat(300)).len(), 255);
        let hashed = with_hash("flights", "s3://b/flights/");
        assert_eq!(hashed.len(), "flights_".len() + 32);
        assert_ne!(hashed, with_hash("flights", "s3://c/flights/"));
        assert_eq!(with_hash(&"x".repeat(255), "s3://c/").len(), 255);
    }
}
