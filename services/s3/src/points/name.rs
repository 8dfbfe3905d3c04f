//! What access points are called: their own names, their ARNs, their aliases, and hosts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html>

use platform::{AccountId, Arn, Ctx, Fail, Region, Result, Scope};

/// How aliases end.
const ALIAS_END: &str = "-s3alias";
/// Characters of an alias that are drawn by lot.
const ALIAS_LOT: usize = 34;
/// Characters of a name that its alias begins with; an alias is as long as a bucket's name at most.
const ALIAS_NAME_MAX: usize = 20;
/// Digits of an account.
const ACCOUNT_DIGITS: usize = 12;

/// Which access point is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub account: AccountId,
    pub region: Region,
    pub name: String,
}

impl Id {
    /// Of the account and region that a context acts on.
    pub fn here(ctx: &Ctx, name: &str) -> Self {
        let scope = ctx.scope();
        Self { account: scope.account, region: scope.region.clone(), name: name.to_owned() }
    }

    pub fn arn(&self) -> String {
        let scope = Scope::new(self.account, self.region.clone());
        Arn::new("s3", &scope, &format!("accesspoint/{}", self.name)).to_string()
    }

    /// As its key in tables.
    pub fn key(&self) -> (&str, &str, &str) {
        (self.account.as_str(), self.region.as_str(), &self.name)
    }

    /// As hosts name it, where its region is not told.
    pub fn host(&self) -> String {
        format!("{}-{}", self.name, self.account)
    }
}

/// What stands where the name of a bucket does, by its form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Form<'a> {
    /// A bucket's, as far as its form tells.
    Bucket,
    Arn(Id),
    Alias,
    /// `name-account`: may be a bucket's as well.
    Host {
        account: AccountId,
        name: &'a str,
    },
}

impl<'a> Form<'a> {
    /// What a text is.
    ///
    /// # Errors
    /// `InvalidAccessPoint`, for an ARN of an access point that cannot be.
    pub fn of(text: &'a str) -> Result<Self> {
        // No bucket's name has a colon.
        if text.contains(':') {
            return match text.parse::<Arn>() {
                Ok(arn) => Ok(of_arn(&arn)?.map_or(Form::Bucket, |(id, _)| Form::Arn(id))),
                Err(_) => Ok(Form::Bucket),
            };
        }
        if text.ends_with(ALIAS_END) {
            return Ok(Form::Alias);
        }
        // What is no digit at the end is told apart at once.
        let Some((name, account)) = text
            .len()
            .checked_sub(ACCOUNT_DIGITS)
            .filter(|_| text.as_bytes().last().is_some_and(u8::is_ascii_digit))
            .and_then(|at| text.split_at_checked(at))
        else {
            return Ok(Form::Bucket);
        };
        Ok(match (name.strip_suffix('-'), account.parse()) {
            (Some(name), Ok(account)) if !name.is_empty() => Form::Host { account, name },
            _ => Form::Bucket,
        })
    }
}

/// The access point that an ARN names, with what stands after its name; none for an ARN of something
/// else. A colon may stand for the slash.
///
/// # Errors
/// `InvalidAccessPoint`; 501 for access points of many regions.
pub(crate) fn of_arn(arn: &Arn) -> Result<Option<(Id, &str)>> {
    let resource = arn.resource();
    let Some(named) = resource.strip_prefix("accesspoint").filter(|_| arn.service() == "s3") else {
        return Ok(None);
    };
    let Some(named) = named.strip_prefix(['/', ':']) else { return Ok(None) };
    let (name, rest) = match named.find('/') {
        Some(at) => named.split_at(at),
        None => (named, ""),
    };
    if arn.region_text().is_empty() {
        return Err(super::error::not_implemented("access points of many regions"));
    }
    let account = arn.account().ok_or_else(super::error::invalid_access_point)?;
    let region = arn.region().ok_or_else(super::error::invalid_access_point)?;
    if !is_name(name) {
        return Err(super::error::invalid_access_point());
    }
    Ok(Some((Id { account, region, name: name.to_owned() }, rest)))
}

