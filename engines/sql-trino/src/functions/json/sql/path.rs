//! The standard's path language: `lax $.a[*] ? (@.b > 1).c`, read into a tree.

use datafusion::common::Result;
use datafusion::error::DataFusionError;
use fancy_regex::Regex;

use super::item::Item;

/// Nesting beyond this is refused.
const DEPTH_MAX: usize = 128;

/// A compiled path.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) strict: bool,
    pub(super) root: Step,
}

#[derive(Debug)]
pub(super) enum Step {
    Root,
    Current,
    Variable(String),
    Last,
    Literal(Item),
    /// Of one name, or of all.
    Member(Box<Step>, Option<String>),
    Descendant(Box<Step>, String),
    /// All, or by ranges of places.
    Elements(Box<Step>, Option<Vec<(Step, Option<Step>)>>),
    Filter(Box<Step>, Box<Condition>),
    Method(Box<Step>, Method),
    Signed(Box<Step>, bool),
    Arithmetic(Box<Step>, char, Box<Step>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Abs,
    Ceiling,
    Floor,
    Double,
    Size,
    Type,
    KeyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug)]
pub(super) enum Condition {
    Exists(Step),
    Compare(Step, Comparison, Step),
    StartsWith(Step, Step),
    LikeRegex(Step, Box<Regex>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    IsUnknown(Box<Condition>),
}

impl Path {
    pub(super) fn parse(text: &str) -> Result<Path> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let strict = parser.word("strict");
        if !strict {
            parser.word("lax");
        }
        let root = parser.expression()?;
        parser.blanks();
        if parser.at < text.len() {
            return Err(parser.refusal());
        }
        Ok(Path { strict, root })
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn refusal(&self) -> DataFusionError {
        let column = self.text[..self.at].chars().count() + 1;
        let found = match self.rest().chars().next() {
            Some(c) => format!("mismatched input '{c}'"),
            None => "mismatched input '<EOF>'".to_owned(),
        };
        let message = format!("invalid JSON path: line 1:{column}: {found}");
        aquifer_sql::SqlError::user("INVALID_PATH", message).into()
    }

    fn eat(&mut self, sign: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.eat(sign) { Ok(()) } else { Err(self.refusal()) }
    }

    fn name(&mut self) -> Option<&'a str> {
        self.blanks();
        let rest = self.rest();
        let starts = rest.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
        let name = &rest[..end.unwrap_or(rest.len())];
        if !starts {
            return None;
        }
        self.at += name.len();
        Some(name)
    }

    fn word(&mut self, word: &str) -> bool {
        let before = self.at;
        if self.name() == Some(word) {
            return true;
        }
        self.at = before;
        false
    }

