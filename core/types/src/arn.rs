//! Resource names: `arn:partition:service:region:account:resource`.

use std::str::FromStr;

use crate::{AccountId, InvalidName, Region, Scope, serde_as_text};

/// The longest ARN accepted, in bytes; S3 keys of 1,024 bytes fit.
const ARN_LENGTH_MAX: usize = 2048;

/// A full resource name, kept as its text with the places of its colons.
///
/// Region and account may be empty (`arn:aws:s3:::bucket`) and the account may be `aws`
/// (`arn:aws:iam::aws:policy/…`), hence text accessors beside the typed ones.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    /// Offsets of the colons ending partition, service, region and account.
    colons: [u16; 4],
}

impl Arn {
    /// A name in the scope's partition, region and account.
    ///
    /// # Panics
    /// Never for services and resources of this code base; a service containing a colon would.
    pub fn new(service: &str, scope: &Scope, resource: &str) -> Arn {
        Arn::from_parts(
            scope.partition().as_str(),
            service,
            scope.region.as_str(),
            scope.account.as_str(),
            resource,
        )
        .expect("service, region and account hold no colon and the resource is bounded")
    }

    /// A name without region, as IAM's and STS's are.
    ///
    /// # Panics
    /// As [`Arn::new`].
    pub fn global(service: &str, scope: &Scope, resource: &str) -> Arn {
        let partition = scope.partition().as_str();
        Arn::from_parts(partition, service, "", scope.account.as_str(), resource)
            .expect("service and account hold no colon and the resource is bounded")
    }

    /// A name from its five parts, checked.
    pub fn from_parts(
        partition: &str,
        service: &str,
        region: &str,
        account: &str,
        resource: &str,
    ) -> Result<Arn, InvalidName> {
        let colons = [partition, service, region, account].iter().any(|part| part.contains(':'));
        let text = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
        if colons { Err(InvalidName::Arn(text)) } else { text.parse() }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn`, …
    pub fn partition(&self) -> &str {
        &self.text[4..self.colon(0)]
    }

    /// `s3`, `glue`, …
    pub fn service(&self) -> &str {
        &self.text[self.colon(0) + 1..self.colon(1)]
    }

    /// The region's text, possibly empty.
    pub fn region_text(&self) -> &str {
        &self.text[self.colon(1) + 1..self.colon(2)]
    }

    /// The region, if the name has a well-formed one.
    pub fn region(&self) -> Option<Region> {
        self.region_text().parse().ok()
    }

    /// The account's text: twelve digits, `aws`, or empty.
    pub fn account_text(&self) -> &str {
        &self.text[self.colon(2) + 1..self.colon(3)]
    }

    /// The account, if the name has one of twelve digits.
    pub fn account(&self) -> Option<AccountId> {
        self.account_text().parse().ok()
    }

    /// Everything after the fifth colon: `role/path/name`, `bucket/key`, `table/db/t`.
    pub fn resource(&self) -> &str {
        &self.text[self.colon(3) + 1..]
    }

    /// The resource's type, the part before its first `/` or `:`; none if it has no such part.
    pub fn resource_type(&self) -> Option<&str> {
        self.resource().split_once(['/', ':']).map(|(kind, _)| kind)
    }

    /// The resource without its type; the whole resource if it has none.
    pub fn resource_id(&self) -> &str {
        self.resource().split_once(['/', ':']).map_or(self.resource(), |(_, id)| id)
    }

    fn colon(&self, index: usize) -> usize {
        usize::from(self.colons[index])
    }
}

impl FromStr for Arn {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName::Arn(text.chars().take(256).collect());
        if !text.starts_with("arn:") || text.len() > ARN_LENGTH_MAX {
            return Err(invalid());
        }
        let mut colons = [0; 4];
        let mut places = text.match_indices(':').map(|(at, _)| at).skip(1);
        for colon in &mut colons {
            let at = places.next().ok_or_else(invalid)?;
            *colon = u16::try_from(at).map_err(|_| invalid())?;
        }
        let arn = Arn { text: text.to_owned(), colons };
        if arn.partition().is_empty() || arn.service().is_empty() || arn.resource().is_empty() {
            return Err(invalid());
        }
        Ok(arn)
    }
}

serde_as_text!(Arn);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_even_when_the_resource_holds_colons() {
        let arn: Arn = "arn:aws:logs:us-east-1:000000000042:log-group:a:b/c".parse().unwrap();
        assert_eq!(arn.partition(), "aws");
        assert_eq!(arn.service(), "logs");
        assert_eq!(arn.region().unwrap().as_str(), "us-east-1");
        assert_eq!(arn.account().unwrap().as_str(), "000000000042");
        assert_eq!(arn.resource(), "log-group:a:b/c");
        assert_eq!(arn.resource_type(), Some("log-group"));
        assert_eq!(arn.resource_id(), "a:b/c");
        assert_eq!(arn.to_string().parse::<Arn>().unwrap(), arn);
    }

    #[test]
    fn region_and_account_may_be_missing() {
        let bucket: Arn = "arn:aws:s3:::logs".parse().unwrap();
        assert_eq!((bucket.region(), bucket.account()), (None, None));
        assert_eq!((bucket.resource_type(), bucket.resource_id()), (None, "logs"));
        let managed: Arn = "arn:aws:iam::aws:policy/AdministratorAccess".parse().unwrap();
        assert_eq!((managed.account_text(), managed.account()), ("aws", None));
    }

    #[test]
    fn broken_names_are_refused() {
        let long = format!("arn:aws:s3:::{}", "k".repeat(ARN_LENGTH_MAX));
        for bad in
            ["", "arn", "arn:aws:s3::", "arn:aws:s3:::", "arn::s3:::b", "urn:a:b:c:d:e", &long]
        {
            assert!(bad.parse::<Arn>().is_err(), "{bad:?}");
        }
        assert!(Arn::from_parts("aws", "s3:x", "", "", "b").is_err());
    }
}
