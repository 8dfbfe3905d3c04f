//! Lists: of all there is or of what is named, through filters, in pages.

use ec2_api::Filter;
use platform::{Fail, Page, ReadTx, Result, decode_token};

use crate::error;
use crate::filters::Filters;
use crate::places::Places;
use crate::resource::{self, Resource};

/// The most items of a page.
const PAGE_MAX: usize = 1_000;

/// What there is to see when something is shown.
pub(crate) struct Look<'a, 't> {
    pub tx: &'a ReadTx<'t>,
    pub places: &'a Places,
}

/// Something that is listed.
pub(crate) trait Listed: Resource {
    /// The names of its filters, those of tags aside.
    const FILTERS: &'static [&'static str];
    /// As clients read it.
    type Shown;

    /// What it has under the name of a filter.
    fn values(&self, look: &Look<'_, '_>, filter: &str) -> Result<Vec<String>>;
    fn shown(&self, look: &Look<'_, '_>) -> Result<Self::Shown>;
}

/// What is asked of a list.
pub(crate) struct Asked<'a> {
    /// The operation; pages of one are none of another.
    pub list: &'a str,
    /// Those that are wanted, and what the request calls them.
    pub ids: Option<Vec<String>>,
    pub ids_parameter: &'a str,
    pub filters: Option<Vec<Filter>>,
    pub max_results: Option<i32>,
    pub next_token: Option<String>,
}

impl Asked<'_> {
    /// Where the page starts and how many items it has at most.
    fn page(&self) -> Result<(String, usize)> {
        if self.max_results.is_some() && self.ids.as_ref().is_some_and(|ids| !ids.is_empty()) {
            return Err(error::combination(format!(
                "The parameter {} cannot be used with the parameter maxResults",
                self.ids_parameter
            )));
        }
        page_of(self.list, self.max_results, self.next_token.as_deref())
    }
}

/// Where a page starts and how many items it has at most.
fn page_of(list: &str, max: Option<i32>, token: Option<&str>) -> Result<(String, usize)> {
    let after = match token.filter(|token| !token.is_empty()) {
        Some(token) => decode_token(list, token).ok_or_else(error::token)?,
        None => String::new(),
    };
    let limit = match max {
        None => PAGE_MAX,
        Some(max) => usize::try_from(max).ok().filter(|max| *max > 0).ok_or_else(|| {
            error::invalid(format!("Value ( {max} ) for parameter maxResults is invalid."))
        })?,
    };
    Ok((after, limit.min(PAGE_MAX)))
}

/// A page of the resources of a type, and where the next one starts.
///
/// # Errors
/// When one that is named is not there, or a filter or the page is not to be had.
pub(crate) fn list<R: Listed>(
    look: &Look<'_, '_>,
    asked: Asked<'_>,
) -> Result<(Vec<R::Shown>, Option<String>)> {
    let (after, limit) = asked.page()?;
    let filters = Filters::read(asked.filters, R::FILTERS, true)?;
    let named = asked.ids.filter(|ids| !ids.is_empty());
    let rows = match named {
        Some(mut ids) => {
            ids.sort();
            ids.dedup();
            ids.iter().map(|id| resource::find::<R>(look.tx, id)).collect::<Result<Vec<_>>>()?
        }
        None => resource::all::<R>(look.tx)?,
    };
    let passing = rows.into_iter().filter(|row| row.id() > after.as_str()).filter_map(|row| {
        match filters.pass(row.tags(), |name| row.values(look, name)) {
            Ok(true) => Some(Ok(row)),
            Ok(false) => None,
            Err(fail) => Some(Err(fail)),
        }
    });
    let page = Page::take(asked.list, passing, limit, |row| row.id().to_owned())?;
    let shown = page.items.iter().map(|row| row.shown(look)).collect::<Result<_>>()?;
    Ok((shown, page.next_token))
}

/// A page of things that are not resources; `key` names them in their order.
///
/// # Errors
/// When the page is not to be had.
pub(crate) fn page<T>(
    list: &str,
    items: impl IntoIterator<Item = T>,
    (max, token): (Option<i32>, Option<String>),
    key: impl Fn(&T) -> String,
) -> Result<Page<T>> {
    let (after, limit) = page_of(list, max, token.as_deref())?;
    let rest = items.into_iter().filter(|item| after.is_empty() || key(item) > after);
    Page::take(list, rest.map(Ok::<_, Fail>), limit, &key)
}
