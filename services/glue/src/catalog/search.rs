//! Which tables a name pattern or a search means.

use glue_api::{Comparator, PropertyPredicate, Table};
use platform::{Result, Timestamp};
use regex::{Regex, RegexBuilder};

use crate::error;

/// Names as `GetTables` selects them: a regular expression in which, as in Hive's `SHOW TABLES`, a
/// star that follows no dot stands for any text. The whole name must match, whatever its case.
pub(crate) struct NamePattern(Regex);

/// The most memory a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1 << 20;

impl NamePattern {
    pub fn new(text: &str) -> Result<NamePattern> {
        let mut pattern = String::with_capacity(text.len() + 8);
        let mut before = None;
        for c in text.chars() {
            let repeats = matches!(before, Some('.' | ']' | ')' | '\\'));
            match c {
                '*' if !repeats => pattern.push_str(".*"),
                c => pattern.push(c),
            }
            before = Some(c);
        }
        RegexBuilder::new(&format!("^(?:{pattern})$"))
            .case_insensitive(true)
            .size_limit(PATTERN_BYTES_MAX)
            .build()
            .map(NamePattern)
            .map_err(|_| error::invalid(format!("Invalid expression '{text}'.")))
    }

    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

/// What `SearchTables` looks for.
pub(crate) struct Search {
    text: Option<Text>,
    filters: Vec<Filter>,
}

enum Text {
    /// In quotes: a whole value.
    Exact(String),
    /// Part of a value.
    Part(String),
}

enum Filter {
    /// A property of which one token must be the value.
    Token { key: String, value: String },
    /// A time.
    Time { updated: bool, comparator: Comparator, at: Timestamp },
}

impl Search {
    pub fn new(text: Option<&str>, filters: Vec<PropertyPredicate>) -> Result<Search> {
        let text =
            text.map(|text| match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
                Some(exact) => Text::Exact(exact.to_lowercase()),
                None => Text::Part(text.to_lowercase()),
            });
        let filters = filters.into_iter().map(Filter::new).collect::<Result<_>>()?;
        Ok(Search { text, filters })
    }

    pub fn finds(&self, table: &Table) -> bool {
        let found = match &self.text {
            None => true,
            Some(text) => searchable(table).any(|value| {
                let value = value.to_lowercase();
                match text {
                    Text::Exact(exact) => value == *exact,
                    Text::Part(part) => value.contains(part),
                }
            }),
        };
        found && self.filters.iter().all(|filter| filter.passes(table))
    }
}

impl Filter {
    fn new(predicate: PropertyPredicate) -> Result<Filter> {
        let missing = || error::invalid("A filter must have a Key and a Value.");
        let key = predicate.key.ok_or_else(missing)?;
        let value = predicate.value.ok_or_else(missing)?;
        let updated =
            key.eq_ignore_ascii_case("UpdateTime") || key.eq_ignore_ascii_case("UpdatedTime");
        if !updated && !key.eq_ignore_ascii_case("CreateTime") {
            return Ok(Filter::Token { key, value: value.to_lowercase() });
        }
        let at = Timestamp::parse_rfc3339(&value)
            .or_else(|| value.parse().ok().and_then(Timestamp::from_secs_f64))
            .ok_or_else(|| error::invalid(format!("'{value}' is not a time.")))?;
        Ok(Filter::Time { updated, comparator: predicate.comparator.unwrap_or_default(), at })
    }

    fn passes(&self, table: &Table) -> bool {
        match self {
            Filter::Token { key, value } => property(table, key).is_some_and(|property| {
                property.to_lowercase() == *value || has_token(&property, value)
            }),
            Filter::Time { updated, comparator, at } => {
                let time = if *updated { table.update_time } else { table.create_time };
                time.is_some_and(|time| match comparator {
                    Comparator::Equals => time == *at,
                    Comparator::GreaterThan => time > *at,
                    Comparator::LessThan => time < *at,
                    Comparator::GreaterThanEquals => time >= *at,
                    Comparator::LessThanEquals => time <= *at,
                })
            }
        }
    }
}

/// Properties are split at punctuation; a token of them must be the value.
fn has_token(property: &str, value: &str) -> bool {
    property
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|token| token == value)
}

fn searchable(table: &Table) -> impl Iterator<Item = &str> {
    let storage = table.storage_descriptor.as_ref();
    let columns = storage.and_then(|s| s.columns.as_deref()).unwrap_or_default();
    let keys = table.partition_keys.as_deref().unwrap_or_default();
    let columns = columns.iter().chain(keys).flat_map(|column| {
        [Some(column.name.as_str()), column.comment.as_deref()].into_iter().flatten()
    });
    let parameters = table.parameters.iter().flatten();
    let own = [
        Some(table.name.as_str()),
        table.description.as_deref(),
        table.owner.as_deref(),
        table.table_type.as_deref(),
        table.database_name.as_deref(),
        storage.and_then(|s| s.location.as_deref()),
    ];
    own.into_iter()
        .flatten()
        .chain(columns)
        .chain(parameters.flat_map(|(key, value)| [key.as_str(), value.as_str()]))
}

/// A table's property under the name filters and sort orders use.
pub(crate) fn property(table: &Table, key: &str) -> Option<String> {
    let storage = table.storage_descriptor.as_ref();
    match key.to_ascii_lowercase().as_str() {
        "name" | "tablename" => Some(table.name.clone()),
        "databasename" => table.database_name.clone(),
        "description" => table.description.clone(),
        "owner" => table.owner.clone(),
        "tabletype" => table.table_type.clone(),
        "location" => storage.and_then(|s| s.location.clone()),
        "createdby" => table.created_by.clone(),
        "createtime" => table.create_time.map(Timestamp::rfc3339_millis),
        "updatetime" | "updatedtime" => table.update_time.map(Timestamp::rfc3339_millis),
        _ => table.parameters.as_ref().and_then(|parameters| parameters.get(key).cloned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text_unless_they_repeat_something() {
        for (pattern, name, want) in [
            ("sales*", "sales_2024", true),
            ("*2024", "sales_2024", true),
            ("sales.*", "sales_2024", true),
            ("[a-z]*", "sales", true),
            ("[a-z]*", "sales_2024", false),
            ("a|b*", "bc", true),
            ("SALES", "sales", true),
            ("sale", "sales", false),
        ] {
            let matches = NamePattern::new(pattern).unwrap().matches(name);
            assert_eq!(matches, want, "{pattern} {name}");
        }
        assert!(NamePattern::new("(").is_err());
    }

    #[test]
    fn a_filter_wants_a_whole_token() {
        assert!(has_token("customer-link", "link"));
        assert!(has_token("xx-link-yy", "link"));
        assert!(!has_token("xxlinkyyy", "link"));
    }
}
