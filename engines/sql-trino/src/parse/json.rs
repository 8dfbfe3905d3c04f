//! The standard's JSON functions, whose arguments are clauses: `json_value(x, 'lax $.a' PASSING 1
//! AS one RETURNING bigint DEFAULT 0 ON EMPTY)`. Each becomes a call of a function that takes the
//! clauses as arguments.

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{CaseWhen, Expr};
use datafusion::sql::sqlparser::dialect::{Dialect, Precedence};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Span, Token};

use super::dialect::TrinoDialect;
use crate::rewrite::build;

type Parsed<T> = Result<T, ParserError>;

/// The functions read here.
pub(super) fn is_one(name: &str) -> bool {
    matches!(name, "json_exists" | "json_value" | "json_query" | "json_array" | "json_object")
}

/// Reads a call; the parser stands at its name.
pub(super) fn parse(parser: &mut Parser, name: &str, span: Span) -> Parsed<Expr> {
    parser.advance_token();
    parser.expect_token(&Token::LParen)?;
    let call = match name {
        "json_exists" => exists(parser, span)?,
        "json_value" => value(parser, span)?,
        "json_query" => query(parser, span)?,
        "json_array" => array(parser, span)?,
        _ => object(parser, span)?,
    };
    parser.expect_token(&Token::RParen)?;
    Ok(call)
}

fn eat(parser: &mut Parser, word: &str) -> bool {
    let found = is(parser, 0, word);
    if found {
        parser.advance_token();
    }
    found
}

fn is(parser: &Parser, ahead: usize, word: &str) -> bool {
    matches!(&parser.peek_nth_token_ref(ahead).token,
        Token::Word(w) if w.quote_style.is_none() && w.value == word)
}

fn expect(parser: &mut Parser, word: &str) -> Parsed<()> {
    if eat(parser, word) {
        return Ok(());
    }
    let found = parser.peek_token_ref().clone();
    parser.expected(&word.to_uppercase(), found)
}

/// Whether `FORMAT JSON` follows; other encodings than UTF-8 are not read.
fn format_json(parser: &mut Parser) -> Parsed<bool> {
    if !eat(parser, "format") {
        return Ok(false);
    }
    expect(parser, "json")?;
    if eat(parser, "encoding") && !eat(parser, "utf8") {
        let found = parser.peek_token_ref().clone();
        return parser.expected("UTF8", found);
    }
    Ok(true)
}

/// What the path is applied to, the path, and what is passed to it.
struct Input {
    input: Expr,
    path: Expr,
    names: Vec<String>,
    passed: Vec<Expr>,
}

impl Input {
    fn read(parser: &mut Parser) -> Parsed<Input> {
        let input = parser.parse_expr()?;
        format_json(parser)?;
        parser.expect_token(&Token::Comma)?;
        let token = parser.next_token();
        let Token::SingleQuotedString(path) = token.token else {
            return parser.expected("a path as text", token);
        };
        let path = build::text(path);
        let (mut names, mut passed) = (Vec::new(), Vec::new());
        if eat(parser, "passing") {
            loop {
                let value = parser.parse_expr()?;
                passed.push(if format_json(parser)? { value } else { as_json(value) });
                expect(parser, "as")?;
                names.push(parser.parse_identifier()?.value);
                if !parser.consume_token(&Token::Comma) {
                    break;
                }
            }
        }
        Ok(Input { input, path, names, passed })
    }

    fn call(&self, name: &str, span: Span, options: &str) -> Expr {
        let mut args = vec![
            self.input.clone(),
            self.path.clone(),
            build::text(options),
            build::text(self.names.join("\n")),
        ];
        args.extend(self.passed.iter().cloned());
        build::call_at(name, span, args)
    }
}

/// A value as JSON; what these functions made is JSON already.
fn as_json(value: Expr) -> Expr {
    if let Expr::Function(function) = &value
        && let [part] = function.name.0.as_slice()
        && let Some(name) = part.as_ident()
        && matches!(name.value.as_str(), "$json_array" | "$json_object" | "$json_query")
    {
        return value;
    }
    build::cast(value, "json")
}