    fn quoted(&mut self) -> Result<Option<String>> {
        self.blanks();
        if !self.rest().starts_with('"') {
            return Ok(None);
        }
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                // Doubled, it stands for itself.
                '"' if chars.peek().is_some_and(|(_, c)| *c == '"') => {
                    chars.next();
                    out.push('"');
                }
                '"' => {
                    self.at += at + 1;
                    return Ok(Some(out));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, escaped)) => out.push(escaped),
                    None => break,
                },
                c => out.push(c),
            }
        }
        Err(self.refusal())
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        let parsed = if self.depth > DEPTH_MAX { Err(self.refusal()) } else { parse(self) };
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Result<Step> {
        self.deeper(|parser| {
            let mut left = parser.product()?;
            loop {
                let sign = match () {
                    () if parser.eat("+") => '+',
                    () if parser.eat("-") => '-',
                    () => return Ok(left),
                };
                left = Step::Arithmetic(Box::new(left), sign, Box::new(parser.product()?));
            }
        })
    }

    fn product(&mut self) -> Result<Step> {
        let mut left = self.signed()?;
        loop {
            let sign = match () {
                () if self.eat("*") => '*',
                () if self.eat("/") => '/',
                () if self.eat("%") => '%',
                () => return Ok(left),
            };
            left = Step::Arithmetic(Box::new(left), sign, Box::new(self.signed()?));
        }
    }

    fn signed(&mut self) -> Result<Step> {
        if self.eat("-") {
            return self.deeper(|p| Ok(Step::Signed(Box::new(p.signed()?), true)));
        }
        if self.eat("+") {
            return self.deeper(|p| Ok(Step::Signed(Box::new(p.signed()?), false)));
        }
        self.accessed()
    }

    fn accessed(&mut self) -> Result<Step> {
        let mut step = self.primary()?;
        loop {
            let inner = |step| Box::new(step);
            step = if self.eat("..") {
                let name = match self.quoted()? {
                    Some(name) => name,
                    None => self.name().map(str::to_owned).ok_or_else(|| self.refusal())?,
                };
                Step::Descendant(inner(step), name)
            } else if self.eat(".") {
                self.member(step)?
            } else if self.eat("[") {
                let places = if self.eat("*") { None } else { Some(self.places()?) };
                self.expect("]")?;
                Step::Elements(inner(step), places)
            } else if self.eat("?") {
                self.expect("(")?;
                let condition = self.condition()?;
                self.expect(")")?;
                Step::Filter(inner(step), Box::new(condition))
            } else {
                return Ok(step);
            };
        }
    }

    fn member(&mut self, step: Step) -> Result<Step> {
        if self.eat("*") {
            return Ok(Step::Member(Box::new(step), None));
        }
        if let Some(name) = self.quoted()? {
            return Ok(Step::Member(Box::new(step), Some(name)));
        }
        let name = self.name().ok_or_else(|| self.refusal())?;
        if !self.eat("(") {
            return Ok(Step::Member(Box::new(step), Some(name.to_owned())));
        }
        let method = match name {
            "abs" => Method::Abs,
            "ceiling" => Method::Ceiling,
            "floor" => Method::Floor,
            "double" => Method::Double,
            "size" => Method::Size,
            "type" => Method::Type,
            "keyvalue" => Method::KeyValue,
            _ => return Err(self.refusal()),
        };
        self.expect(")")?;
        Ok(Step::Method(Box::new(step), method))
    }

    fn places(&mut self) -> Result<Vec<(Step, Option<Step>)>> {
        let mut places = Vec::new();
        loop {
            let from = self.expression()?;
            let to = if self.word("to") { Some(self.expression()?) } else { None };
            places.push((from, to));
            if !self.eat(",") {
                return Ok(places);
            }
        }
    }

    fn primary(&mut self) -> Result<Step> {
        if self.eat("$") {
            let starts = self.rest().starts_with(|c: char| c.is_alphabetic() || c == '_');
            return Ok(match starts.then(|| self.name()).flatten() {
                Some(name) => Step::Variable(name.to_owned()),
                None => Step::Root,
            });
        }
        if self.eat("@") {
            return Ok(Step::Current);
        }
        if self.eat("(") {
            let inner = self.expression()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if let Some(text) = self.quoted()? {
            return Ok(Step::Literal(Item::Text(text)));
        }
        let before = self.at;
        match self.name() {
            Some("last") => return Ok(Step::Last),
            Some("null") => return Ok(Step::Literal(Item::Null)),
            Some("true") => return Ok(Step::Literal(Item::Boolean(true))),
            Some("false") => return Ok(Step::Literal(Item::Boolean(false))),
            _ => self.at = before,
        }
        self.number()
    }

    fn number(&mut self) -> Result<Step> {
        self.blanks();
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = bytes.get(end + 1 + sign..).map_or(0, |_| digits(end + 1 + sign));
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
        if end == 0 {
            return Err(self.refusal());
        }
        let number = self.rest()[..end].to_owned();
        self.at += end;
        Ok(Step::Literal(Item::Number(number)))
    }

    fn condition(&mut self) -> Result<Condition> {
        self.deeper(|parser| {
            let mut left = parser.conjunction()?;
            while parser.eat("||") {
                left = Condition::Or(Box::new(left), Box::new(parser.conjunction()?));
            }
            Ok(left)
        })
    }

    fn conjunction(&mut self) -> Result<Condition> {
        let mut left = self.negation()?;
        while self.eat("&&") {
            left = Condition::And(Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Condition> {
        self.blanks();
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return self.deeper(|parser| Ok(Condition::Not(Box::new(parser.negation()?))));
        }
        if self.word("exists") {
            self.expect("(")?;
            let inner = self.expression()?;
            self.expect(")")?;
            return Ok(Condition::Exists(inner));
        }
        // A parenthesis opens a condition, or else a number to compare.
        let before = self.at;
        if self.eat("(")
            && let Ok(inner) = self.condition()
            && self.eat(")")
        {
            if self.word("is") {
                return match self.word("unknown") {
                    true => Ok(Condition::IsUnknown(Box::new(inner))),
                    false => Err(self.refusal()),
                };
            }
            return Ok(inner);
        }
        self.at = before;
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition> {
        let left = self.expression()?;
        if self.word("starts") {
            if !self.word("with") {
                return Err(self.refusal());
            }
            return Ok(Condition::StartsWith(left, self.expression()?));
        }
        if self.word("like_regex") {
            let pattern = self.quoted()?.ok_or_else(|| self.refusal())?;
            let flags = if self.word("flag") { self.quoted()? } else { None };
            let flags = flags.unwrap_or_default();
            if !flags.chars().all(|flag| "imsx".contains(flag)) {
                return Err(self.refusal());
            }
            let pattern = if flags.is_empty() { pattern } else { format!("(?{flags}){pattern}") };
            let regex = Regex::new(&pattern).map_err(|_| self.refusal())?;
            return Ok(Condition::LikeRegex(left, Box::new(regex)));
        }
        let comparison = match () {
            () if self.eat("==") => Comparison::Equal,
            () if self.eat("<>") || self.eat("!=") => Comparison::NotEqual,
            () if self.eat("<=") => Comparison::LessOrEqual,
            () if self.eat(">=") => Comparison::GreaterOrEqual,
            () if self.eat("<") => Comparison::Less,
            () if self.eat(">") => Comparison::Greater,
            () => return Err(self.refusal()),
        };
        Ok(Condition::Compare(left, comparison, self.expression()?))
    }
}
