//! Statements around queries: CREATE TABLE AS, INSERT, UNLOAD, CREATE VIEW, EXPLAIN, PREPARE.
//!
//! Statements about the catalog alone (CREATE EXTERNAL TABLE, ALTER, SHOW …) are Hive's and are
//! read elsewhere.

use aquifer_sql::{
    CreateTableAs, CreateView, Explain, ExplainFormat, ExplainKind, InsertInto, ParsedQuery,
    Properties, PropertyValue, SqlError, Statement, TableName, Unload, table_name,
};
use datafusion::sql::sqlparser::ast::{FromTable, Ident, Statement as AstStatement, TableFactor};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::dialect::TrinoDialect;
use super::errors::syntax_error;
use super::names::output_names;
use super::tokens::{Tokens, tokens};

/// Nesting of expressions and queries beyond this is refused.
const DEPTH_MAX: usize = 300;

type Spelling = std::collections::HashMap<(u64, u64), String>;

/// Reads one statement.
pub(crate) fn parse(sql: &str) -> Result<Statement, SqlError> {
    let Tokens { tokens, spelling } = tokens(sql)?;
    let end = end_of(sql);
    if tokens.is_empty() {
        let message = "mismatched input '<EOF>'. Expecting: <statement>";
        return Err(SqlError::user("SYNTAX_ERROR", message).at(1, 1));
    }
    refuse_clauses(&tokens)?;
    let parser = Parser::new(&TrinoDialect)
        .with_recursion_limit(DEPTH_MAX)
        .with_tokens_with_locations(tokens);
    let mut reader = Reader { parser, sql, spelling, end };
    let statement = reader.statement()?;
    reader.finish()?;
    Ok(statement)
}

/// Clauses of Trino's grammar that are not here are refused by name, wherever they stand.
fn refuse_clauses(tokens: &[TokenWithSpan]) -> Result<(), SqlError> {
    for pair in tokens.windows(2) {
        let [first, second] = pair else { continue };
        let Token::Word(word) = &first.token else { continue };
        if second.token != Token::LParen || word.quote_style.is_some() {
            continue;
        }
        let name = match word.value.as_str() {
            "match_recognize" => "MATCH_RECOGNIZE",
            "json_table" => "JSON_TABLE",
            _ => continue,
        };
        let message = format!("{name} is not supported");
        return Err(SqlError::not_supported(message).at_span(first.span));
    }
    Ok(())
}

/// Where the text ends, for errors that are found there.
fn end_of(sql: &str) -> (u64, u64) {
    let text = sql.trim_end();
    let line = text.matches('\n').count() as u64 + 1;
    let last = text.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() as u64 + 1)
}

struct Reader<'a> {
    parser: Parser<'a>,
    sql: &'a str,
    spelling: Spelling,
    end: (u64, u64),
}