/// `RETURNING type [FORMAT JSON]`, up to the next clause.
fn returning(parser: &mut Parser) -> Parsed<Option<String>> {
    if !eat(parser, "returning") {
        return Ok(None);
    }
    const NEXT: [&str; 9] =
        ["format", "null", "error", "default", "with", "without", "keep", "omit", "empty"];
    let (mut text, mut depth) = (String::new(), 0_usize);
    loop {
        let token = parser.peek_token_ref();
        match &token.token {
            Token::EOF => return parser.expected("a type", token.clone()),
            Token::RParen if depth == 0 => break,
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            // `timestamp with time zone` goes on.
            Token::Word(word)
                if depth == 0
                    && NEXT.contains(&word.value.as_str())
                    && !(word.value == "with" && is(parser, 1, "time")) =>
            {
                break;
            }
            _ => {}
        }
        text.push_str(&parser.peek_token_ref().token.to_string());
        text.push(' ');
        parser.advance_token();
    }
    format_json(parser)?;
    Ok(Some(text.trim().to_owned()))
}

fn typed(value: Expr, returns: Option<&str>) -> Expr {
    match returns {
        Some(ty) => build::cast(value, ty),
        None => value,
    }
}

fn exists(parser: &mut Parser, span: Span) -> Parsed<Expr> {
    let input = Input::read(parser)?;
    let mut on_error = "false";
    for word in ["true", "false", "unknown", "error"] {
        if eat(parser, word) {
            on_error = word;
            expect(parser, "on")?;
            expect(parser, "error")?;
            break;
        }
    }
    Ok(input.call("$json_exists", span, on_error))
}

fn value(parser: &mut Parser, span: Span) -> Parsed<Expr> {
    let input = Input::read(parser)?;
    let returns = returning(parser)?;
    let mut answers = [("null", None), ("null", None)];
    while !matches!(parser.peek_token_ref().token, Token::RParen) {
        let answer = if eat(parser, "default") {
            ("default", Some(parser.parse_expr()?))
        } else if eat(parser, "error") {
            ("error", None)
        } else {
            expect(parser, "null")?;
            ("null", None)
        };
        expect(parser, "on")?;
        let place = usize::from(!eat(parser, "empty"));
        if place == 1 {
            expect(parser, "error")?;
        }
        answers[place] = answer;
    }
    let options = format!("{} {}", answers[0].0, answers[1].0);
    let found = typed(input.call("$json_value", span, &options), returns.as_deref());
    let conditions: Vec<CaseWhen> = ["empty", "error"]
        .into_iter()
        .zip(answers)
        .filter_map(|(state, (_, default))| {
            let result = typed(default?, returns.as_deref());
            Some(CaseWhen { condition: build::text(state), result })
        })
        .collect();
    if conditions.is_empty() {
        return Ok(found);
    }
    Ok(Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: Some(Box::new(input.call("$json_state", span, &options))),
        conditions,
        else_result: Some(Box::new(found)),
    })
}

fn query(parser: &mut Parser, span: Span) -> Parsed<Expr> {
    let input = Input::read(parser)?;
    let returns = returning(parser)?;
    let mut wrapper = "without";
    if eat(parser, "without") {
        eat(parser, "array");
        expect(parser, "wrapper")?;
    } else if eat(parser, "with") {
        wrapper = if eat(parser, "conditional") { "conditional" } else { "unconditional" };
        eat(parser, "unconditional");
        eat(parser, "array");
        expect(parser, "wrapper")?;
    }
    let mut quotes = "keep";
    for word in ["keep", "omit"] {
        if eat(parser, word) {
            quotes = word;
            expect(parser, "quotes")?;
            if is(parser, 0, "on") && is(parser, 1, "scalar") {
                ["on", "scalar", "string"].iter().try_for_each(|word| expect(parser, word))?;
            }
            break;
        }
    }
    let mut answers = ["null", "null"];
    while !matches!(parser.peek_token_ref().token, Token::RParen) {
        let answer = if eat(parser, "empty") {
            if eat(parser, "object") {
                "object"
            } else {
                expect(parser, "array")?;
                "array"
            }
        } else if eat(parser, "error") {
            "error"
        } else {
            expect(parser, "null")?;
            "null"
        };
        expect(parser, "on")?;
        let place = usize::from(!eat(parser, "empty"));
        if place == 1 {
            expect(parser, "error")?;
        }
        answers[place] = answer;
    }
    let options = format!("{wrapper} {quotes} {} {}", answers[0], answers[1]);
    Ok(typed(input.call("$json_query", span, &options), returns.as_deref()))
}

