//! From text to a statement.
//!
//! One token ahead decides; what is not of the dialect is refused by the code that names it.

mod call;
mod expr;
mod keywords;

use crate::ast::{Aggregate, Expr, Item, Name, PathStep, Projection, Statement};
use crate::code::{Code, Error, Result};
use crate::lexer::{Place, Token, lex};

/// Levels that expressions may be nested.
const DEPTH_MAX: usize = 64;
/// Operators that may follow one another without parentheses, `AND` and `OR` aside.
const OPERATORS_MAX: usize = 512;

/// A query that was parsed and checked.
#[derive(Clone, Debug)]
pub struct Query {
    pub(crate) statement: Statement,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// What the dialect does not know, by its code.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > crate::QUERY_MAX {
            return Err(Code::ExpressionTooLong.into());
        }
        Self::read(text, &["S3Object"])
    }

    /// Reads a query of an archive, which may only filter, and may call its file otherwise too.
    ///
    /// # Errors
    /// What the dialect does not know, by its code; sums and limits among it.
    pub fn parse_filter(text: &str) -> Result<Self> {
        if text.len() > crate::FILTER_MAX {
            let message = "The SQL expression is too long. The maximum byte-length for an SQL \
                           expression on an archive is 128 KB.";
            return Err(Error::new(Code::ExpressionTooLong, message));
        }
        let query = Self::read(text, &["S3Object", "Object", "Archive"])?;
        match query.statement {
            Statement { ref aggregates, .. } if !aggregates.is_empty() => {
                Err(Code::UnsupportedFunction.into())
            }
            Statement { limit: Some(_), .. } => Err(Code::UnsupportedSqlStructure.into()),
            _ => Ok(query),
        }
    }

    fn read(text: &str, files: &'static [&'static str]) -> Result<Self> {
        let (tokens, aggregates) = (lex(text)?, None);
        let mut parser = Parser { tokens, at: 0, depth: 0, operators: 0, aggregates, files };
        Ok(Self { statement: parser.statement()? })
    }
}

struct Parser {
    tokens: Vec<(Token, Place)>,
    at: usize,
    depth: usize,
    operators: usize,
    /// Those found so far, where they are allowed.
    aggregates: Option<Vec<Aggregate>>,
    /// What the file may be called.
    files: &'static [&'static str],
}

