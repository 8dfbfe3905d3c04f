//! Trino's lexical rules and the few expressions no other dialect has.

use datafusion::sql::sqlparser::ast::{Expr, Ident};
use datafusion::sql::sqlparser::dialect::Dialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Span, Token};

use crate::rewrite::build;

/// Trino, as the tokenizer and the expression parser see it.
#[derive(Debug)]
pub(crate) struct TrinoDialect;

impl Dialect for TrinoDialect {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '@' || ch == '$'
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_rarrow_operator(&self) -> bool {
        true
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let first = parser.peek_nth_token_ref(0);
        let Token::Word(word) = &first.token else { return None };
        if word.quote_style.is_some() {
            return None;
        }
        let span = first.span;
        match &parser.peek_nth_token_ref(1).token {
            Token::LParen => match word.value.as_str() {
                "cast" => Some(parse_cast(parser, "$cast", span)),
                "try_cast" => Some(parse_cast(parser, "$try_cast", span)),
                "trim" => {
                    let word = |ahead| match &parser.peek_nth_token_ref(ahead).token {
                        Token::Word(word) if word.quote_style.is_none() => word.value.as_str(),
                        _ => "",
                    };
                    let name = match (word(2), word(3)) {
                        ("leading", "from") => "ltrim",
                        ("trailing", "from") => "rtrim",
                        ("both", "from") => "trim",
                        _ => return None,
                    };
                    Some(parse_trim(parser, name, span))
                }
                name if super::json::is_one(name) => {
                    let name = name.to_owned();
                    Some(super::json::parse(parser, &name, span))
                }
                _ => None,
            },
            Token::SingleQuotedString(text) => {
                // Types that other dialects do not write before a literal.
                let text = text.clone();
                let ty = match word.value.as_str() {
                    "json" => "json",
                    "decimal" => return Some(decimal_literal(parser, span, text)),
                    "real" => "real",
                    "double" => "double",
                    "bigint" => "bigint",
                    "smallint" => "smallint",
                    "tinyint" => "tinyint",
                    "uuid" => "uuid",
                    "ipaddress" => "ipaddress",
                    "ipprefix" => "ipprefix",
                    "varbinary" => "varbinary",
                    "char" => "char(1)",
                    _ => return None,
                };
                parser.advance_token();
                parser.advance_token();
                let name = if ty == "json" { "$json_literal" } else { "$cast" };
                let args = vec![build::text(text), build::text(ty)];
                Some(Ok(build::call_at(name, span, args)))
            }
            _ => None,
        }
    }
}

/// `DECIMAL '1.50'` is a number of as many digits as are written.
fn decimal_literal(parser: &mut Parser, span: Span, text: String) -> Result<Expr, ParserError> {
    parser.advance_token();
    parser.advance_token();
    let digits = text.trim_start_matches(['-', '+']);
    let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let whole = digits.split('.').next().unwrap_or_default().trim_start_matches('0').len();
    let precision = (whole + scale).max(1);
    let number = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if precision > 38 || !number || digits.matches('.').count() > 1 {
        return Err(ParserError::ParserError(format!(
            "'{text}' is not a valid DECIMAL literal at Line: {}, Column: {}",
            span.start.line, span.start.column
        )));
    }
    let ty = format!("decimal({precision},{scale})");
    Ok(build::call_at("$cast", span, vec![build::text(text), build::text(ty)]))
}

/// `trim(LEADING FROM x)`: of blanks, which are not written.
fn parse_trim(parser: &mut Parser, name: &str, span: Span) -> Result<Expr, ParserError> {
    (0..4).for_each(|_| parser.advance_token());
    let text = parser.parse_expr()?;
    parser.expect_token(&Token::RParen)?;
    Ok(build::call_at(name, span, vec![text]))
}

/// `CAST(expr AS type)`: the type is kept as text, which is all the session needs of it.
fn parse_cast(parser: &mut Parser, name: &str, span: Span) -> Result<Expr, ParserError> {
    parser.advance_token();
    parser.expect_token(&Token::LParen)?;
    let expr = parser.parse_expr()?;
    parser.expect_keyword(Keyword::AS)?;
    let mut text = String::new();
    let mut depth = 0_usize;
    let start = parser.peek_token_ref().span;
    loop {
        let token = parser.peek_token_ref();
        match &token.token {
            Token::EOF => return parser.expected("a type", token.clone()),
            Token::RParen if depth == 0 => break,
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            _ => {}
        }
        text.push_str(&token.token.to_string());
        text.push(' ');
        parser.advance_token();
    }
    parser.expect_token(&Token::RParen)?;
    let mut ty = build::text(text.trim());
    if let Expr::Value(value) = &mut ty {
        value.span = start;
    }
    let mut call = build::call_at(name, span, vec![expr, ty]);
    if let Expr::Function(function) = &mut call {
        function.name = vec![Ident { value: name.to_owned(), quote_style: Some('"'), span }].into();
    }
    Ok(call)
}
