//! Partitions that follow from rules instead of a catalog: each key's values are listed or
//! counted, and a template says where a partition is.
//!
//! A query's predicates narrow each key by itself before the keys are combined, so that a table
//! of many millions of thinkable partitions costs what the query asks for.

mod bounds;
mod date;
mod pattern;

use datafusion::catalog::Session;
use datafusion::common::ScalarValue;
use datafusion::error::Result as DataFusionResult;
use datafusion::logical_expr::Expr;

use self::bounds::Bounds;
pub use self::date::{DateRule, DateUnit};
pub use self::pattern::DatePattern;
use crate::error::{LakeError, Result};
use crate::partitions::{decides_by_keys, prune};
use crate::table::{Column, PartitionDef, TableDef};
use crate::write::partition_path;

/// More partitions than this are not made for one scan.
pub const PROJECTED_MAX: usize = 1_000_000;

/// The rules of a table's partition keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// One per partition key, in their order.
    pub rules: Vec<KeyRule>,
    /// Where a partition is, with `${key}` for its values; below the table's location by default,
    /// in folders named by keys.
    pub template: Option<String>,
}

/// Which values a partition key has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRule {
    /// These.
    Enum(Vec<String>),
    /// Whole numbers from `from` to `to`, both included.
    Integer {
        /// The first.
        from: i64,
        /// None is greater.
        to: i64,
        /// From one to the next; at least 1.
        interval: i64,
        /// Digits, filled up with zeros; none are added where it is 0.
        digits: usize,
    },
    /// Moments in steps.
    Date(DateRule),
    /// Whatever the query says it equals.
    Injected,
}

impl KeyRule {
    /// Whether a value is one of the key's.
    fn has(&self, text: &str) -> bool {
        match self {
            KeyRule::Enum(values) => values.iter().any(|value| value == text),
            KeyRule::Integer { from, to, interval, digits } => text
                .parse::<i64>()
                .is_ok_and(|n| within(n, *from, *to, *interval) && padded(n, *digits) == text),
            KeyRule::Date(rule) => rule.has(text),
            KeyRule::Injected => true,
        }
    }

    /// The spelling of a number that a query compares the key with, if it is one of the key's.
    fn spelled(&self, text: &str) -> Option<String> {
        let spelled = match self {
            KeyRule::Integer { digits, .. } => padded(text.parse().ok()?, *digits),
            _ => text.to_owned(),
        };
        self.has(&spelled).then_some(spelled)
    }

    /// The values between two, as far as the rule can tell, `limit` at most and one more.
    fn values(&self, bounds: &Bounds, limit: usize) -> Vec<String> {
        match self {
            KeyRule::Enum(values) => values.clone(),
            KeyRule::Injected => Vec::new(),
            KeyRule::Integer { from, to, interval, digits } => {
                let first = match bounds.low_number() {
                    // The first of the row that is not below.
                    Some(low) if low > *from => {
                        let steps = (i128::from(low) - i128::from(*from) + i128::from(*interval)
                            - 1)
                            / i128::from(*interval);
                        i128::from(*from) + steps * i128::from(*interval)
                    }
                    _ => i128::from(*from),
                };
                let last = i128::from(bounds.high_number().map_or(*to, |high| high.min(*to)));
                std::iter::successors(Some(first), |n| Some(n + i128::from(*interval)))
                    .take_while(|n| *n <= last)
                    .take(limit + 1)
                    .filter_map(|n| i64::try_from(n).ok())
                    .map(|n| padded(n, *digits))
                    .collect()
            }
            KeyRule::Date(rule) => rule.values(bounds.low_text(), bounds.high_text(), limit),
        }
    }
}

fn within(n: i64, from: i64, to: i64, interval: i64) -> bool {
    n >= from && n <= to && (i128::from(n) - i128::from(from)) % i128::from(interval.max(1)) == 0
}

fn padded(n: i64, digits: usize) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{:0>digits$}", n.unsigned_abs())
}