impl Parser {
    fn peek(&self) -> &Token {
        // The last token is the end, which is never passed.
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn peek_second(&self) -> &Token {
        self.tokens.get(self.at + 1).map_or(&Token::End, |(token, _)| token)
    }

    fn place(&self) -> Place {
        let last = self.tokens.last().map(|(_, place)| *place);
        let here = self.tokens.get(self.at).map(|(_, place)| *place);
        here.or(last).unwrap_or(Place { line: 1, column: 1 })
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        if token != Token::End {
            self.at += 1;
        }
        token
    }

    fn is_word(&self, keyword: &str) -> bool {
        matches!(self.peek(), Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn eat_word(&mut self, keyword: &str) -> bool {
        let found = self.is_word(keyword);
        if found {
            self.at += 1;
        }
        found
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect_word(&mut self, keyword: &str) -> Result<()> {
        self.eat_word(keyword).then_some(()).ok_or_else(|| self.error(Code::ParseExpectedKeyword))
    }

    fn expect_symbol(&mut self, symbol: &str, code: Code) -> Result<()> {
        self.eat_symbol(symbol).then_some(()).ok_or_else(|| self.error(code))
    }

    /// An error here.
    fn error(&self, code: Code) -> Error {
        Error::new(code, format!("{} Found {}.", code.sentence(), self.place()))
    }

    /// The error for a token that nothing expects.
    fn unexpected(&self) -> Error {
        let kind = match self.peek() {
            Token::Word(word) if keywords::is_reserved(word) => "KEYWORD",
            Token::Word(_) => "IDENTIFIER",
            Token::Quoted(_) => "QUOTED_IDENTIFIER",
            Token::Text(_) | Token::Number(_) => "LITERAL",
            Token::Ion(_) => "ION_LITERAL",
            Token::Symbol("(") => "LEFT_PAREN",
            Token::Symbol(")") => "RIGHT_PAREN",
            Token::Symbol("[") => "LEFT_BRACKET",
            Token::Symbol("]") => "RIGHT_BRACKET",
            Token::Symbol(",") => "COMMA",
            Token::Symbol(".") => "DOT",
            Token::Symbol("*") => "STAR",
            Token::Symbol(";") => "SEMICOLON",
            Token::Symbol(_) => "OPERATOR",
            Token::End => "EOF",
        };
        let message = format!("Unexpected token found {kind}:UNKNOWN {}.", self.place());
        Error::new(Code::ParseUnexpectedToken, message)
    }

    fn statement(&mut self) -> Result<Statement> {
        if !self.eat_word("select") {
            return Err(self.unexpected());
        }
        for unsupported in ["distinct", "all", "value"] {
            if self.is_word(unsupported) {
                return Err(self.error(Code::ParseUnsupportedSelect));
            }
        }
        self.aggregates = Some(Vec::new());
        let projection = self.projection()?;
        let aggregates = self.aggregates.take().unwrap_or_default();
        let (from, alias) = self.from()?;
        let condition = match self.eat_word("where") {
            true => Some(self.expr()?),
            false => None,
        };
        if self.is_word("group") {
            return Err(self.error(Code::UnsupportedSqlStructure));
        }
        let limit = match self.eat_word("limit") {
            true => Some(self.limit()?),
            false => None,
        };
        self.eat_symbol(";");
        if *self.peek() != Token::End {
            return Err(self.unexpected());
        }
        let mut statement = Statement { projection, from, alias, condition, limit, aggregates };
        check_aggregates(&mut statement)?;
        Ok(statement)
    }

    fn projection(&mut self) -> Result<Projection> {
        if self.is_word("from") || *self.peek() == Token::End {
            return Err(self.error(Code::ParseEmptySelect));
        }
        if self.eat_symbol("*") {
            if self.is_symbol(",") {
                return Err(self.error(Code::ParseAsteriskIsNotAloneInSelectList));
            }
            return Ok(Projection::All);
        }
        let mut items = Vec::new();
        loop {
            if self.is_symbol("*") {
                return Err(self.error(Code::ParseAsteriskIsNotAloneInSelectList));
            }
            let position = items.len() + 1;
            items.push(self.item(position)?);
            if !self.eat_symbol(",") {
                return Ok(Projection::Items(items));
            }
        }
    }

    fn item(&mut self, position: usize) -> Result<Item> {
        let mut expr = self.expr()?;
        if let Expr::Path(steps) = &mut expr
            && matches!(steps.last(), Some(PathStep::Members))
        {
            steps.pop();
            if steps.iter().any(|step| matches!(step, PathStep::Element(_))) {
                return Err(self.error(Code::ParseCannotMixSqbAndWildcardInSelectList));
            }
            return Ok(Item::Members(expr));
        }
        let name = match (self.alias()?, &expr) {
            (Some(alias), _) => alias.text,
            (None, Expr::Path(steps)) => match steps.last() {
                Some(PathStep::Member(name)) => name.text.clone(),
                _ => format!("_{position}"),
            },
            _ => format!("_{position}"),
        };
        Ok(Item::Column { expr, name })
    }

    /// `AS name`, or a bare name.
    fn alias(&mut self) -> Result<Option<Name>> {
        let said = self.eat_word("as");
        match self.peek() {
            Token::Word(word) if !keywords::is_reserved(word) => {}
            Token::Quoted(_) => {}
            _ if said => return Err(self.error(Code::ParseExpectedIdentForAlias)),
            _ => return Ok(None),
        }
        Ok(self.name())
    }

    /// The name here, if there is one.
    fn name(&mut self) -> Option<Name> {
        let name = match self.peek() {
            Token::Word(word) => Name { text: word.clone(), exact: false },
            Token::Quoted(text) => Name { text: text.clone(), exact: true },
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    fn from(&mut self) -> Result<(Vec<PathStep>, Name)> {
        if !self.eat_word("from") {
            return Err(match self.peek() {
                Token::End => self.error(Code::ParseSelectMissingFrom),
                _ => self.unexpected(),
            });
        }
        if self.is_symbol("(") {
            return Err(self.error(Code::UnsupportedSqlStructure));
        }
        let name = self.name().ok_or_else(|| self.unexpected())?;
        let called = self.files.iter().find(|file| name.text.eq_ignore_ascii_case(file));
        let called = *called.ok_or_else(|| self.error(Code::EvaluatorBindingDoesNotExist))?;
        let mut steps = self.path_steps()?;
        // Roots are an array's elements; without a path that need not be said.
        let said = matches!(steps.first(), Some(PathStep::Elements));
        match said {
            true => _ = steps.remove(0),
            false if !steps.is_empty() => return Err(self.error(Code::InvalidKeyPath)),
            false => {}
        }
        let alias = match self.alias()? {
            Some(alias) => alias,
            None => match steps.last() {
                Some(PathStep::Member(name)) => name.clone(),
                Some(_) => Name { text: "_1".to_owned(), exact: true },
                None if said => Name { text: "_1".to_owned(), exact: true },
                None => Name { text: called.to_owned(), exact: false },
            },
        };
        if self.is_symbol(",") {
            return Err(self.error(Code::MultipleDataSourcesUnsupported));
        }
        for join in ["join", "inner", "left", "right", "full", "cross", "outer", "natural"] {
            if self.is_word(join) {
                return Err(self.error(Code::ParseMalformedJoin));
            }
        }
        Ok((steps, alias))
    }

    fn limit(&mut self) -> Result<u64> {
        let negative = self.eat_symbol("-");
        match self.next() {
            Token::Number(_) if negative => Err(Code::EvaluatorNegativeLimit.into()),
            Token::Number(text) => text.parse().map_err(|_| self.error(Code::ParseExpectedNumber)),
            _ => Err(self.error(Code::ParseExpectedNumber)),
        }
    }
}

/// A statement that sums up has no columns beside its sums.
fn check_aggregates(statement: &mut Statement) -> Result<()> {
    if statement.aggregates.is_empty() {
        return Ok(());
    }
    let refused = || Error::from(Code::UnsupportedSqlStructure);
    let Projection::Items(items) = &mut statement.projection else { return Err(refused()) };
    let mut mixed = false;
    for item in items {
        match item {
            Item::Members(_) => mixed = true,
            Item::Column { expr, .. } => {
                expr.visit(&mut |expr| mixed |= matches!(expr, Expr::Path(_)));
            }
        }
    }
    if mixed { Err(refused()) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
