//! What the parser takes and what it refuses, by its codes.

use super::*;

fn code(query: &str) -> String {
    match Query::parse(query) {
        Ok(_) => "fine".to_owned(),
        Err(Error::Refused { code, .. }) => code.name().to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_dialect_is_read() {
    for query in [
        "SELECT * FROM S3Object",
        "select * from s3object s where s.a = 'x' limit 5;",
        "SELECT s.* FROM S3Object s",
        "SELECT s.name AS n, s._1, s.\"Na me\" x FROM S3Object AS s",
        "SELECT COUNT(*), SUM(CAST(s.a AS INT)) / COUNT(s.b) FROM S3Object s",
        "SELECT d.files[0].name FROM S3Object[*].a['b'].*[2][*] d",
        "SELECT CASE WHEN s.a IS NOT NULL THEN 1 ELSE 2 END FROM S3Object s",
        "SELECT CASE s.a WHEN 1 THEN 'x' END FROM S3Object s",
        "SELECT a FROM S3Object WHERE a NOT BETWEEN 1 AND 2 AND b NOT IN (1, 2) OR NOT c LIKE '%x' ESCAPE '\\'",
        "SELECT EXTRACT(YEAR FROM x), DATE_ADD(day, 1, x), DATE_DIFF(hour, x, y) FROM S3Object",
        "SELECT TRIM(BOTH '12' FROM a), TRIM(a), TRIM(LEADING FROM a) FROM S3Object",
        "SELECT SUBSTRING(a FROM 1 FOR 2), SUBSTRING(a, 1) FROM S3Object",
        "SELECT -9223372036854775808 FROM S3Object WHERE a IS MISSING",
    ] {
        assert_eq!(code(query), "fine", "{query}");
    }
}

#[test]
fn what_is_not_of_the_dialect_is_named() {
    for (query, wanted) in [
        ("", "ParseUnexpectedToken"),
        ("SELECT", "ParseEmptySelect"),
        ("SELECT FROM S3Object", "ParseEmptySelect"),
        ("SELECT a", "ParseSelectMissingFrom"),
        ("SELECT *, a FROM S3Object", "ParseAsteriskIsNotAloneInSelectList"),
        ("SELECT a, * FROM S3Object", "ParseAsteriskIsNotAloneInSelectList"),
        ("SELECT DISTINCT a FROM S3Object", "ParseUnsupportedSelect"),
        ("SELECT (SELECT a FROM S3Object) FROM S3Object", "ParseUnsupportedSelect"),
        ("SELECT * FROM (SELECT * FROM S3Object)", "UnsupportedSqlStructure"),
        ("SELECT * FROM S3Object a JOIN S3Object b ON a.x = b.x", "ParseMalformedJoin"),
        ("SELECT * FROM S3Object a, S3Object b", "MultipleDataSourcesUnsupported"),
        ("SELECT * FROM table1", "EvaluatorBindingDoesNotExist"),
        ("SELECT * FROM S3Object.path", "InvalidKeyPath"),
        ("SELECT a, COUNT(*) FROM S3Object GROUP BY a", "UnsupportedSqlStructure"),
        ("SELECT a FROM S3Object ORDER BY a", "ParseUnexpectedToken"),
        ("SELECT a FROM S3Object LIMIT x", "ParseExpectedNumber"),
        ("SELECT a FROM S3Object LIMIT -1", "EvaluatorNegativeLimit"),
        ("SELECT a, COUNT(*) FROM S3Object", "UnsupportedSqlStructure"),
        ("SELECT a FROM S3Object WHERE COUNT(*) > 1", "UnsupportedSqlStructure"),
        ("SELECT SUM(COUNT(*)) FROM S3Object", "UnsupportedSqlStructure"),
        ("SELECT SUM(*) FROM S3Object", "ParseUnsupportedCallWithStar"),
        ("SELECT SUM(a, b) FROM S3Object", "ParseNonUnaryAgregateFunctionCall"),
        ("SELECT CAST a FROM S3Object", "ParseExpectedLeftParenAfterCast"),
        ("SELECT CAST(a AS thing) FROM S3Object", "ParseExpectedTypeName"),
        ("SELECT CAST(a AS blob) FROM S3Object", "InvalidDataType"),
        ("SELECT CAST(a INT) FROM S3Object", "ParseExpectedKeyword"),
        ("SELECT LOWER a FROM S3Object", "ParseExpectedLeftParenBuiltinFunctionCall"),
        ("SELECT LOWER(a, b) FROM S3Object", "EvaluatorInvalidArguments"),
        ("SELECT SQRT(a) FROM S3Object", "UnsupportedFunction"),
        ("SELECT EXTRACT(week FROM a) FROM S3Object", "ParseExpectedDatePart"),
        ("SELECT CASE ELSE 1 END FROM S3Object", "ParseUnExpectedKeyword"),
        ("SELECT CASE a ELSE 1 END FROM S3Object", "ParseExpectedWhenClause"),
        ("SELECT s.CAST FROM S3Object s", "ParseInvalidPathComponent"),
        ("SELECT table FROM S3Object", "ParseUnExpectedKeyword"),
        ("SELECT a[*] FROM S3Object", "ParseInvalidContextForWildcardInSelectList"),
        ("SELECT a[0].* FROM S3Object", "ParseCannotMixSqbAndWildcardInSelectList"),
        ("SELECT a AS FROM S3Object", "ParseExpectedIdentForAlias"),
        ("SELECT a FROM S3Object WHERE", "ParseExpectedExpression"),
        ("SELECT a FROM S3Object WHERE a IN 5", "ParseExpectedLeftParenValueConstructor"),
        ("SELECT # FROM S3Object", "LexerInvalidChar"),
        ("SELECT `no such` FROM S3Object", "LexerInvalidIONLiteral"),
        ("INSERT INTO S3Object", "ParseUnexpectedToken"),
    ] {
        assert_eq!(code(query), wanted, "{query}");
    }
}

/// As AWS was seen to answer.
#[test]
fn an_unexpected_token_is_named_by_its_place() {
    let query = "SELECT CounterID, CounterID FROM S3Object LIMIT 10 ORDER BY count(*) DESC";
    let error = Query::parse(query).unwrap_err().to_string();
    assert_eq!(
        error,
        "ParseUnexpectedToken: Unexpected token found KEYWORD:UNKNOWN at line 1, column 52."
    );
}

#[test]
fn what_is_too_much_is_refused_and_no_stack_is_lost() {
    let of = |condition: String| code(&format!("SELECT * FROM S3Object WHERE {condition}"));
    assert_eq!(of("(".repeat(100_000)), "MaxOperatorsExceeded");
    assert_eq!(of(format!("{}1", "- ".repeat(90_000))), "MaxOperatorsExceeded");
    assert_eq!(of(format!("{}a", "NOT ".repeat(60_000))), "MaxOperatorsExceeded");
    assert_eq!(of(format!("a{} = 1", " + 1".repeat(50_000))), "MaxOperatorsExceeded");
    assert_eq!(of(format!("a = 1{}", " OR a = 1".repeat(20_000))), "MaxOperatorsExceeded");
    assert_eq!(of(format!("a{}", " OR a".repeat(40_000))), "fine");
    assert_eq!(code(&" ".repeat(300_000)), "ExpressionTooLong");
}

#[test]
fn queries_of_archives_only_filter() {
    for text in
        ["SELECT * FROM object", "SELECT Object._1 FROM Object", "SELECT a._1 FROM archive a"]
    {
        assert!(Query::parse_filter(text).is_ok(), "{text}");
        assert!(Query::parse(text).is_err(), "{text}");
    }
    for (text, code) in [
        ("SELECT COUNT(*) FROM object", Code::UnsupportedFunction),
        ("SELECT * FROM object LIMIT 3", Code::UnsupportedSqlStructure),
        ("SELECT * FROM elsewhere", Code::EvaluatorBindingDoesNotExist),
    ] {
        match Query::parse_filter(text) {
            Err(Error::Refused { code: found, .. }) => assert_eq!(found, code, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let long = format!("SELECT * FROM object WHERE 1 = {}", "1".repeat(crate::FILTER_MAX));
    assert!(Query::parse_filter(&long).is_err());
}
