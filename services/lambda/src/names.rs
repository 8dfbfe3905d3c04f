//! What requests call functions: by name, by ARN, or by a part of it, with a qualifier or without.

use lambda_api::SERVICE;
use platform::{AccountId, Arn, Ctx, Region, Result, Scope, require};

use crate::error;

/// The code that is changed, and not yet a version.
pub(crate) const LATEST: &str = "$LATEST";

/// The function a request means.
pub(crate) struct Named {
    /// The context in which its rows are.
    pub ctx: Ctx,
    pub name: String,
    pub qualifier: Option<String>,
}

impl Named {
    /// Its ARN, as the request qualified it.
    pub fn arn(&self) -> String {
        arn(self.ctx.scope(), &self.name, self.qualifier.as_deref())
    }
}

/// The ARN of a function.
pub(crate) fn arn(scope: &Scope, name: &str, qualifier: Option<&str>) -> String {
    let resource = match qualifier {
        Some(qualifier) => format!("function:{name}:{qualifier}"),
        None => format!("function:{name}"),
    };
    Arn::new("lambda", scope, &resource).to_string()
}

/// The function that a text names, once it is known that the caller may do with it what is asked.
///
/// # Errors
/// AWS's refusals.
pub(crate) async fn open(
    ctx: &Ctx,
    action: &str,
    text: &str,
    qualifier: Option<&str>,
) -> Result<Named> {
    let named = parse(ctx, text, qualifier)?;
    require(ctx, &SERVICE, action, named.arn()).await?;
    Ok(named)
}

/// As [`open`], for operations on a function as a whole: a qualifier is refused.
///
/// # Errors
/// AWS's refusals.
pub(crate) async fn whole(ctx: &Ctx, action: &str, text: &str) -> Result<Named> {
    let named = open(ctx, action, text, None).await?;
    match named.qualifier {
        Some(_) => Err(error::invalid(
            "This operation does not permit adding or updating resources by qualified names.",
        )),
        None => Ok(named),
    }
}

fn parse(ctx: &Ctx, text: &str, qualifier: Option<&str>) -> Result<Named> {
    let spelt = spelt(text).ok_or_else(|| error::invalid(format!("Invalid name: {text}")))?;
    let here = ctx.scope();
    if let Some(region) = spelt.region
        && region != here.region
    {
        return Err(error::no_function(&format!(
            "Functions from '{region}' are not reachable in this region ('{}')",
            here.region
        )));
    }
    if let (Some(own), Some(given)) = (spelt.qualifier, qualifier)
        && own != given
    {
        return Err(error::invalid(
            "The derived qualifier from the function name does not match the specified qualifier.",
        ));
    }
    let scope = Scope::new(spelt.account.unwrap_or(here.account), here.region.clone());
    let qualifier = spelt.qualifier.or(qualifier).map(str::to_owned);
    Ok(Named { ctx: ctx.with_scope(scope), name: spelt.name.to_owned(), qualifier })
}

#[derive(Debug, PartialEq)]
struct Spelt<'a> {
    region: Option<Region>,
    account: Option<AccountId>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

fn spelt(text: &str) -> Option<Spelt<'_>> {
    let mut parts: Vec<&str> = text.split(':').collect();
    if parts.first() == Some(&"arn") {
        parts = parts.get(3..)?.to_vec();
    }
    let (before, rest) = match parts.iter().position(|part| *part == "function") {
        Some(at) if at + 1 < parts.len() => (&parts[..at], &parts[at + 1..]),
        _ => parts.split_at(0),
    };
    let (name, qualifier) = match rest {
        [name] => (*name, None),
        [name, qualifier] => (*name, Some(*qualifier)),
        _ => return None,
    };
    let (mut region, mut account) = (None, None);
    for part in before {
        match part.parse::<AccountId>() {
            Ok(id) => account = Some(id),
            Err(_) => region = Some(part.parse::<Region>().ok()?),
        }
    }
    (!name.is_empty()).then_some(Spelt { region, account, name, qualifier })
}

/// The scope, the name and the qualifier that an ARN of a function has.
pub(crate) fn of_arn(arn: &Arn) -> Option<(Scope, &str, Option<&str>)> {
    let scope = Scope::new(arn.account()?, arn.region()?);
    let mut parts = arn.resource().strip_prefix("function:")?.split(':');
    let name = parts.next().filter(|name| !name.is_empty())?;
    let qualifier = parts.next();
    parts.next().is_none().then_some((scope, name, qualifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_several_names() {
        for (text, account, region, qualifier) in [
            ("f", false, false, None),
            ("f:PROD", false, false, Some("PROD")),
            ("function:f", false, false, None),
            ("000000000001:function:f", true, false, None),
            ("000000000001:function:f:1", true, false, Some("1")),
            (concat!("arn", ":aws:lambda:us-east-1:000000000001:function:f"), true, true, None),
            (
                concat!("arn", ":aws:lambda:us-east-1:000000000001:function:f:$LATEST"),
                true,
                true,
                Some("$LATEST"),
            ),
        ] {
            let spelt = spelt(text).expect(text);
            assert_eq!((spelt.name, spelt.qualifier), ("f", qualifier), "{text}");
            assert_eq!(spelt.account.is_some(), account, "{text}");
            assert_eq!(spelt.region.is_some(), region, "{text}");
        }
        assert_eq!(spelt("a:b:c"), None);
        assert_eq!(spelt("function").map(|spelt| spelt.name), Some("function"));
    }
}
