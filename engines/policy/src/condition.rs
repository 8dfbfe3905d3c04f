//! Conditions: an operator, a key, and values to compare the request's context with.

use crate::pattern::Template;
use crate::request::Context;
use crate::value::{Network, arn_components, parse_instant, parse_number};

/// One key under one operator. All conditions of a statement must hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    quantifier: Quantifier,
    negated: bool,
    if_exists: bool,
    key: String,
    test: Test,
}

/// How the context's values, if there are several, are put to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    /// The key is expected to have one value.
    Plain,
    ForAllValues,
    ForAnyValue,
}

/// The values of the policy, ready to be compared.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Text { fold: bool, values: Vec<Template> },
    Like(Vec<Template>),
    Arn(Vec<Template>),
    Number(Order, Vec<f64>),
    Instant(Order, Vec<i64>),
    Bool(Vec<String>),
    Binary(Vec<String>),
    Ip(Vec<Network>),
    Null(Vec<bool>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Order::Equal => left == right,
            Order::Less => left < right,
            Order::LessOrEqual => left <= right,
            Order::Greater => left > right,
            Order::GreaterOrEqual => left >= right,
        }
    }
}

/// Why a condition cannot be built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConditionError {
    UnknownOperator,
    Value(String),
}

impl Condition {
    /// Builds the condition of an operator as written, prefix and `IfExists` included.
    pub(crate) fn new(
        operator: &str,
        key: &str,
        values: Vec<String>,
        variables: bool,
    ) -> Result<Condition, ConditionError> {
        let (quantifier, name) = match operator.split_once(':') {
            Some(("ForAllValues", name)) => (Quantifier::ForAllValues, name),
            Some(("ForAnyValue", name)) => (Quantifier::ForAnyValue, name),
            Some(_) => return Err(ConditionError::UnknownOperator),
            None => (Quantifier::Plain, operator),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        // Whether a key is there cannot depend on whether it is there, nor on each of its values.
        if name == "Null" && (if_exists || quantifier != Quantifier::Plain) {
            return Err(ConditionError::UnknownOperator);
        }
        let (test, negated) = test(name, values, variables)?;
        Ok(Condition { quantifier, negated, if_exists, key: key.to_owned(), test })
    }

    /// Whether the condition holds.
    pub(crate) fn holds(&self, context: &Context) -> bool {
        let values = context.get(&self.key).unwrap_or_default();
        if let Test::Null(wanted) = &self.test {
            return wanted.contains(&values.is_empty());
        }
        let one = |value: &String| self.test.matches(value, context);
        match (self.quantifier, values.is_empty()) {
            (Quantifier::ForAllValues, _) => values.iter().all(|v| one(v) != self.negated),
            (Quantifier::ForAnyValue, true) => self.if_exists,
            (Quantifier::ForAnyValue, false) => values.iter().any(|v| one(v) != self.negated),
            // "Not equal to x" is true of what is not there at all.
            (Quantifier::Plain, true) => self.if_exists || self.negated,
            (Quantifier::Plain, false) => values.iter().any(one) != self.negated,
        }
    }

    /// The keys consulted: its own and those of its variables.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys = vec![self.key.clone()];
        if let Test::Text { values, .. } | Test::Like(values) | Test::Arn(values) = &self.test {
            values.iter().for_each(|value| keys.extend(value.variables()));
        }
        keys
    }
}

impl Test {
    /// Whether any of the policy's values matches this value of the context.
    fn matches(&self, value: &str, context: &Context) -> bool {
        match self {
            Test::Text { fold, values } => {
                values.iter().filter_map(|wanted| wanted.fill(context)).any(|wanted| match fold {
                    // Beyond ASCII too, as the language's strings are Unicode.
                    true => wanted.to_lowercase() == value.to_lowercase(),
                    false => wanted == value,
                })
            }
            Test::Like(values) => values
                .iter()
                .filter_map(|wanted| wanted.fill_pattern(context))
                .any(|wanted| wanted.matches(value)),
            Test::Arn(values) => values.iter().any(|wanted| arn_matches(wanted, value, context)),
            Test::Number(order, values) => parse_number(value)
                .is_some_and(|it| values.iter().any(|wanted| order.holds(it, *wanted))),
            Test::Instant(order, values) => parse_instant(value)
                .is_some_and(|it| values.iter().any(|wanted| order.holds(it, *wanted))),
            Test::Bool(values) => values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)),
            Test::Binary(values) => values.iter().any(|wanted| wanted == value),
            Test::Ip(values) => value
                .parse()
                .is_ok_and(|address| values.iter().any(|network| network.contains(address))),
            // Whether a key is there at all is asked before its values are.
            Test::Null(_) => false,
        }
    }
}

