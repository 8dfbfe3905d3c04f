//! The tags of all resources, whatever their kind.

use ec2_api::SERVICE;
use platform::{Ctx, Fail, ReadTx, Result, Tags, WriteTx};

use crate::error;
use crate::resource::{self, Kind, Resource};
use crate::store::{Endpoint, InternetGateway, RouteTable, Subnet, Vpc};

/// Resources of one request, at most.
const RESOURCES_MAX: usize = 1_000;

/// A tag of a resource.
pub(crate) struct Label {
    pub id: String,
    pub kind: Kind,
    pub key: String,
    pub value: String,
}

impl Label {
    /// Where it stands among all: by resource, then by key.
    pub fn place(&self) -> String {
        format!("{}/{}", self.id, self.key)
    }
}

/// Whether the caller may change these tags of these resources.
///
/// # Errors
/// When not, or an id is none that can have tags.
pub(crate) async fn may(ctx: &Ctx, action: &str, ids: &[String], tags: &Tags) -> Result<()> {
    if ids.is_empty() {
        return Err(error::missing("ResourceId"));
    }
    if ids.len() > RESOURCES_MAX {
        return Err(error::invalid(format!(
            "No more than {RESOURCES_MAX} resources are tagged at once"
        )));
    }
    let asked: Vec<(String, &str)> =
        tags.iter().map(|(key, value)| (format!("aws:RequestTag/{key}"), value)).collect();
    let mut more: Vec<(&str, &str)> =
        asked.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    more.extend(tags.iter().map(|(key, _)| ("aws:TagKeys", key)));
    for id in ids {
        let arn = kind_of(id)?.arn(ctx.scope(), id);
        platform::require_with(ctx, &SERVICE, action, arn, &more).await?;
    }
    Ok(())
}

fn kind_of(id: &str) -> Result<Kind> {
    let invalid = || Fail::new("InvalidID", 400, format!("The ID '{id}' is not valid"));
    Kind::of(id).ok_or_else(invalid)
}

/// Changes the tags of each of these resources.
///
/// # Errors
/// When one is not there, or the change refuses.
pub(crate) fn change_each(
    tx: &WriteTx<'_>,
    ids: &[String],
    change: impl Fn(&mut Tags) -> Result<()>,
) -> Result<()> {
    fn one<R: Resource>(
        tx: &WriteTx<'_>,
        id: &str,
        change: &impl Fn(&mut Tags) -> Result<()>,
    ) -> Result<()> {
        let mut row: R = resource::find(tx, id)?;
        change(row.tags_mut())?;
        resource::put(tx, &row)
    }
    for id in ids {
        match kind_of(id)? {
            Vpc::KIND => one::<Vpc>(tx, id, &change)?,
            Subnet::KIND => one::<Subnet>(tx, id, &change)?,
            RouteTable::KIND => one::<RouteTable>(tx, id, &change)?,
            InternetGateway::KIND => one::<InternetGateway>(tx, id, &change)?,
            _ => one::<Endpoint>(tx, id, &change)?,
        }
    }
    Ok(())
}

/// All tags, by resource and key.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn all(tx: &ReadTx<'_>) -> Result<Vec<Label>> {
    fn of<R: Resource>(tx: &ReadTx<'_>, into: &mut Vec<Label>) -> Result<()> {
        for row in resource::all::<R>(tx)? {
            into.extend(row.tags().iter().map(|(key, value)| Label {
                id: row.id().to_owned(),
                kind: R::KIND,
                key: key.to_owned(),
                value: value.to_owned(),
            }));
        }
        Ok(())
    }
    let mut labels = Vec::new();
    of::<Vpc>(tx, &mut labels)?;
    of::<Subnet>(tx, &mut labels)?;
    of::<RouteTable>(tx, &mut labels)?;
    of::<InternetGateway>(tx, &mut labels)?;
    of::<Endpoint>(tx, &mut labels)?;
    labels.sort_by_key(Label::place);
    Ok(labels)
}
