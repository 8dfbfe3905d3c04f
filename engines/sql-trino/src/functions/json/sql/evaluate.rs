//! What a path finds in a value. In lax mode arrays are opened and made as the steps need them, and
//! what is not there is nothing; in strict mode it is an error.

use std::cmp::Ordering;

use super::item::Item;
use super::path::{Comparison, Condition, Method, Path, Step};

/// Items a path may find.
const ITEMS_MAX: usize = 1_000_000;

/// Why a path cannot be followed.
pub(super) type Failure = String;

type Found = Result<Vec<Item>, Failure>;

pub(super) struct Evaluation<'a> {
    pub(super) path: &'a Path,
    pub(super) root: &'a Item,
    /// Values passed by name.
    pub(super) variables: &'a [(String, Item)],
}

/// What `@` and `last` are, inside filters and subscripts.
#[derive(Clone, Copy, Default)]
struct Inside<'a> {
    current: Option<&'a Item>,
    last: Option<usize>,
}

impl Evaluation<'_> {
    pub(super) fn run(&self) -> Found {
        self.step(&self.path.root, Inside::default())
    }

    fn strict(&self) -> bool {
        self.path.strict
    }

    fn structural(&self, wanted: &str, found: &Item) -> Failure {
        format!("structural error: invalid item type. Expected: {wanted}, actual: {}", found.kind())
    }

    /// In lax mode, arrays give way to their elements.
    fn opened(&self, items: Vec<Item>) -> Vec<Item> {
        if self.strict() {
            return items;
        }
        let open = |item| match item {
            Item::Array(elements) => elements,
            single => vec![single],
        };
        items.into_iter().flat_map(open).collect()
    }

    fn step(&self, step: &Step, inside: Inside<'_>) -> Found {
        let found = match step {
            Step::Root => vec![self.root.clone()],
            Step::Current => vec![inside.current.cloned().ok_or("@ outside of a filter")?],
            Step::Variable(name) => {
                let variable = self.variables.iter().find(|(known, _)| known == name);
                vec![
                    variable
                        .ok_or_else(|| format!("no value passed for parameter {name}"))?
                        .1
                        .clone(),
                ]
            }
            Step::Last => {
                let last = inside.last.ok_or("last outside of a subscript")?;
                vec![Item::Number((last as i64 - 1).to_string())]
            }
            Step::Literal(item) => vec![item.clone()],
            Step::Member(of, name) => self.members(self.step(of, inside)?, name.as_deref())?,
            Step::Descendant(of, name) => {
                let mut found = Vec::new();
                self.step(of, inside)?.iter().for_each(|item| descend(item, name, &mut found));
                found
            }
            Step::Elements(of, places) => {
                self.elements(self.step(of, inside)?, places.as_deref(), inside)?
            }
            Step::Filter(of, condition) => {
                let items = self.opened(self.step(of, inside)?);
                let kept = |item: &Item| {
                    let inside = Inside { current: Some(item), ..inside };
                    self.holds(condition, inside) == Some(true)
                };
                items.into_iter().filter(kept).collect()
            }
            Step::Method(of, method) => self.method(self.step(of, inside)?, *method)?,
            Step::Signed(of, negative) => self
                .opened(self.step(of, inside)?)
                .into_iter()
                .map(|item| match (item, negative) {
                    (item @ Item::Number(_), false) => Ok(item),
                    (item @ Item::Number(_), true) => arithmetic(&zero(), '-', &item),
                    (other, _) => Err(self.structural("NUMBER", &other)),
                })
                .collect::<Found>()?,
            Step::Arithmetic(left, sign, right) => {
                let left = self.opened(self.step(left, inside)?);
                let right = self.opened(self.step(right, inside)?);
                match (left.as_slice(), right.as_slice()) {
                    ([left], [right]) => vec![arithmetic(left, *sign, right)?],
                    _ => {
                        return Err(
                            "arithmetic binary expression requires singleton operands".into()
                        );
                    }
                }
            }
        };
        if found.len() > ITEMS_MAX {
            return Err("the path finds too many items".into());
        }
        Ok(found)
    }

    fn members(&self, items: Vec<Item>, name: Option<&str>) -> Found {
        let mut found = Vec::new();
        for item in self.opened(items) {
            let Item::Object(members) = item else {
                if self.strict() {
                    return Err(self.structural("OBJECT", &item));
                }
                continue;
            };
            let before = found.len();
            let wanted = |member: &str| name.is_none_or(|name| name == member);
            found.extend(members.into_iter().filter(|(n, _)| wanted(n)).map(|(_, item)| item));
            if let Some(name) = name.filter(|_| self.strict() && found.len() == before) {
                return Err(format!("structural error: missing member '{name}' in JSON object"));
            }
        }
        Ok(found)
    }

    fn elements(
        &self,
        items: Vec<Item>,
        places: Option<&[(Step, Option<Step>)]>,
        inside: Inside<'_>,
    ) -> Found {
        let mut found = Vec::new();
        for item in items {
            let elements = match item {
                Item::Array(elements) => elements,
                other if self.strict() => return Err(self.structural("ARRAY", &other)),
                single => vec![single],
            };
            let Some(places) = places else {
                found.extend(elements);
                continue;
            };
            let inside = Inside { last: Some(elements.len()), ..inside };
            for (from, to) in places {
                let from = self.place(from, inside)?;
                let to = to.as_ref().map_or(Ok(from), |to| self.place(to, inside))?;
                let length = elements.len() as i128;
                if self.strict() && (from < 0 || to >= length || from > to) {
                    return Err(format!(
                        "structural error: invalid array subscript: [{from}, {to}] for array of \
                         size {length}"
                    ));
                }
                for place in from.max(0)..=to.min(length - 1) {
                    found.push(elements[place as usize].clone());
                }
            }
        }
        Ok(found)
    }

    fn place(&self, step: &Step, inside: Inside<'_>) -> Result<i128, Failure> {
        match self.step(step, inside)?.as_slice() {
            [number @ Item::Number(_)] => number
                .integer()
                .or_else(|| number.double().map(|place| place.trunc() as i128))
                .ok_or_else(|| "array subscript is no number".to_owned()),
            _ => Err("array subscript 'from' value must be singleton numeric".to_owned()),
        }
    }

    fn method(&self, items: Vec<Item>, method: Method) -> Found {
        match method {
            Method::Type => {
                return Ok(items.iter().map(|item| Item::Text(item.kind().to_owned())).collect());
            }
            Method::Size => {
                let size = |item: &Item| match item {
                    Item::Array(elements) => Ok(Item::Number(elements.len().to_string())),
                    other if self.strict() => Err(self.structural("ARRAY", other)),
                    _ => Ok(Item::Number("1".to_owned())),
                };
                return items.iter().map(size).collect();
            }
            _ => {}
        }
        let mut found = Vec::new();
        for item in self.opened(items) {
            match (method, &item) {
                (Method::KeyValue, Item::Object(members)) => {
                    for (id, (name, value)) in members.iter().enumerate() {
                        found.push(Item::Object(vec![
                            ("name".to_owned(), Item::Text(name.clone())),
                            ("value".to_owned(), value.clone()),
                            ("id".to_owned(), Item::Number(id.to_string())),
                        ]));
                    }
                }
                (Method::KeyValue, other) => return Err(self.structural("OBJECT", other)),
                (Method::Double, Item::Text(text)) => {
                    let number = text.trim().parse().ok().filter(|n: &f64| n.is_finite());
                    found.push(Item::of_double(
                        number.ok_or_else(|| format!("cannot convert '{text}' to double"))?,
                    ));
                }
                (_, Item::Number(_)) => found.push(rounded(&item, method)?),
                (_, other) => return Err(self.structural("NUMBER", other)),
            }
        }
        Ok(found)
    }

    /// Whether a condition holds; `None` when that is unknown.
    fn holds(&self, condition: &Condition, inside: Inside<'_>) -> Option<bool> {
        match condition {
            Condition::Exists(step) => self.step(step, inside).ok().map(|found| !found.is_empty()),
            Condition::Not(inner) => self.holds(inner, inside).map(|truth| !truth),
            Condition::IsUnknown(inner) => Some(self.holds(inner, inside).is_none()),
            Condition::And(left, right) => {
                match (self.holds(left, inside), self.holds(right, inside)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
            Condition::Or(left, right) => {
                match (self.holds(left, inside), self.holds(right, inside)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }
            }
            Condition::Compare(left, comparison, right) => {
                self.any_pair(left, right, inside, |a, b| compares(a, *comparison, b))
            }
            Condition::StartsWith(left, right) => {
                self.any_pair(left, right, inside, |a, b| match (a, b) {
                    (Item::Text(a), Item::Text(b)) => Some(a.starts_with(b.as_str())),
                    _ => None,
                })
            }
            Condition::LikeRegex(step, regex) => {
                let items = self.opened(self.step(step, inside).ok()?);
                let matches = |item: &Item| match item {
                    Item::Text(text) => regex.is_match(text).ok(),
                    _ => None,
                };
                self.any(items.iter().map(matches))
            }
        }
    }

    fn any_pair(
        &self,
        left: &Step,
        right: &Step,
        inside: Inside<'_>,
        rule: impl Fn(&Item, &Item) -> Option<bool>,
    ) -> Option<bool> {
        let left = self.opened(self.step(left, inside).ok()?);
        let right = self.opened(self.step(right, inside).ok()?);
        let (left, right) = (left.as_slice(), right.as_slice());
        self.any(
            left.iter().flat_map(|a| right.iter().map(move |b| (a, b))).map(|(a, b)| rule(a, b)),
        )
    }

    /// In lax mode the first that holds decides; in strict mode one unknown makes all unknown.
    fn any(&self, truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
        let (mut found, mut unknown) = (false, false);
        for truth in truths {
            match truth {
                Some(true) if !self.strict() => return Some(true),
                Some(true) => found = true,
                Some(false) => {}
                None => unknown = true,
            }
        }
        if unknown { None } else { Some(found) }
    }
}

fn compares(left: &Item, comparison: Comparison, right: &Item) -> Option<bool> {
    // With NULL nothing else is in order, but it differs.
    if (*left == Item::Null) != (*right == Item::Null) {
        return match comparison {
            Comparison::Equal => Some(false),
            Comparison::NotEqual => Some(true),
            _ => Some(false),
        };
    }
    let order = left.compare(right)?;
    Some(match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}

fn descend(item: &Item, name: &str, found: &mut Vec<Item>) {
    match item {
        Item::Object(members) => {
            found.extend(members.iter().filter(|(n, _)| n == name).map(|(_, item)| item.clone()));
            members.iter().for_each(|(_, inner)| descend(inner, name, found));
        }
        Item::Array(elements) => elements.iter().for_each(|inner| descend(inner, name, found)),
        _ => {}
    }
}

fn zero() -> Item {
    Item::Number("0".to_owned())
}

fn arithmetic(left: &Item, sign: char, right: &Item) -> Result<Item, Failure> {
    let refused = || "invalid operand types of arithmetic expression".to_owned();
    if let (Some(a), Some(b)) = (left.integer(), right.integer()) {
        if b == 0 && matches!(sign, '/' | '%') {
            return Err("division by zero".to_owned());
        }
        let value = match sign {
            '+' => a.checked_add(b),
            '-' => a.checked_sub(b),
            '*' => a.checked_mul(b),
            '/' => a.checked_div(b),
            _ => a.checked_rem(b),
        };
        let value = value.ok_or("arithmetic overflow")?;
        return Ok(Item::Number(value.to_string()));
    }
    let (a, b) = (left.double().ok_or_else(refused)?, right.double().ok_or_else(refused)?);
    let value = match sign {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' => a / b,
        _ => a % b,
    };
    if value.is_finite() { Ok(Item::of_double(value)) } else { Err("division by zero".to_owned()) }
}

fn rounded(number: &Item, method: Method) -> Result<Item, Failure> {
    if let (Some(whole), true) = (number.integer(), method != Method::Double) {
        let value = if method == Method::Abs { whole.abs() } else { whole };
        return Ok(Item::Number(value.to_string()));
    }
    let value = number.double().ok_or("not a number")?;
    Ok(Item::of_double(match method {
        Method::Abs => value.abs(),
        Method::Ceiling => value.ceil(),
        Method::Floor => value.floor(),
        _ => value,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, path: &str) -> String {
        let (root, path) = (Item::parse(json).unwrap(), Path::parse(path).unwrap());
        match (Evaluation { path: &path, root: &root, variables: &[] }).run() {
            Ok(items) => items.iter().map(Item::text).collect::<Vec<_>>().join(" "),
            Err(why) => format!("! {why}"),
        }
    }

    #[test]
    fn lax_and_strict() {
        let json = r#"{"a": [{"b": 1}, {"b": 2.5}], "c": {"d": "x"}}"#;
        assert_eq!(found(json, "lax $.a.b"), "1 2.5");
        assert_eq!(found(json, "$.a[1].b"), "2.5");
        assert_eq!(found(json, "$.c[0].d"), "\"x\"");
        assert!(found(json, "strict $.a.b").starts_with("! structural error"));
        assert!(found(json, "strict $.zz").contains("missing member 'zz'"));
        assert_eq!(found(json, "strict $.a[*].b"), "1 2.5");
        assert_eq!(found(json, "$..b"), "1 2.5");
        assert_eq!(found(json, "$.*"), "[{\"b\":1},{\"b\":2.5}] {\"d\":\"x\"}");
    }

    #[test]
    fn filters_methods_and_numbers() {
        let json = r#"[1, 2, 3, "four", null]"#;
        assert_eq!(found(json, "$[last]"), "null");
        assert_eq!(found(json, "$[0 to 1, 3]"), "1 2 \"four\"");
        assert_eq!(found(json, "$ ? (@ > 1)"), "2 3");
        assert_eq!(found(json, "$ ? ((@ > 1) is unknown)"), "\"four\"");
        assert_eq!(found(json, "$ ? (@ starts with \"fo\" || @ == 1)"), "1 \"four\"");
        assert_eq!(found(json, "$ ? (@ like_regex \"^F\" flag \"i\")"), "\"four\"");
        assert_eq!(
            found(json, "$[*].type()"),
            "\"number\" \"number\" \"number\" \"string\" \"null\""
        );
        assert_eq!(found(json, "$.size()"), "5");
        assert_eq!(found(json, "-$[1] * 2 + 10 % 3"), "-3");
        assert_eq!(found("{\"a\": -1.5}", "$.a.abs().ceiling()"), "2.0");
        assert_eq!(found("{\"a\": 1}", "$.keyvalue().name"), "\"a\"");
        assert!(Path::parse("$.").is_err() && Path::parse("$ ? (@.a)").is_err());
    }
}
