//! Parts of a bucket that are named to be watched: by metrics of requests, or by analytics of use.
//!
//! AWS: what is named is counted and analysed from then on; here: it is kept and told again, because
//! the places where AWS shows what it found, the metrics of CloudWatch and the console, are not here.

use platform::{Page, ReadTx, Result, decode_token};
use s3_api::{AnalyticsConfiguration, AnalyticsFilter, MetricsConfiguration, MetricsFilter, Tag};

use crate::error;
use crate::model::Bucket;
use crate::settings::{self, Setting};

/// Of a kind, in one bucket.
const MAX: usize = 1_000;
const PAGE: usize = 100;
const ID_BYTES_MAX: usize = 64;

/// Refuses an id that is none, or another in the address than in the document.
pub(super) fn check_id(id: &str, within: &str) -> Result<()> {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > ID_BYTES_MAX || !id.chars().all(sound) {
        return Err(error::invalid_argument("id", id, "The id provided is not valid."));
    }
    if id != within {
        let message = "The id of the configuration is not the one in the request.";
        return Err(error::invalid_argument("id", id, message));
    }
    Ok(())
}

/// Refuses filters that are none, and those of access points, which are not here.
pub(super) fn check_metrics(document: &MetricsConfiguration) -> Result<()> {
    let Some(filter) = &document.filter else { return Ok(()) };
    let MetricsFilter { access_point_arn, and, prefix, tag } = filter;
    let within = and.as_ref().is_some_and(|and| and.access_point_arn.is_some());
    if access_point_arn.is_some() || within {
        return Err(error::not_implemented("AccessPointArn"));
    }
    let parts = and.as_ref().map(|and| (and.prefix.is_some(), and.tags.as_deref()));
    check_filter(prefix.is_some(), tag.is_some(), parts)
}

/// Refuses filters that are none, and reports, which nobody writes here.
pub(super) fn check_analytics(document: &AnalyticsConfiguration) -> Result<()> {
    if document.storage_class_analysis.data_export.is_some() {
        return Err(error::not_implemented("StorageClassAnalysis.DataExport"));
    }
    let Some(filter) = &document.filter else { return Ok(()) };
    let AnalyticsFilter { and, prefix, tag } = filter;
    let parts = and.as_ref().map(|and| (and.prefix.is_some(), and.tags.as_deref()));
    check_filter(prefix.is_some(), tag.is_some(), parts)
}

/// A filter is one thing, or several that all have to be so.
fn check_filter(prefix: bool, tag: bool, and: Option<(bool, Option<&[Tag]>)>) -> Result<()> {
    let one = usize::from(prefix) + usize::from(tag) + usize::from(and.is_some()) == 1;
    let several =
        and.is_none_or(|(prefix, tags)| usize::from(prefix) + tags.map_or(0, <[Tag]>::len) > 1);
    if one && several { Ok(()) } else { Err(error::malformed_xml()) }
}

/// Refuses one more than there may be.
pub(super) fn check_room(
    tx: &ReadTx<'_>,
    (name, bucket): (&str, &Bucket),
    kind: Setting,
    id: &str,
) -> Result<()> {
    let ids = settings::ids(tx, (name, bucket), kind)?;
    if ids.len() < MAX || ids.iter().any(|known| known == id) {
        return Ok(());
    }
    let message = "You are attempting to create a new configuration but have already reached the \
                   1,000-configuration limit.";
    Err(platform::Fail::new("TooManyConfigurations", 400, message))
}

/// A page of what there is, by its ids.
pub(super) fn page<T>(
    list: &str,
    all: Vec<(String, T)>,
    token: Option<&str>,
) -> Result<Page<(String, T)>> {
    let after = match token {
        None => None,
        Some(token) => Some(decode_token(list, token).ok_or_else(|| {
            let message = "The continuation token provided is incorrect";
            error::invalid_argument("continuation-token", token, message)
        })?),
    };
    let rest = all.into_iter().filter(|(id, _)| after.as_ref().is_none_or(|after| id > after));
    Page::take(list, rest.map(Ok::<_, platform::Fail>), PAGE, |(id, _)| id.clone())
}