fn is_name(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=50).contains(&name.len())
        && bytes.iter().all(|c| plain(*c) || *c == b'-')
        && bytes.first().copied().is_some_and(plain)
        && bytes.last().copied().is_some_and(plain)
}

/// Refuses what cannot be an access point's name.
///
/// # Errors
/// `InvalidURI` or `InvalidRequest`, as AWS tells them apart.
pub(crate) fn check(name: &str) -> Result<()> {
    let reserved =
        name.ends_with(ALIAS_END) || name.ends_with("--xa-s3") || name.starts_with("xn--");
    if is_name(name) && !reserved {
        return Ok(());
    }
    // AWS takes dots for what a name may hold, and then not.
    if is_name(&name.replace('.', "-")) {
        let message = "Your Amazon S3 AccessPoint name is invalid";
        return Err(Fail::new("InvalidRequest", 400, message));
    }
    Err(Fail::new("InvalidURI", 400, "Couldn't parse the specified URI.")
        .with("URI", format!("accesspoint/{name}")))
}

/// An alias for a new access point.
pub(crate) fn alias(ctx: &Ctx, name: &str) -> String {
    let start = &name[..name.len().min(ALIAS_NAME_MAX)];
    let lot = ctx.ids().alphanumeric(ALIAS_LOT).to_ascii_lowercase();
    format!("{start}-{lot}{ALIAS_END}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        let account = "111122223333".parse().unwrap();
        Id { account, region: "us-east-1".parse().unwrap(), name: name.to_owned() }
    }

    #[test]
    fn forms_tell_buckets_from_access_points() {
        let arn = id("point").arn();
        assert_eq!(arn, "arn:aws:s3:us-east-1:111122223333:accesspoint/point");
        assert_eq!(Form::of(&arn).unwrap(), Form::Arn(id("point")));
        assert_eq!(Form::of(&arn.replace('/', ":")).unwrap(), Form::Arn(id("point")));
        let alias = format!("point-{}-s3alias", "a".repeat(34));
        assert_eq!(Form::of(&alias).unwrap(), Form::Alias);
        let account = id("").account;
        let host = Form::Host { account, name: "point" };
        assert_eq!(Form::of(&id("point").host()).unwrap(), host);
        for bucket in ["bucket", "b-1", "111122223333", "-111122223333", "a-1111222233334", "é-1"]
        {
            assert_eq!(Form::of(bucket).unwrap(), Form::Bucket, "{bucket}");
        }
        assert_eq!(Form::of("arn:aws:s3:::bucket").unwrap(), Form::Bucket);
        assert!(Form::of("arn:aws:s3:us-east-1:1:accesspoint/point").is_err());
        assert!(Form::of("arn:aws:s3::111122223333:accesspoint/a.mrap").is_err());
    }

    #[test]
    fn objects_have_names_under_an_access_point() {
        let arn: Arn = format!("{}/object/a/b", id("point").arn()).parse().unwrap();
        assert_eq!(of_arn(&arn).unwrap(), Some((id("point"), "/object/a/b")));
    }

    #[test]
    fn names_follow_the_rules() {
        for good in ["abc", "0-a", &"a".repeat(50)] {
            assert!(check(good).is_ok(), "{good}");
        }
        let code = |name: &str| check(name).unwrap_err().code().to_owned();
        for bad in ["ab", "A-b", "a_b", "-ab", "ab-", &"a".repeat(51)] {
            assert_eq!(code(bad), "InvalidURI", "{bad}");
        }
        for bad in ["a.b", "abc-s3alias", "xn--abc", "abc--xa-s3"] {
            assert_eq!(code(bad), "InvalidRequest", "{bad}");
        }
    }
}
