//! Names of buckets and keys, and what AWS refuses of them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use platform::Result;

use crate::error;

/// Longest key, in bytes of UTF-8.
const KEY_BYTES_MAX: usize = 1_024;

/// Refuses what cannot name a bucket.
pub(crate) fn check_bucket(name: &str) -> Result<()> {
    if is_bucket(name) { Ok(()) } else { Err(error::invalid_bucket_name(name)) }
}

fn is_bucket(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let reserved = name.starts_with("xn--")
        || name.starts_with("sthree-")
        || name.starts_with("amzn-s3-demo-")
        || name.ends_with("-s3alias")
        || name.ends_with("--ol-s3")
        || name.ends_with(".mrap")
        || name.ends_with("--x-s3")
        || name.ends_with("--table-s3");
    (3..=63).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'))
        && edge(name.chars().next())
        && edge(name.chars().last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !reserved
}

/// Refuses what cannot be a key.
pub(crate) fn check_key(key: &str) -> Result<()> {
    if key.len() > KEY_BYTES_MAX {
        return Err(platform::Fail::new("KeyTooLongError", 400, "Your key is too long")
            .with("Size", key.len().to_string())
            .with("MaxSizeAllowed", KEY_BYTES_MAX.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        for good in ["abc", "a.b-c", "0ab", &"a".repeat(63)] {
            assert!(is_bucket(good), "{good}");
        }
        for bad in ["ab", "A_b", "a..b", "-ab", "ab-", "192.168.0.1", "xn--a", &"a".repeat(64)] {
            assert!(!is_bucket(bad), "{bad}");
        }
    }
}
