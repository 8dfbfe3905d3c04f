//! Filters of lists: each must hold, and does where one of its values fits.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>

use aquifer_policy::Wildcard;
use ec2_api::Filter;
use platform::{Result, Tags};

use crate::error;

/// The most values that the filters of one request have together.
const VALUES_MAX: usize = 200;

/// Filters of a request.
#[derive(Debug, Default)]
pub(crate) struct Filters(Vec<(String, Vec<Wildcard>)>);

impl Filters {
    /// Reads filters of which these names are known; `tag:` and `tag-key` are where there are tags.
    ///
    /// # Errors
    /// When there is no such filter, or one without values.
    pub fn read(given: Option<Vec<Filter>>, known: &[&str], tagged: bool) -> Result<Self> {
        let mut filters = Vec::new();
        let mut count = 0;
        for filter in given.unwrap_or_default() {
            let name = filter.name.unwrap_or_default();
            let of_tags = tagged && (name.starts_with("tag:") || name == "tag-key");
            if !of_tags && !known.contains(&name.as_str()) {
                return Err(error::invalid(format!("The filter '{name}' is invalid")));
            }
            let values = filter.values.unwrap_or_default();
            if values.is_empty() {
                return Err(error::missing(&format!("Filter.Value for '{name}'")));
            }
            count += values.len();
            filters.push((name, values.iter().map(|value| Wildcard::new(value)).collect()));
        }
        if count > VALUES_MAX {
            let message = format!("The maximum number of filter values is {VALUES_MAX}");
            return Err(error::refused_filter(message));
        }
        Ok(Self(filters))
    }

    /// Whether something passes; `values` are what it has under a name.
    pub fn pass(
        &self,
        tags: &Tags,
        mut values: impl FnMut(&str) -> Result<Vec<String>>,
    ) -> Result<bool> {
        for (name, wanted) in &self.0 {
            let fits = |value: &str| wanted.iter().any(|pattern| pattern.matches(value));
            let holds = if let Some(key) = name.strip_prefix("tag:") {
                tags.get(key).is_some_and(fits)
            } else if name == "tag-key" {
                tags.iter().any(|(key, _)| fits(key))
            } else {
                values(name)?.iter().any(|value| fits(value))
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(name: &str, values: &[&str]) -> Filter {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Filter { name: Some(name.to_owned()), values: Some(values) }
    }

    #[test]
    fn all_filters_must_hold_and_any_value_will_do() {
        let tags: Tags = [("stage", "production")].into_iter().collect();
        let pass = |filters| {
            let filters = Filters::read(Some(filters), &["state", "cidr"], true).unwrap();
            let values = |name: &str| {
                Ok(vec![if name == "state" { "available" } else { "10.0.0.0/16" }.to_owned()])
            };
            filters.pass(&tags, values).unwrap()
        };
        assert!(pass(vec![]));
        assert!(pass(vec![filter("state", &["pending", "available"]), filter("cidr", &["10.*"])]));
        assert!(!pass(vec![filter("state", &["pending"]), filter("cidr", &["10.*"])]));
        assert!(pass(vec![filter("tag:stage", &["prod*"]), filter("tag-key", &["st?ge"])]));
        assert!(!pass(vec![filter("tag:owner", &["*"])]));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let code = |given| {
            Filters::read(Some(vec![given]), &["state"], false).unwrap_err().code().to_owned()
        };
        assert_eq!(code(filter("colour", &["red"])), "InvalidParameterValue");
        assert_eq!(code(filter("tag:a", &["red"])), "InvalidParameterValue");
        assert_eq!(code(filter("state", &[])), "MissingParameter");
    }
}