/// Compares component by component, so that a star in one never swallows the next.
fn arn_matches(wanted: &Template, arn: &str, context: &Context) -> bool {
    let Some(components) = arn_components(arn) else { return false };
    let Some(patterns) = wanted.fill_split(context, 6) else { return false };
    if let [only] = patterns.as_slice() {
        return only.matches(arn);
    }
    // What a short ARN leaves out may be anything.
    patterns.iter().zip(components).all(|(pattern, component)| pattern.matches(component))
}

/// The test of an operator's bare name, and whether it is negated.
fn test(name: &str, values: Vec<String>, variables: bool) -> Result<(Test, bool), ConditionError> {
    let templates = |values: Vec<String>| -> Vec<Template> {
        values.iter().map(|value| Template::new(value, variables)).collect()
    };
    if let Some((order, negated)) = name.strip_prefix("Numeric").and_then(order) {
        return Ok((Test::Number(order, parse_all(values, parse_number)?), negated));
    }
    if let Some((order, negated)) = name.strip_prefix("Date").and_then(order) {
        return Ok((Test::Instant(order, parse_all(values, parse_instant)?), negated));
    }
    Ok(match name {
        "StringEquals" => (Test::Text { fold: false, values: templates(values) }, false),
        "StringNotEquals" => (Test::Text { fold: false, values: templates(values) }, true),
        "StringEqualsIgnoreCase" => (Test::Text { fold: true, values: templates(values) }, false),
        "StringNotEqualsIgnoreCase" => (Test::Text { fold: true, values: templates(values) }, true),
        "StringLike" => (Test::Like(templates(values)), false),
        "StringNotLike" => (Test::Like(templates(values)), true),
        "ArnEquals" | "ArnLike" => (Test::Arn(templates(values)), false),
        "ArnNotEquals" | "ArnNotLike" => (Test::Arn(templates(values)), true),
        "Bool" => (Test::Bool(values), false),
        "BinaryEquals" => (Test::Binary(values), false),
        "IpAddress" => (Test::Ip(parse_all(values, Network::parse)?), false),
        "NotIpAddress" => (Test::Ip(parse_all(values, Network::parse)?), true),
        "Null" => (Test::Null(parse_all(values, parse_bool)?), false),
        _ => return Err(ConditionError::UnknownOperator),
    })
}

fn order(suffix: &str) -> Option<(Order, bool)> {
    Some(match suffix {
        "Equals" => (Order::Equal, false),
        "NotEquals" => (Order::Equal, true),
        "LessThan" => (Order::Less, false),
        "LessThanEquals" => (Order::LessOrEqual, false),
        "GreaterThan" => (Order::Greater, false),
        "GreaterThanEquals" => (Order::GreaterOrEqual, false),
        _ => return None,
    })
}

