//! From text to tokens: names in lower case with their spelling remembered, `VALUES 1, 2` with
//! the parentheses the grammar below wants, `TABLE t` as the selection it is.

use std::collections::HashMap;

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Word};

use super::dialect::TrinoDialect;

/// The tokens of a statement and the spelling of names that are not in lower case.
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<TokenWithSpan>,
    /// Where the name starts → how it is written.
    pub(crate) spelling: HashMap<(u64, u64), String>,
}

/// Cuts a statement into tokens. A semicolon at its end is dropped.
pub(crate) fn tokens(sql: &str) -> Result<Tokens, SqlError> {
    let tokenized = Tokenizer::new(&TrinoDialect, sql).tokenize_with_location();
    let mut tokens = tokenized.map_err(|e| {
        let Location { line, column } = e.location;
        SqlError::user("SYNTAX_ERROR", e.message).at(line, column)
    })?;
    let mut spelling = HashMap::new();
    for token in &mut tokens {
        if let Token::Word(word) = &mut token.token {
            let lower = word.value.to_lowercase();
            if lower != word.value {
                let at = (token.span.start.line, token.span.start.column);
                spelling.insert(at, std::mem::replace(&mut word.value, lower));
            }
        }
    }
    tokens.retain(|t| !matches!(t.token, Token::Whitespace(_) | Token::EOF));
    while tokens.last().is_some_and(|t| t.token == Token::SemiColon) {
        tokens.pop();
    }
    // The values of a MERGE have their parentheses, and clauses behind them.
    let is_merge = tokens.first().is_some_and(|t| is_keyword(&t.token, Keyword::MERGE));
    let tokens = versions(selected_values(selected_tables(written_numbers(sql, tokens))));
    let tokens = if is_merge { tokens } else { parenthesised_values(tokens) };
    Ok(Tokens { tokens, spelling })
}

/// `0x1F`, `0b101` and `0o17` as the numbers they are; what X'1F' is stays bytes.
fn written_numbers(sql: &str, tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let at = |place: Location| {
        let line = sql.split('\n').nth(place.line.saturating_sub(1) as usize)?;
        line.chars().nth(place.column.saturating_sub(1) as usize)
    };
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for mut token in tokens {
        let digits = |text: &str, radix| i64::from_str_radix(&text.replace('_', ""), radix).ok();
        let number = match (&token.token, out.last().map(|last| (&last.token, last.span.end))) {
            (Token::HexStringLiteral(text), _) if at(token.span.start) == Some('0') => {
                digits(text, 16).map(|number| (number, false))
            }
            (Token::Word(word), Some((Token::Number(zero, _), end)))
                if zero == "0" && end == token.span.start && word.quote_style.is_none() =>
            {
                let radix = match word.value.chars().next() {
                    Some('b') => Some(2),
                    Some('o') => Some(8),
                    _ => None,
                };
                let number = radix.and_then(|radix| digits(&word.value[1..], radix));
                number.map(|number| (number, true))
            }
            _ => None,
        };
        if let Some((number, joined)) = number {
            if joined && let Some(zero) = out.pop() {
                token.span.start = zero.span.start;
            }
            token.token = Token::Number(number.to_string(), false);
        }
        out.push(token);
    }
    out
}

/// `= ANY (VALUES 1, 2)` as `= ANY (SELECT * FROM (VALUES 1, 2))`, and so after IN: the grammar
/// below wants a selection there.
fn selected_values(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // How deep each opened selection closes.
    let mut opened: Vec<i32> = Vec::new();
    let mut depth = 0_i32;
    for token in tokens {
        let span = token.span;
        let quantified = matches!(out.as_slice(), [.., word, open]
            if open.token == Token::LParen
                && matches!(&word.token, Token::Word(w) if w.quote_style.is_none()
                    && matches!(w.value.as_str(), "any" | "all" | "some" | "in")));
        if quantified && is_keyword(&token.token, Keyword::VALUES) {
            let word = |value: &str| Token::make_word(value, None);
            let select = [word("select"), Token::Mul, word("from"), Token::LParen];
            out.extend(select.map(|token| TokenWithSpan { token, span }));
            opened.push(depth);
        }
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                if opened.last() == Some(&depth) {
                    opened.pop();
                    out.push(TokenWithSpan { token: Token::RParen, span });
                }
                depth -= 1;
            }
            _ => {}
        }
        out.push(token);
    }
    out
}

fn is_keyword(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(Word { keyword: k, quote_style: None, .. }) if *k == keyword)
}

/// `FOR TIMESTAMP AS OF` as `TIMESTAMP AS OF`, and `FOR VERSION AS OF` as `FOR SYSTEM_TIME AS OF`:
/// of the forms that the grammar below has, these two take any expression.
fn versions(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let word = |tokens: &[TokenWithSpan], at: usize| match tokens.get(at).map(|t| &t.token) {
        Some(Token::Word(Word { value, quote_style: None, .. })) => value.clone(),
        _ => String::new(),
    };
    let mut at = 0;
    while at + 3 < tokens.len() {
        let is_form = word(&tokens, at) == "for"
            && word(&tokens, at + 2) == "as"
            && word(&tokens, at + 3) == "of";
        if is_form {
            match word(&tokens, at + 1).as_str() {
                "timestamp" | "system_time" => {
                    tokens[at + 1].token = Token::make_word("timestamp", None);
                    tokens.remove(at);
                }
                "version" | "system_version" => {
                    tokens[at + 1].token = Token::make_word("system_time", None);
                }
                _ => {}
            }
        }
        at += 1;
    }
    tokens
}