/// `NULL ON NULL` or `ABSENT ON NULL`, if it is there.
fn on_null(parser: &mut Parser) -> Parsed<Option<&'static str>> {
    for word in ["null", "absent"] {
        if is(parser, 0, word) && is(parser, 1, "on") {
            parser.advance_token();
            expect(parser, "on")?;
            expect(parser, "null")?;
            return Ok(Some(word));
        }
    }
    Ok(None)
}

fn element(parser: &mut Parser) -> Parsed<Expr> {
    let value = parser.parse_expr()?;
    Ok(if format_json(parser)? { value } else { as_json(value) })
}

fn array(parser: &mut Parser, span: Span) -> Parsed<Expr> {
    let mut args = vec![build::text("absent")];
    let ends = |parser: &Parser| {
        matches!(parser.peek_token_ref().token, Token::RParen)
            || is(parser, 0, "returning")
            || is(parser, 1, "on")
    };
    if !ends(parser) {
        loop {
            args.push(element(parser)?);
            if !parser.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    if let Some(word) = on_null(parser)? {
        args[0] = build::text(word);
    }
    let returns = returning(parser)?;
    Ok(typed(build::call_at("$json_array", span, args), returns.as_deref()))
}

fn object(parser: &mut Parser, span: Span) -> Parsed<Expr> {
    let mut args = vec![build::text("null")];
    let ends = |parser: &Parser| {
        matches!(parser.peek_token_ref().token, Token::RParen)
            || is(parser, 0, "returning")
            || is(parser, 1, "on")
            || is(parser, 1, "unique")
    };
    if !ends(parser) {
        loop {
            // `KEY` opens a key unless it is one.
            if is(parser, 0, "key")
                && !matches!(parser.peek_nth_token_ref(1).token, Token::Colon | Token::Period)
                && !is(parser, 1, "value")
            {
                parser.advance_token();
            }
            // No further than to the colon, which elsewhere leads into JSON.
            let colon = TrinoDialect.prec_value(Precedence::Colon);
            args.push(parser.parse_subexpr(colon)?);
            if !parser.consume_token(&Token::Colon) {
                expect(parser, "value")?;
            }
            args.push(element(parser)?);
            if !parser.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    let mut options = on_null(parser)?.unwrap_or("null").to_owned();
    if is(parser, 1, "unique") {
        let with = eat(parser, "with");
        if !with {
            expect(parser, "without")?;
        }
        expect(parser, "unique")?;
        eat(parser, "keys");
        if with {
            options.push_str(" unique");
        }
    }
    args[0] = build::text(options);
    let returns = returning(parser)?;
    Ok(typed(build::call_at("$json_object", span, args), returns.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::sql::sqlparser::ast::FunctionArguments;

    fn called(expr: &Expr) -> Option<(String, usize)> {
        let Expr::Function(function) = expr else { return None };
        let FunctionArguments::List(list) = &function.args else { return None };
        Some((function.name.to_string(), list.args.len()))
    }

    fn read(sql: &str) -> Expr {
        let mut parser = Parser::new(&TrinoDialect).try_with_sql(sql).unwrap();
        let expr = parser.parse_expr().unwrap();
        assert_eq!(parser.peek_token().token, Token::EOF, "{sql}");
        expr
    }

    #[test]
    fn clauses_become_arguments() {
        let plain = read("json_value(x, 'lax $.a' passing 1 as one, y as two)");
        assert_eq!(called(&plain), Some(("\"$json_value\"".to_owned(), 6)));
        let with = read("json_value(x, '$' returning bigint default 1 on empty error on error)");
        assert!(matches!(with, Expr::Case { .. }));
        let query = "json_query(x format json, '$' with conditional array wrapper null on empty)";
        assert_eq!(called(&read(query)), Some(("\"$json_query\"".to_owned(), 4)));
        read(
            "json_query(x, '$' returning varchar(10) omit quotes on scalar string empty array on error)",
        );
        let object = "json_object(key 'a' value 1, 'b' : 2 absent on null with unique keys)";
        assert_eq!(called(&read(object)), Some(("\"$json_object\"".to_owned(), 5)));
        assert_eq!(called(&read("json_array(null on null)")).map(|c| c.1), Some(1));
        assert!(matches!(read("json_exists(x, '$.a' true on error)"), Expr::Function(_)));
    }
}