fn parse_bool(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn parse_all<T>(
    values: Vec<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ConditionError> {
    values.into_iter().map(|value| parse(&value).ok_or(ConditionError::Value(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evaluates `operator` on key `k` with these policy values and these context values.
    fn check(operator: &str, wanted: &[&str], given: &[&str]) -> bool {
        let mut context = Context::default();
        context.insert("aws:username", "ann");
        if !given.is_empty() {
            context.insert_all("v:K", given.iter().map(|v| (*v).to_owned()));
        }
        let wanted = wanted.iter().map(|v| (*v).to_owned()).collect();
        Condition::new(operator, "V:k", wanted, true).unwrap().holds(&context)
    }

    #[test]
    fn every_operator_decides() {
        for (operator, wanted, yes, no) in [
            ("StringEquals", "Ab", "Ab", "ab"),
            ("StringEquals", "a*", "a*", "ab"),
            ("StringEquals", "${aws:username}", "ann", "bob"),
            ("StringNotEquals", "Ab", "ab", "Ab"),
            ("StringEqualsIgnoreCase", "\u{c4}b", "\u{e4}B", "a"),
            ("StringNotEqualsIgnoreCase", "Ab", "b", "aB"),
            ("StringLike", "h/${aws:username}/?*", "h/ann/x", "h/ann/"),
            ("StringNotLike", "a*", "b", "abc"),
            ("NumericEquals", "10", "10.0", "11"),
            ("NumericNotEquals", "10", "9", "1e1"),
            ("NumericLessThan", "10", "9", "10"),
            ("NumericLessThanEquals", "10", "10", "11"),
            ("NumericGreaterThan", "10", "11", "10"),
            ("NumericGreaterThanEquals", "10", "10", "9.99"),
            ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-02"),
            ("DateNotEquals", "2026-01-01", "2026-01-02", "2026-01-01T00:00:00Z"),
            ("DateLessThan", "2026-01-01", "2025-12-31", "2026-01-01"),
            ("DateLessThanEquals", "2026-01-01", "2026-01-01", "2026-01-02"),
            ("DateGreaterThan", "2026-01-01T00:00:00Z", "1767225601", "1767225600"),
            ("DateGreaterThanEquals", "2026-01-01", "2026-01-01", "2025-12-31"),
            ("Bool", "true", "TRUE", "false"),
            ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "Qmlu"),
            ("IpAddress", "10.0.0.0/8", "10.1.2.3", "11.1.2.3"),
            ("NotIpAddress", "10.0.0.0/8", "11.1.2.3", "10.1.2.3"),
            ("ArnEquals", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y", "arn:aws:s3:::c/x"),
            ("ArnLike", "arn:aws:*:*:1:q", "arn:aws:sqs:r:1:q", "arn:aws:sqs:r:2:q"),
            ("ArnLike", "arn:aws:sqs:*:q", "arn:aws:sqs:r:q:z", "arn:aws:sqs:r:1:q"),
            ("ArnNotLike", "arn:aws:s3:::b", "arn:aws:s3:::c", "arn:aws:s3:::b"),
            ("ArnNotEquals", "arn:aws:s3:::b", "not an arn", "arn:aws:s3:::b"),
        ] {
            assert!(check(operator, &[wanted], &[yes]), "{operator} {wanted} {yes}");
            assert!(!check(operator, &[wanted], &[no]), "{operator} {wanted} {no}");
        }
    }

    #[test]
    fn several_policy_values_are_alternatives_and_negation_means_none() {
        assert!(check("StringEquals", &["a", "b"], &["b"]));
        assert!(!check("StringNotEquals", &["a", "b"], &["b"]));
        assert!(check("StringNotEquals", &["a", "b"], &["c"]));
        assert!(!check("StringEquals", &[], &["c"]));
    }

    #[test]
    fn absent_keys() {
        for (operator, expected) in [
            ("StringEquals", false),
            ("StringNotEquals", true),
            ("StringEqualsIfExists", true),
            ("ForAllValues:StringEquals", true),
            ("ForAllValues:StringNotEquals", true),
            ("ForAnyValue:StringEquals", false),
            ("ForAnyValue:StringNotEquals", false),
            ("ArnLike", false),
            ("BoolIfExists", true),
        ] {
            assert_eq!(check(operator, &["x"], &[]), expected, "{operator}");
        }
        assert!(check("NotIpAddress", &["10.0.0.0/8"], &[]));
        assert!(check("Null", &["true"], &[]));
        assert!(!check("Null", &["false"], &[]));
        assert!(check("Null", &["false"], &["x"]));
    }

    #[test]
    fn sets_of_values() {
        for (operator, given, expected) in [
            ("ForAllValues:StringEquals", &["a", "b"][..], true),
            ("ForAllValues:StringEquals", &["a", "c"], false),
            ("ForAnyValue:StringEquals", &["a", "c"], true),
            ("ForAnyValue:StringEquals", &["c", "d"], false),
            ("ForAllValues:StringNotEquals", &["c", "d"], true),
            ("ForAllValues:StringNotEquals", &["a", "d"], false),
            ("ForAnyValue:StringNotEquals", &["a", "d"], true),
            ("ForAnyValue:StringNotEquals", &["a", "b"], false),
        ] {
            assert_eq!(check(operator, &["a", "b"], given), expected, "{operator} {given:?}");
        }
    }

    #[test]
    fn unreadable_context_values_match_nothing() {
        assert!(!check("NumericLessThan", &["10"], &["many"]));
        assert!(check("NumericNotEquals", &["10"], &["many"]));
        assert!(!check("IpAddress", &["0.0.0.0/0"], &["here"]));
        assert!(!check("DateLessThan", &["2026-01-01"], &[""]));
        assert!(!check("StringEquals", &["${aws:nobody}"], &["${aws:nobody}"]));
    }

    #[test]
    fn impossible_conditions_are_refused() {
        let new =
            |operator, value: &str| Condition::new(operator, "v:k", vec![value.into()], true).err();
        for operator in [
            "StringSort",
            "stringEquals",
            "ForSomeValues:StringEquals",
            "NullIfExists",
            "Numeric",
            "ForAllValues:Null",
            "",
        ] {
            assert_eq!(new(operator, "x"), Some(ConditionError::UnknownOperator), "{operator}");
        }
        for operator in ["NumericEquals", "DateLessThan", "IpAddress", "Null"] {
            assert_eq!(new(operator, "x"), Some(ConditionError::Value("x".into())), "{operator}");
        }
    }
}