/// `TABLE t` as `SELECT * FROM t`: the grammar below loses what follows the name.
fn selected_tables(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let made = matches!(
            out.last().map(|t| &t.token),
            Some(Token::Word(word)) if word.value == "create"
        );
        let named = tokens.peek().is_some_and(|t| matches!(t.token, Token::Word(_)));
        if made || !named || !is_keyword(&token.token, Keyword::TABLE) {
            out.push(token);
            continue;
        }
        let word = |value: &str| Token::make_word(value, None);
        let span = token.span;
        let select = [word("select"), Token::Mul, word("from")];
        out.extend(select.map(|token| TokenWithSpan { token, span }));
    }
    out
}

/// `VALUES 1, 2` and `VALUES ROW (1, 2)` as `VALUES (1), (2)` and `VALUES (1, 2)`.
fn parenthesised_values(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let is_values = is_keyword(&tokens[at].token, Keyword::VALUES);
        out.push(tokens[at].clone());
        at += 1;
        if !is_values {
            continue;
        }
        loop {
            at = one_row(&tokens, at, &mut out);
            match tokens.get(at).map(|t| &t.token) {
                Some(Token::Comma) => {
                    out.push(tokens[at].clone());
                    at += 1;
                }
                _ => break,
            }
        }
    }
    out
}

/// Copies one row of VALUES, in parentheses if it has none; answers where it ends.
fn one_row(tokens: &[TokenWithSpan], start: usize, out: &mut Vec<TokenWithSpan>) -> usize {
    let end = row_end(tokens, start);
    let row = &tokens[start..end];
    let is_row = |t: &Token| matches!(t, Token::Word(w) if w.value == "row");
    let (row, words) = match row.first() {
        Some(first) if is_row(&first.token) => (&row[1..], true),
        _ => (row, false),
    };
    let wraps = |row: &[TokenWithSpan]| {
        row.first().is_some_and(|t| t.token == Token::LParen)
            && closing(row) == Some(row.len().saturating_sub(1))
    };
    if row.is_empty() || wraps(row) {
        out.extend_from_slice(row);
        return end;
    }
    let span = row[0].span;
    let whole = if words { &tokens[start..end] } else { row };
    out.push(TokenWithSpan { token: Token::LParen, span });
    out.extend_from_slice(whole);
    out.push(TokenWithSpan { token: Token::RParen, span: whole[whole.len() - 1].span });
    end
}

/// Where the row that starts here ends: at a comma, a closing parenthesis or a clause.
fn row_end(tokens: &[TokenWithSpan], start: usize) -> usize {
    let ends = [
        Keyword::ORDER,
        Keyword::LIMIT,
        Keyword::OFFSET,
        Keyword::FETCH,
        Keyword::UNION,
        Keyword::INTERSECT,
        Keyword::EXCEPT,
        Keyword::WITH,
    ];
    let mut depth = 0_i32;
    for (i, token) in tokens.iter().enumerate().skip(start) {
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket if depth == 0 => return i,
            Token::RParen | Token::RBracket => depth -= 1,
            Token::Comma if depth == 0 => return i,
            token if depth == 0 && ends.iter().any(|k| is_keyword(token, *k)) => return i,
            _ => {}
        }
    }
    tokens.len()
}

/// The parenthesis that closes the first one.
fn closing(row: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_i32;
    for (i, token) in row.iter().enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sql: &str) -> String {
        let tokens = tokens(sql).unwrap().tokens;
        tokens.iter().map(|t| t.token.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rows_of_values_get_parentheses() {
        assert_eq!(text("values 1, 2+3;"), "values ( 1 ) , ( 2 + 3 )");
        assert_eq!(text("(VALUES (1, 2), row(3, 4)) t"), "( values ( 1 , 2 ) , ( 3 , 4 ) ) t");
        assert_eq!(text("values (1) + 2 limit 1"), "values ( ( 1 ) + 2 ) limit 1");
        assert_eq!(text("values array[1, 2]"), "values ( array [ 1 , 2 ] )");
    }

    #[test]
    fn states_of_tables_are_named() {
        let at = "select * from t for timestamp as of timestamp '2024-01-01' u";
        assert_eq!(text(at), at.replacen("for ", "", 1));
        let number = "select * from t for version as of 5";
        assert_eq!(text(number), number.replace("version", "system_time"));
    }

    #[test]
    fn tables_are_selected_from() {
        assert_eq!(text("TABLE t LIMIT 1"), "select * from t limit 1");
        assert_eq!(text("select 1 union table d.t"), "select 1 union select * from d . t");
        assert_eq!(text("CREATE TABLE t AS TABLE u"), "create table t as select * from u");
    }

    #[test]
    fn names_are_folded_and_their_spelling_kept() {
        let tokens = tokens("SELECT \"Ab\" AS Cd, 'Ef'").unwrap();
        assert_eq!(tokens.spelling.get(&(1, 8)).map(String::as_str), Some("Ab"));
        assert_eq!(tokens.spelling.get(&(1, 16)).map(String::as_str), Some("Cd"));
        assert_eq!(text("\"Ab\" 'Ef'"), "\"ab\" 'Ef'");
    }
}
