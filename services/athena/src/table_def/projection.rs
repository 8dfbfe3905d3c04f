//! Partition projection: the rules that a table's properties state for its partition keys.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>

use aquifer_lake::{Column, DatePattern, DateRule, DateUnit, KeyRule, Projection, check_template};
use aquifer_sql::SqlError;
use chrono::NaiveDateTime;

use super::{Parameters, parameter};

/// The rules of a table that has projection enabled. `NOW` is `now`.
pub(super) fn projection(
    table: &str,
    keys: &[Column],
    parameters: &Parameters,
    now: NaiveDateTime,
) -> Result<Option<Projection>, SqlError> {
    let enabled = parameter(Some(parameters), "projection.enabled");
    if !enabled.is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    if keys.is_empty() {
        return Err(metastore(format!(
            "Partition projection cannot be enabled on a table that is not partitioned (table \
             {table})"
        )));
    }
    let said = |key: &Column, what: &str| {
        parameter(Some(parameters), &format!("projection.{}.{what}", key.name))
    };
    let missing: Vec<&str> = keys
        .iter()
        .filter(|key| said(key, "type").is_none())
        .map(|key| key.name.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(metastore(format!(
            "Table {table} is configured for partition projection, but the following partition \
             columns are missing projection configuration: [{}] (table {table})",
            missing.join(", ")
        )));
    }
    let rule = |key: &Column| {
        let own = |what: &str| said(key, what);
        rule(&own, now).map_err(|problem| {
            metastore(format!(
                "Invalid partition projection configuration of column {}: {problem} (table {table})",
                key.name
            ))
        })
    };
    let rules = keys.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    let template = parameter(Some(parameters), "storage.location.template").map(str::trim);
    if let Some(template) = template {
        let names: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
        check_template(template, &names).map_err(|error| {
            metastore(format!("storage.location.template {error} (table {table})"))
        })?;
    }
    Ok(Some(Projection { rules, template: template.map(str::to_owned) }))
}

fn metastore(message: String) -> SqlError {
    SqlError::user("HIVE_METASTORE_ERROR", message)
}

fn rule<'a>(said: &dyn Fn(&str) -> Option<&'a str>, now: NaiveDateTime) -> Result<KeyRule, String> {
    let needed = |what: &str| said(what).ok_or_else(|| format!("{what} is required"));
    let kind = said("type").unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        // Blanks are part of the values.
        "enum" => Ok(KeyRule::Enum(needed("values")?.split(',').map(str::to_owned).collect())),
        "integer" => {
            let (from, to) = two(needed("range")?)?;
            let number = |text: &str| {
                text.parse::<i64>().map_err(|_| format!("'{text}' of range is not an integer"))
            };
            let (from, to) = (number(from)?, number(to)?);
            if from > to {
                return Err(format!("range {from},{to} is empty"));
            }
            let digits = said("digits").map(|text| positive("digits", text)).transpose()?;
            let digits = usize::try_from(digits.unwrap_or(0)).unwrap_or(usize::MAX);
            if digits > 64 {
                return Err(format!("{digits} digits are more than any integer has"));
            }
            Ok(KeyRule::Integer { from, to, interval: interval(said)?.unwrap_or(1), digits })
        }
        "date" => date(said, needed("format")?, needed("range")?, now).map(KeyRule::Date),
        "injected" => Ok(KeyRule::Injected),
        other => Err(format!("unknown projection type '{other}'")),
    }
}

fn two(range: &str) -> Result<(&str, &str), String> {
    match range.split(',').map(str::trim).collect::<Vec<_>>()[..] {
        [from, to] => Ok((from, to)),
        _ => Err(format!("range '{range}' must be two values separated by a comma")),
    }
}

fn positive(what: &str, text: &str) -> Result<i64, String> {
    match text.trim().parse::<i64>() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{what} '{text}' is not a positive integer")),
    }
}

fn interval<'a>(said: &dyn Fn(&str) -> Option<&'a str>) -> Result<Option<i64>, String> {
    said("interval").map(|text| positive("interval", text)).transpose()
}

fn date<'a>(
    said: &dyn Fn(&str) -> Option<&'a str>,
    format: &str,
    range: &str,
    now: NaiveDateTime,
) -> Result<DateRule, String> {
    let format = format.trim();
    let pattern = DatePattern::new(format)
        .ok_or_else(|| format!("date format '{format}' is not supported"))?;
    let (from, to) = two(range)?;
    let bound = |text: &str| {
        // As exactly as values are spelled: what is finer would never be reached.
        relative(text, now)
            .map(|at| pattern.truncated(at))
            .or_else(|| pattern.parse(text))
            .ok_or_else(|| format!("'{text}' of range is neither in the format {format} nor NOW"))
    };
    let (from, to) = (bound(from)?, bound(to)?);
    if from > to {
        return Err(format!("range '{range}' is empty"));
    }
    let named = said("interval.unit").map(unit).transpose()?;
    let interval = interval(said)?;
    let own = pattern.precision();
    let (interval, unit) = match (interval, named, own) {
        (Some(interval), Some(unit), _) => (interval, unit),
        // Only days and months go without saying.
        (interval, named, DateUnit::Days | DateUnit::Months) => {
            (interval.unwrap_or(1), named.unwrap_or(own))
        }
        (None, ..) => return Err(format!("interval is required with the format {format}")),
        (_, None, _) => return Err(format!("interval.unit is required with the format {format}")),
    };
    Ok(DateRule { from, to, interval, unit, pattern })
}