impl Reader<'_> {
    fn statement(&mut self) -> Result<Statement, SqlError> {
        let first = self.parser.peek_token();
        let Token::Word(word) = &first.token else {
            return self.query().map(Statement::Query);
        };
        match word.value.as_str() {
            "select" | "with" | "values" | "table" => self.query().map(Statement::Query),
            "explain" => self.explain(),
            "create" => self.create(),
            "insert" => self.insert(),
            "unload" => self.unload(),
            "prepare" => self.prepare(),
            "execute" => self.execute(),
            "deallocate" => {
                self.advance(1);
                self.word("prepare")?;
                let name = self.identifier()?.value;
                Ok(Statement::Deallocate { name })
            }
            "update" => self.modify("UPDATE"),
            "delete" => self.modify("DELETE"),
            "merge" => self.modify("MERGE"),
            _ => Err(self.unexpected("<query>", &first)),
        }
    }

    fn query(&mut self) -> Result<ParsedQuery, SqlError> {
        let parsed = self.parser.parse_query();
        let ast = self.parsed(parsed)?;
        let names = output_names(&ast, &self.spelling);
        Ok(ParsedQuery { ast, names })
    }

    fn create(&mut self) -> Result<Statement, SqlError> {
        self.advance(1);
        let or_replace = self.eat("or");
        if or_replace {
            self.word("replace")?;
        }
        if self.eat("view") {
            let view = self.table()?;
            self.word("as")?;
            let start = self.parser.peek_token().span;
            let query = self.query()?;
            let sql = self.text_from(start);
            return Ok(Statement::CreateView(CreateView { view, or_replace, query, sql }));
        }
        self.word("table")?;
        let if_not_exists = self.eat("if");
        if if_not_exists {
            self.word("not")?;
            self.word("exists")?;
        }
        let table = self.table()?;
        let columns = self.column_list()?;
        let comment = self.parser.peek_token().span;
        if self.eat("comment") {
            let message = "COMMENT in CREATE TABLE AS is not supported";
            return Err(SqlError::not_supported(message).at_span(comment));
        }
        let properties = if self.eat("with") { self.properties()? } else { Properties::new() };
        self.word("as")?;
        let query = self.query()?;
        let mut with_data = true;
        if self.eat("with") {
            with_data = !self.eat("no");
            self.word("data")?;
        }
        Ok(Statement::CreateTableAs(CreateTableAs {
            table,
            if_not_exists,
            columns,
            properties,
            with_data,
            query,
        }))
    }

    fn insert(&mut self) -> Result<Statement, SqlError> {
        self.advance(1);
        self.word("into")?;
        let table = self.table()?;
        let columns = self.column_list()?;
        let query = self.query()?;
        Ok(Statement::InsertInto(InsertInto { table, columns, query }))
    }

    fn unload(&mut self) -> Result<Statement, SqlError> {
        self.advance(1);
        self.token(&Token::LParen)?;
        let query = self.query()?;
        self.token(&Token::RParen)?;
        self.word("to")?;
        let to = self.literal_text()?;
        let properties = if self.eat("with") { self.properties()? } else { Properties::new() };
        Ok(Statement::Unload(Unload { query, to, properties }))
    }

    fn explain(&mut self) -> Result<Statement, SqlError> {
        self.advance(1);
        let analyze = self.eat("analyze");
        let verbose = self.eat("verbose");
        let (mut kind, mut format) = (ExplainKind::Distributed, ExplainFormat::Text);
        // A parenthesis may also open the query itself.
        let options = matches!(
            &self.parser.peek_nth_token(1).token,
            Token::Word(w) if w.value == "type" || w.value == "format"
        );
        if options && self.parser.consume_token(&Token::LParen) {
            loop {
                let option = self.identifier()?;
                let value = self.identifier()?;
                match (option.value.as_str(), value.value.as_str()) {
                    ("type", "logical") => kind = ExplainKind::Logical,
                    ("type", "distributed") => kind = ExplainKind::Distributed,
                    ("type", "validate") => kind = ExplainKind::Validate,
                    ("type", "io") => kind = ExplainKind::Io,
                    ("format", "text") => format = ExplainFormat::Text,
                    ("format", "json") => format = ExplainFormat::Json,
                    ("format", "graphviz") => format = ExplainFormat::Graphviz,
                    (name, other) => {
                        let message = format!("Invalid EXPLAIN option: {name} {other}");
                        return Err(SqlError::user("SYNTAX_ERROR", message).at_span(value.span));
                    }
                }
                if !self.parser.consume_token(&Token::Comma) {
                    break;
                }
            }
            self.token(&Token::RParen)?;
        }
        let statement = Box::new(self.statement()?);
        Ok(Statement::Explain(Explain { analyze, verbose, kind, format, statement }))
    }

    fn prepare(&mut self) -> Result<Statement, SqlError> {
        self.advance(1);
        let name = self.identifier()?.value;
        self.word("from")?;
        let start = self.parser.peek_token().span;
        // Read to its end so that a malformed statement is refused now.
        self.statement()?;
        Ok(Statement::Prepare { name, sql: self.text_from(start) })
    }

    fn execute(&mut self) -> Result<Statement, SqlError> {
        self.advance(1);
        let name = self.identifier()?.value;
        let mut parameters = Vec::new();
        if self.eat("using") {
            loop {
                let start = self.parser.peek_token().span;
                let parsed = self.parser.parse_expr();
                self.parsed(parsed)?;
                let end = self.parser.get_current_token().span;
                parameters.push(self.slice(start, Some(end)));
                if !self.parser.consume_token(&Token::Comma) {
                    break;
                }
            }
        }
        Ok(Statement::Execute { name, parameters })
    }

    /// What may be done to the table's rows is asked of its owner.
    fn modify(&mut self, verb: &'static str) -> Result<Statement, SqlError> {
        let parsed = self.parser.parse_statement();
        let change = Box::new(self.parsed(parsed)?);
        let table = match change.as_ref() {
            AstStatement::Update(update) => Some(&update.table.relation),
            AstStatement::Delete(delete) => match &delete.from {
                FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from) => {
                    from.first().map(|from| &from.relation)
                }
            },
            AstStatement::Merge(merge) => Some(&merge.table),
            _ => None,
        };
        let Some(TableFactor::Table { name, .. }) = table else {
            let message = "mismatched input. Expecting: <table>";
            return Err(SqlError::user("SYNTAX_ERROR", message).at(1, 1));
        };
        let table = table_name(name)?;
        Ok(Statement::ModifyRows { table, verb, change })
    }

    fn column_list(&mut self) -> Result<Vec<Ident>, SqlError> {
        // `(SELECT …)` is a query, not a list of columns.
        let opens_query = matches!(
            &self.parser.peek_nth_token(1).token,
            Token::LParen
                | Token::Word(datafusion::sql::sqlparser::tokenizer::Word {
                    keyword: Keyword::SELECT | Keyword::WITH | Keyword::VALUES | Keyword::TABLE,
                    quote_style: None,
                    ..
                })
        );
        if opens_query || !self.parser.consume_token(&Token::LParen) {
            return Ok(Vec::new());
        }
        let parsed = self.parser.parse_comma_separated(Parser::parse_identifier);
        let columns = self.parsed(parsed)?;
        self.token(&Token::RParen)?;
        Ok(columns)
    }

    fn properties(&mut self) -> Result<Properties, SqlError> {
        let mut properties = Properties::new();
        self.token(&Token::LParen)?;
        loop {
            let name = self.identifier()?;
            self.token(&Token::Eq)?;
            let value = self.property_value()?;
            if properties.insert(name.value.clone(), value).is_some() {
                let message = format!("Duplicate property: {}", name.value);
                return Err(SqlError::user("DUPLICATE_PROPERTY", message).at_span(name.span));
            }
            if !self.parser.consume_token(&Token::Comma) {
                break;
            }
        }
        self.token(&Token::RParen)?;
        Ok(properties)
    }

    fn property_value(&mut self) -> Result<PropertyValue, SqlError> {
        let token = self.parser.next_token();
        match &token.token {
            Token::SingleQuotedString(text) => Ok(PropertyValue::Text(text.clone())),
            Token::Number(text, _) => Ok(PropertyValue::Number(text.clone())),
            Token::Minus => match self.parser.next_token().token {
                Token::Number(text, _) => Ok(PropertyValue::Number(format!("-{text}"))),
                _ => Err(self.unexpected("<literal>", &token)),
            },
            Token::Word(word) if word.value == "true" => Ok(PropertyValue::Boolean(true)),
            Token::Word(word) if word.value == "false" => Ok(PropertyValue::Boolean(false)),
            Token::Word(word) if word.value == "array" => {
                self.token(&Token::LBracket)?;
                let mut items = Vec::new();
                while self.parser.peek_token().token != Token::RBracket {
                    items.push(self.property_value()?);
                    if !self.parser.consume_token(&Token::Comma) {
                        break;
                    }
                }
                self.token(&Token::RBracket)?;
                Ok(PropertyValue::Array(items))
            }
            _ => Err(self.unexpected("<literal>", &token)),
        }
    }

    fn table(&mut self) -> Result<TableName, SqlError> {
        let parsed = self.parser.parse_object_name(false);
        let name = self.parsed(parsed)?;
        table_name(&name)
    }

    fn identifier(&mut self) -> Result<Ident, SqlError> {
        let parsed = self.parser.parse_identifier();
        self.parsed(parsed)
    }

    fn literal_text(&mut self) -> Result<String, SqlError> {
        let token = self.parser.next_token();
        match token.token {
            Token::SingleQuotedString(text) => Ok(text),
            _ => Err(self.unexpected("<string>", &token)),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), SqlError> {
        if self.eat(word) {
            return Ok(());
        }
        let found = self.parser.peek_token();
        Err(self.unexpected(&format!("'{}'", word.to_uppercase()), &found))
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = matches!(
            &self.parser.peek_token_ref().token,
            Token::Word(w) if w.quote_style.is_none() && w.value == word
        );
        if found {
            self.parser.advance_token();
        }
        found
    }

    fn token(&mut self, token: &Token) -> Result<(), SqlError> {
        if self.parser.consume_token(token) {
            return Ok(());
        }
        let found = self.parser.peek_token();
        Err(self.unexpected(&format!("'{token}'"), &found))
    }

    fn advance(&mut self, words: usize) {
        for _ in 0..words {
            self.parser.advance_token();
        }
    }

    fn finish(&mut self) -> Result<(), SqlError> {
        let rest = self.parser.peek_token();
        match rest.token {
            Token::EOF => Ok(()),
            _ => Err(self.unexpected("<EOF>", &rest)),
        }
    }

    fn unexpected(&self, expected: &str, found: &TokenWithSpan) -> SqlError {
        let at = match found.token {
            Token::EOF => self.end,
            _ => (found.span.start.line, found.span.start.column),
        };
        let found = match &found.token {
            Token::EOF => "<EOF>".to_owned(),
            Token::Word(_) => self.spelled(found.span),
            other => other.to_string(),
        };
        let message = format!("mismatched input '{found}'. Expecting: {expected}");
        SqlError::user("SYNTAX_ERROR", message).at(at.0, at.1)
    }

    fn spelled(&self, span: Span) -> String {
        self.slice(span, Some(span))
    }

    fn parsed<T>(&self, result: Result<T, ParserError>) -> Result<T, SqlError> {
        result.map_err(|e| {
            let mut error = syntax_error(e, self.end);
            // The parser saw names in lower case; the author did not.
            if let Some(at) = error.at
                && let Some(spelled) = self.spelling.get(&at)
            {
                let folded = format!("'{}'", spelled.to_lowercase());
                error.message = error.message.replacen(&folded, &format!("'{spelled}'"), 1);
            }
            error
        })
    }

    /// The text from a token to where the parser stands.
    fn text_from(&self, start: Span) -> String {
        self.slice(start, Some(self.parser.get_current_token().span))
    }

    /// The text from where one token starts to where another ends.
    fn slice(&self, start: Span, end: Option<Span>) -> String {
        let offset = |line: u64, column: u64| {
            let mut at = 0;
            for (i, text) in self.sql.split_inclusive('\n').enumerate() {
                if i as u64 + 1 == line {
                    let inside = text.char_indices().nth(column.saturating_sub(1) as usize);
                    return at + inside.map_or(text.len(), |(i, _)| i);
                }
                at += text.len();
            }
            self.sql.len()
        };
        let from = offset(start.start.line, start.start.column);
        let to = end.map_or(self.sql.len(), |s| offset(s.end.line, s.end.column));
        self.sql.get(from..to.max(from)).unwrap_or_default().trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(sql: &str) -> String {
        parse(sql).unwrap_err().to_string()
    }

    #[test]
    fn statements_around_queries_are_read() {
        let Statement::CreateTableAs(ctas) = parse(
            "CREATE TABLE IF NOT EXISTS Db.T WITH (format = 'PARQUET', partitioned_by = \
             ARRAY['dt'], bucket_count = 3) AS SELECT a, dt FROM x WITH NO DATA",
        )
        .unwrap() else {
            panic!("not a CTAS")
        };
        assert_eq!((ctas.table.database.as_deref(), ctas.table.name.as_str()), (Some("db"), "t"));
        assert!(ctas.if_not_exists && !ctas.with_data);
        assert_eq!(ctas.properties["partitioned_by"].as_texts(), Some(vec!["dt"]));
        assert_eq!(ctas.properties["bucket_count"].as_integer(), Some(3));

        let Statement::InsertInto(insert) = parse("insert into t (A, b) values (1, 2)").unwrap()
        else {
            panic!("not an INSERT")
        };
        assert_eq!(insert.columns.len(), 2);
        assert!(matches!(parse("INSERT INTO t (SELECT 1)"), Ok(Statement::InsertInto(_))));

        let Statement::Unload(unload) =
            parse("UNLOAD (SELECT 1 AS x) TO 's3://b/p/' WITH (format = 'JSON')").unwrap()
        else {
            panic!("not an UNLOAD")
        };
        assert_eq!(unload.to, "s3://b/p/");

        let Statement::CreateView(view) =
            parse("CREATE OR REPLACE VIEW v AS\n  SELECT 'é' AS \"Q\" FROM t ;").unwrap()
        else {
            panic!("not a view")
        };
        assert_eq!(view.sql, "SELECT 'é' AS \"Q\" FROM t");

        let Statement::Prepare { name, sql } =
            parse("PREPARE p1 FROM SELECT * FROM t WHERE a = ?").unwrap()
        else {
            panic!("not a PREPARE")
        };
        assert_eq!((name.as_str(), sql.as_str()), ("p1", "SELECT * FROM t WHERE a = ?"));
        let Statement::Execute { parameters, .. } =
            parse("EXECUTE p1 USING 'It''s', DATE '2024-01-01', -5").unwrap()
        else {
            panic!("not an EXECUTE")
        };
        assert_eq!(parameters, ["'It''s'", "DATE '2024-01-01'", "-5"]);
        assert!(matches!(
            parse("DELETE FROM db.t WHERE a = 1"),
            Ok(Statement::ModifyRows { verb: "DELETE", .. })
        ));
    }

    #[test]
    fn syntax_errors_have_their_place() {
        assert_eq!(
            error("SELECT * FORM t"),
            "SYNTAX_ERROR: line 1:10: mismatched input 'FORM'. Expecting: <EOF>"
        );
        assert!(
            error("SELECT 1 +").starts_with("SYNTAX_ERROR: line 1:11: mismatched input '<EOF>'")
        );
        assert!(error("SELEC 1").starts_with("SYNTAX_ERROR: line 1:1: mismatched input 'SELEC'"));
        assert!(error("").starts_with("SYNTAX_ERROR: line 1:1"));
        assert!(error("SELECT (1\nFROM t").starts_with("SYNTAX_ERROR: line 2:1"));
        let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
        assert!(error(&deep).starts_with("STATEMENT_TOO_LARGE"));
    }

    #[test]
    fn parameters_are_counted_and_put_in_place() {
        let mut statement = parse("SELECT * FROM t WHERE a = ? AND b IN (?, ?)").unwrap();
        let given = ["1", "'x'", "DATE '2024-01-01'"].map(String::from);
        super::super::bind(&mut statement, &given).unwrap();
        let Statement::Query(query) = &statement else { panic!("not a query") };
        assert!(query.ast.to_string().contains("a = 1 AND b IN ('x', DATE '2024-01-01')"));
        let mut statement = parse("SELECT ? FROM t OFFSET ? LIMIT ?").unwrap();
        super::super::bind(&mut statement, &["7", "1", "2"].map(String::from)).unwrap();
        let Statement::Query(query) = &statement else { panic!("not a query") };
        let text = query.ast.to_string();
        assert!(text.contains("OFFSET 1") && text.contains("LIMIT 2"), "{text}");
        let mut statement = parse("SELECT ?").unwrap();
        assert_eq!(
            super::super::bind(&mut statement, &[]).unwrap_err().message,
            "Incorrect number of parameters: expected 1 but found 0"
        );
    }
}
