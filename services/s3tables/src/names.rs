//! Names of table buckets, namespaces and tables: what the model does not say of them already.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html>

use platform::{Arn, Result, Scope};

use crate::error;

/// How the names of buckets must not begin.
const RESERVED_PREFIXES: [&str; 4] = ["xn--", "sthree-", "amzn-s3-demo", "aws"];
/// How the names of buckets must not end.
const RESERVED_SUFFIXES: [&str; 4] = ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"];

/// Refuses what cannot name a table bucket.
pub(crate) fn check_bucket(name: &str) -> Result<()> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let good = edge(name.chars().next())
        && edge(name.chars().next_back())
        && !RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !RESERVED_SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
    if good { Ok(()) } else { Err(error::invalid("The specified bucket name is not valid.")) }
}

/// Refuses what cannot name a namespace or a table.
pub(crate) fn check(what: &str, name: &str) -> Result<()> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    // Names of namespaces that begin so are AWS's own.
    let reserved = what == "namespace" && name.starts_with("aws");
    let good = edge(name.chars().next())
        && edge(name.chars().next_back())
        && name.chars().all(known)
        && name.len() <= 255
        && !reserved;
    if good {
        return Ok(());
    }
    Err(error::invalid(format!("The specified {what} name is not valid.")))
}

/// The ARN of a table bucket.
pub(crate) fn bucket_arn(scope: &Scope, bucket: &str) -> String {
    Arn::new("s3tables", scope, &format!("bucket/{bucket}")).to_string()
}

/// The ARN of a table.
pub(crate) fn table_arn(scope: &Scope, bucket: &str, id: &str) -> String {
    Arn::new("s3tables", scope, &format!("bucket/{bucket}/table/{id}")).to_string()
}

/// What an ARN names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Bucket(String),
    /// A bucket, and the id of a table in it.
    Table(String, String),
}

/// The scope and the resource of an ARN of this service.
pub(crate) fn parse(arn: &Arn) -> Option<(Scope, Named)> {
    if arn.service() != "s3tables" {
        return None;
    }
    let scope = Scope::new(arn.account()?, arn.region()?);
    let mut parts = arn.resource().split('/');
    let named = match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("bucket"), Some(bucket), None, ..) => Named::Bucket(bucket.to_owned()),
        (Some("bucket"), Some(bucket), Some("table"), Some(id), None) => {
            Named::Table(bucket.to_owned(), id.to_owned())
        }
        _ => return None,
    };
    Some((scope, named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules() {
        for (name, good) in [("lake", true), ("a-b1", true), ("-a", false), ("aws-x", false)] {
            assert_eq!(check_bucket(name).is_ok(), good, "{name}");
        }
        for (name, good) in [("sales", true), ("_a", false), ("a_", false), ("aws_x", false)] {
            assert_eq!(check("namespace", name).is_ok(), good, "{name}");
        }
        assert!(check("table", "aws_x").is_ok());
    }

    #[test]
    fn arns_name_buckets_and_tables() {
        let scope = Scope::default();
        let read = |text: String| parse(&text.parse().expect("an ARN"));
        let bucket = Named::Bucket("lake".into());
        assert_eq!(read(bucket_arn(&scope, "lake")), Some((scope.clone(), bucket)));
        let table = Named::Table("lake".into(), "t-1".into());
        assert_eq!(read(table_arn(&scope, "lake", "t-1")), Some((scope, table)));
        assert_eq!(read("arn:aws:s3tables:us-east-1:000000000000:other/x".into()), None);
    }
}