impl Projection {
    /// The partitions of `def` on which every filter that names keys only holds.
    pub(crate) fn partitions(
        &self,
        state: &dyn Session,
        def: &TableDef,
        filters: &[&Expr],
    ) -> DataFusionResult<Vec<(PartitionDef, Vec<ScalarValue>)>> {
        let keys = &def.partition_keys;
        let mut lists: Vec<Vec<String>> = Vec::with_capacity(keys.len());
        let mut count = 1usize;
        for (key, rule) in keys.iter().zip(&self.rules) {
            let values = self.narrowed(state, key, rule, filters)?;
            count = count.saturating_mul(values.len());
            lists.push(values);
        }
        if count > PROJECTED_MAX {
            return Err(self.too_many(def).into());
        }
        let mut found = Vec::with_capacity(count);
        let names: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
        for nth in 0..count {
            let mut rest = nth;
            let mut values = vec![String::new(); lists.len()];
            for (list, value) in lists.iter().zip(&mut values).rev() {
                value.clone_from(&list[rest % list.len()]);
                rest /= list.len();
            }
            let location = self.location(&def.location, &names, &values);
            found.push(PartitionDef { values, location, format: None });
        }
        prune(state, keys, found, filters)
    }

    /// The values of one key that what is asked of it alone leaves.
    fn narrowed(
        &self,
        state: &dyn Session,
        key: &Column,
        rule: &KeyRule,
        filters: &[&Expr],
    ) -> DataFusionResult<Vec<String>> {
        let own = std::slice::from_ref(key);
        let split =
            filters.iter().flat_map(|f| datafusion::logical_expr::utils::split_conjunction(f));
        let asked: Vec<&Expr> = split.filter(|f| decides_by_keys(f, own)).collect();
        let bounds = Bounds::of(key, &asked);
        let values = match &bounds.equal {
            Some(equal) => equal.iter().filter_map(|text| rule.spelled(text)).collect(),
            None if *rule == KeyRule::Injected => {
                return Err(LakeError::NotInjected { key: key.name.clone() }.into());
            }
            None => rule.values(&bounds, PROJECTED_MAX),
        };
        if values.len() > PROJECTED_MAX {
            let message = format!(
                "Partition column {} has more than {PROJECTED_MAX} projected values that the query \
                 may need",
                key.name
            );
            return Err(LakeError::TooManyProjected { message }.into());
        }
        let wrapped = values.into_iter().map(|value| PartitionDef {
            values: vec![value],
            location: String::new(),
            format: None,
        });
        let kept = prune(state, own, wrapped.collect(), &asked)?;
        Ok(kept
            .into_iter()
            .filter_map(|(partition, _)| partition.values.into_iter().next())
            .collect())
    }

    fn too_many(&self, def: &TableDef) -> LakeError {
        let injected = self.rules.iter().position(|rule| *rule == KeyRule::Injected);
        let key = injected.and_then(|at| def.partition_keys.get(at));
        let message = match key {
            Some(key) => format!(
                "{} Predicates provided cannot be converted to a valid partition.",
                LakeError::NotInjected { key: key.name.clone() }
            ),
            None => format!(
                "The query needs more than {PROJECTED_MAX} projected partitions of table {}.{}",
                def.database, def.name
            ),
        };
        LakeError::TooManyProjected { message }
    }

    /// Where a partition is.
    pub fn location(&self, table: &str, keys: &[String], values: &[String]) -> String {
        let Some(template) = &self.template else {
            return format!("{}/{}/", table.trim_end_matches('/'), partition_path(keys, values));
        };
        let mut place = String::with_capacity(template.len() + 16);
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            place.push_str(before);
            let Some((name, left)) = after.split_once('}') else {
                place.push_str("${");
                rest = after;
                continue;
            };
            let at = keys.iter().position(|key| key.eq_ignore_ascii_case(name));
            match at.and_then(|at| values.get(at)) {
                Some(value) => place.push_str(value),
                None => {
                    place.push_str("${");
                    place.push_str(name);
                    place.push('}');
                }
            }
            rest = left;
        }
        place.push_str(rest);
        place
    }

    /// Whether a partition of these values is one of those projected.
    pub fn has(&self, values: &[String]) -> bool {
        self.rules.len() == values.len()
            && self.rules.iter().zip(values).all(|(rule, value)| rule.has(value))
    }
}

/// Checks that a template names every key.
pub fn check_template(template: &str, keys: &[String]) -> Result<()> {
    let missing: Vec<&str> = keys
        .iter()
        .filter(|key| !template.to_lowercase().contains(&format!("${{{}}}", key.to_lowercase())))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(LakeError::Location {
        location: template.to_owned(),
        message: format!("it has no place for partition columns [{}]", missing.join(", ")),
    })
}

#[cfg(test)]
mod tests;
