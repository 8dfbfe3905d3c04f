//! Lines by regular and grok expressions, and the records of trails.

use arrow::util::pretty::pretty_format_batches;
use bytes::Bytes;
use expect_test::{Expect, expect};

use super::*;
use crate::options::{JsonOptions, PatternOptions, PatternStyle};

fn pattern(expression: &str, style: PatternStyle) -> Format {
    Format::Pattern(PatternOptions {
        expression: expression.to_owned(),
        style,
        skip_header_lines: 0,
        timestamp_formats: vec!["dd/MMM/yyyy:HH:mm:ss Z".to_owned()],
    })
}

fn regex(expression: &str) -> Format {
    pattern(expression, PatternStyle::Regex { case_insensitive: false })
}

fn grok(expression: &str, custom: &str) -> Format {
    pattern(expression, PatternStyle::Grok { custom: custom.to_owned() })
}

fn read(format: &Format, columns: &[(&str, &str)], text: &[u8], piece: usize) -> Result<String> {
    let table: Vec<(String, HiveType)> =
        columns.iter().map(|(name, ty)| ((*name).to_owned(), ty.parse().unwrap())).collect();
    let all: Vec<usize> = (0..table.len()).collect();
    let mut decoder = TextDecoder::new(format, Compression::None, &table, &all, 2)?;
    let mut batches = Vec::new();
    for piece in text.chunks(piece) {
        batches.extend(decoder.push(Bytes::copy_from_slice(piece))?);
    }
    batches.extend(decoder.finish()?);
    Ok(pretty_format_batches(&batches).unwrap().to_string())
}

fn check(format: &Format, columns: &[(&str, &str)], text: &str, want: Expect) {
    let whole = read(format, columns, text.as_bytes(), 50).unwrap();
    for piece in [1, 7, 100_000] {
        assert_eq!(read(format, columns, text.as_bytes(), piece).unwrap(), whole);
    }
    want.assert_eq(&whole);
}

const LOG: &str = "10.0.0.1 [10/Oct/2000:13:55:36 -0700] 200 \"GET /a b\"\r\nnoise\n\n\
                   10.0.0.2 [-] x \"-\"";

#[test]
fn groups_of_a_regular_expression_are_columns() {
    check(
        &regex(r#"([^ ]*) \[([^\]]*)\] ([^ ]*) "(.*)"( .*)?"#),
        &[
            ("ip", "string"),
            ("at", "timestamp"),
            ("code", "int"),
            ("what", "string"),
            ("more", "int"),
        ],
        LOG,
        expect![[r#"
            +----------+---------------------+------+----------+------+
            | ip       | at                  | code | what     | more |
            +----------+---------------------+------+----------+------+
            | 10.0.0.1 | 2000-10-10T20:55:36 | 200  | GET /a b |      |
            |          |                     |      |          |      |
            |          |                     |      |          |      |
            | 10.0.0.2 |                     |      | -        |      |
            +----------+---------------------+------+----------+------+"#]],
    );
    // Look-around is known, whole lines must match, and lines that are no text are NULL.
    let look = regex("(?!#)(.*)");
    assert!(read(&look, &[("a", "string")], b"#x\ny\n\xff\n", 9).unwrap().contains("| y |"));
    assert!(!read(&regex("(y)"), &[("a", "string")], b"xy\n", 9).unwrap().contains('y'));
    let nested = read(&regex("(.*)"), &[("a", "array<int>")], b"1\n", 9).unwrap_err();
    assert!(nested.to_string().contains("holds no nested values"));
    assert!(read(&regex("("), &[("a", "int")], b"1\n", 9).is_err());
    assert_eq!(crate::regex_groups("(a)(?:b)(c)"), Ok(2));
}

#[test]
fn fields_of_a_grok_expression_are_columns_by_name() {
    check(
        &grok("%{SYSLOGBASE} %{QUEUE:queue_id}: %{GREEDYDATA:message}", "QUEUE [0-9A-F]{7,12}"),
        &[("message", "string"), ("syslogbase", "string"), ("queue_id", "string"), ("x", "int")],
        "Feb  9 04:02:14 mail postfix/smtpd[2183]: 51E31C4A7D3: sent\nother",
        expect![[r#"
            +---------+-------------------------------------------+-------------+---+
            | message | syslogbase                                | queue_id    | x |
            +---------+-------------------------------------------+-------------+---+
            | sent    | Feb  9 04:02:14 mail postfix/smtpd[2183]: | 51E31C4A7D3 |   |
            |         |                                           |             |   |
            +---------+-------------------------------------------+-------------+---+"#]],
    );
}

#[test]
fn objects_of_an_array_are_rows() {
    let format =
        Format::Json(JsonOptions { records: Some("Records".to_owned()), ..JsonOptions::default() });
    let columns = [("n", "int"), ("raw", "string"), ("who", "struct<name:string>")];
    let text = r#"{"about":[{"n":9}],"Records":[{"n":1,"raw":{"a":[1,"]}"]},"who":{"name":"x"}},
        {"N":2,"who":null}],"more":[{"n":8}]} {"Records":[{"n":3}]}"#;
    check(
        &format,
        &columns,
        text,
        expect![[r#"
            +---+----------------+-----------+
            | n | raw            | who       |
            +---+----------------+-----------+
            | 1 | {"a":[1,"]}"]} | {name: x} |
            | 2 |                |           |
            | 3 |                |           |
            +---+----------------+-----------+"#]],
    );
    for bad in [r#"{"Records":[{"n":1},{"n":2"#, "no document", r#"{"Records":[{"n":}]}"#, "]"] {
        assert!(read(&format, &columns, bad.as_bytes(), 5).is_err(), "{bad}");
    }
    for cut in 0..text.len() {
        let _ = read(&format, &columns, &text.as_bytes()[..cut], 3);
    }
}