fn unit(text: &str) -> Result<DateUnit, String> {
    let text = text.trim().to_ascii_uppercase();
    Ok(match text.trim_end_matches('S') {
        "YEAR" => DateUnit::Years,
        "MONTH" => DateUnit::Months,
        "WEEK" => DateUnit::Weeks,
        "DAY" => DateUnit::Days,
        "HOUR" => DateUnit::Hours,
        "MINUTE" => DateUnit::Minutes,
        "SECOND" => DateUnit::Seconds,
        "MILLI" | "MILLISECOND" => DateUnit::Millis,
        _ => return Err(format!("unknown interval.unit '{text}'")),
    })
}

/// `NOW`, `NOW-3YEARS`, `NOW + 1 MONTH`.
fn relative(text: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let rest = text.trim().strip_prefix("NOW")?.trim();
    if rest.is_empty() {
        return Some(now);
    }
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, rest.strip_prefix('+')?),
    };
    let rest = rest.trim();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let count: i64 = rest[..digits].parse().ok()?;
    unit(&rest[digits..]).ok()?.after(now, count.checked_mul(sign)?)
}

#[cfg(test)]
mod tests {
    use aquifer_formats::HiveType;

    use super::*;

    fn read(keys: &[&str], pairs: &[(&str, &str)]) -> Result<Option<Projection>, SqlError> {
        let keys: Vec<Column> = keys.iter().map(|k| Column::new(*k, HiveType::String)).collect();
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let now = NaiveDateTime::parse_from_str("2024-05-31 13:14:15", "%F %T").unwrap();
        projection("d.t", &keys, &pairs.collect(), now)
    }

    #[test]
    fn properties_become_rules() {
        assert_eq!(read(&["a"], &[]).unwrap(), None);
        let found = read(
            &["a", "n", "dt", "id"],
            &[
                ("projection.enabled", "true"),
                ("projection.a.type", " Enum "),
                ("projection.a.values", "x, y"),
                ("projection.n.type", "integer"),
                ("projection.n.range", " -1 , 0010"),
                ("projection.n.digits", "3"),
                ("projection.dt.type", "date"),
                ("projection.dt.format", "yyyy-MM"),
                ("projection.dt.range", "NOW-3MONTHS,NOW"),
                ("projection.id.type", "injected"),
            ],
        )
        .unwrap()
        .unwrap();
        assert_eq!(found.rules[0], KeyRule::Enum(vec!["x".into(), " y".into()]));
        assert_eq!(found.rules[1], KeyRule::Integer { from: -1, to: 10, interval: 1, digits: 3 });
        let values = |months: &str| vec!["x".into(), "001".into(), months.into(), "any".into()];
        for (month, is_in) in [("2024-01", false), ("2024-02", true), ("2024-05", true)] {
            assert_eq!(found.has(&values(month)), is_in, "{month}");
        }
    }

    #[test]
    fn rules_that_say_too_little_are_refused() {
        let enabled = ("projection.enabled", "true");
        let missing = read(&["a", "b"], &[enabled, ("projection.b.type", "injected")]);
        assert_eq!(
            missing.unwrap_err().message,
            "Table d.t is configured for partition projection, but the following partition columns \
             are missing projection configuration: [a] (table d.t)"
        );
        for (pairs, part) in [
            (vec![("projection.a.type", "list")], "unknown projection type"),
            (vec![("projection.a.type", "enum")], "values is required"),
            (vec![("projection.a.type", "integer"), ("projection.a.range", "1-2")], "two values"),
            (vec![("projection.a.type", "integer"), ("projection.a.range", "2,1")], "is empty"),
            (
                vec![
                    ("projection.a.type", "date"),
                    ("projection.a.format", "yyyy-MM-dd-HH"),
                    ("projection.a.range", "NOW-1DAY,NOW"),
                ],
                "interval is required",
            ),
            (
                vec![("projection.a.type", "injected"), ("storage.location.template", "s3://b/")],
                "partition columns [a]",
            ),
        ] {
            let mut pairs = pairs;
            pairs.push(enabled);
            let error = read(&["a"], &pairs).unwrap_err();
            assert!(error.message.contains(part), "{error}");
            assert_eq!(error.code, "HIVE_METASTORE_ERROR");
        }
    }
}
