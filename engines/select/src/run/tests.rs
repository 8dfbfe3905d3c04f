//! Whole queries over whole files.

use std::io;
use std::ops::Range;

use aquifer_formats::{Compression, Compressor};
use proptest::prelude::*;

use super::*;
use crate::read::{CsvInput, Headers, InputFormat, ScanRange};
use crate::write::CsvOutput;

struct Memory(Bytes);

impl Source for Memory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        Ok(self.0.slice(range.start as usize..range.end as usize))
    }
}

fn csv(headers: Headers) -> Input {
    let format = InputFormat::Csv(CsvInput { headers, ..CsvInput::default() });
    Input { format, compression: Compression::None, range: None }
}

fn json(format: InputFormat) -> Input {
    Input { format, compression: Compression::None, range: None }
}

fn lines() -> Output {
    Output::Json { record_delimiter: "\n".to_owned() }
}

/// All results, with the error that ended them.
fn run(query: &str, input: Input, output: Output, bytes: &[u8]) -> String {
    let query = match Query::parse(query) {
        Ok(query) => query,
        Err(error) => return error.to_string(),
    };
    let source = Arc::new(Memory(Bytes::copy_from_slice(bytes)));
    let mut selection = Selection::new(query, input, output, source, 1_500_000_000_000).unwrap();
    let mut out = String::new();
    loop {
        match selection.step() {
            Ok(Step::Records(chunk)) => out.push_str(std::str::from_utf8(&chunk).unwrap()),
            Ok(Step::Working) => {}
            Ok(Step::Done) => return out,
            Err(error) => return format!("{out}{error}"),
        }
    }
}

const PEOPLE: &str = "name,age,City\nAnn,31,Bern\nBob,28,\"Paris, TX\"\nCy,40,Rome\n";

fn people(query: &str) -> String {
    run(query, csv(Headers::Use), Output::Csv(CsvOutput::default()), PEOPLE.as_bytes())
}

#[test]
fn rows_of_csv_are_chosen_by_what_they_hold() {
    assert_eq!(people("SELECT s.name FROM S3Object s WHERE CAST(s.age AS INT) > 30"), "Ann\nCy\n");
    assert_eq!(people("SELECT name FROM S3Object WHERE age > 30 LIMIT 1"), "Ann\n");
    assert_eq!(people("SELECT * FROM S3Object s WHERE s.name = 'Bob'"), "Bob,28,\"Paris, TX\"\n");
    assert_eq!(
        people("SELECT s._2, s.CITY FROM S3Object s WHERE s.\"City\" LIKE 'R%'"),
        "40,Rome\n"
    );
    assert_eq!(people("SELECT UPPER(name) || '!' FROM S3Object LIMIT 1"), "ANN!\n");
    assert_eq!(people("SELECT * FROM S3Object LIMIT 0"), "");
    assert_eq!(people("SELECT s.*, 1 FROM S3Object s LIMIT 1"), "Ann,31,Bern,1\n");
}

#[test]
fn sums_are_over_the_rows_chosen() {
    assert_eq!(
        people(
            "SELECT COUNT(*), SUM(age), AVG(age), MIN(age), MAX(CAST(age AS INT)) FROM S3Object"
        ),
        "3,99,33,28,40\n"
    );
    assert_eq!(
        people("SELECT COUNT(*), SUM(age), MIN(age) FROM S3Object WHERE name = 'x'"),
        "0,,\n"
    );
    assert_eq!(people("SELECT AVG(CAST(age AS FLOAT)) FROM S3Object LIMIT 1"), "33.0\n");
    assert_eq!(people("SELECT AVG(age) FROM S3Object WHERE age < 40"), "29.5\n");
    assert!(
        people("SELECT SUM(name) FROM S3Object").starts_with("IncorrectSqlFunctionArgumentType")
    );
}

#[test]
fn names_that_mean_nothing_are_refused() {
    let code = |query| people(query).split(':').next().unwrap_or_default().to_owned();
    assert_eq!(code("SELECT s.\"city\" FROM S3Object s"), "MissingHeaders");
    assert_eq!(code("SELECT s._4 FROM S3Object s"), "InvalidColumnIndex");
    assert_eq!(code("SELECT s._0 FROM S3Object s"), "InvalidColumnIndex");
    assert_eq!(code("SELECT t.name FROM S3Object s"), "InvalidTableAlias");
    assert_eq!(code("SELECT s.name.x FROM S3Object s"), "InvalidKeyPath");
    assert_eq!(code("SELECT a FROM S3Object[*].a"), "InvalidKeyPath");
    let twice = run("SELECT a FROM S3Object", csv(Headers::Use), lines(), b"a,A\n1,2\n");
    assert!(twice.starts_with("AmbiguousFieldName"));
    let exact = run("SELECT s.\"A\" FROM S3Object s", csv(Headers::Use), lines(), b"a,A\n1,2\n");
    assert_eq!(exact, "{\"A\":\"2\"}\n");
}

#[test]
fn headers_are_records_names_or_nothing() {
    let count =
        |headers| run("SELECT * FROM S3Object LIMIT 1", csv(headers), lines(), b"a,b\n1,2\n");
    assert_eq!(count(Headers::None), "{\"_1\":\"a\",\"_2\":\"b\"}\n");
    assert_eq!(count(Headers::Use), "{\"a\":\"1\",\"b\":\"2\"}\n");
    assert_eq!(count(Headers::Ignore), "{\"_1\":\"1\",\"_2\":\"2\"}\n");
    let empty = |query| run(query, csv(Headers::Use), lines(), b"");
    assert_eq!(empty("SELECT s.a FROM S3Object s"), "");
    assert_eq!(empty("SELECT COUNT(*) FROM S3Object s"), "{\"_1\":0}\n");
}

#[test]
fn files_that_are_malformed_say_so_after_what_was_right() {
    let read = |bytes: &[u8]| {
        run("SELECT * FROM S3Object", csv(Headers::None), Output::Csv(CsvOutput::default()), bytes)
    };
    assert!(read(b"a\n\"b\nc\n").starts_with("a\nCSVEscapingRecordDelimiter"));
    assert!(read(b"a\n\"b\"c\n").starts_with("a\nCSVUnescapedQuote"));
    assert!(read(b"a\n\xff\n").contains("The text encoding error was found near byte 2."));
    assert!(read(&[b'x'; (1 << 20) + 1]).starts_with("OverMaxRecordSize"));
    assert_eq!(read(&[b'x'; 1 << 20]).len(), (1 << 20) + 1);
    assert_eq!(read(b"\xef\xbb\xbfa,b\r\nc\r\n"), "a,b\nc\n");
    let cast = people("SELECT CAST(name AS INT) FROM S3Object");
    assert!(cast.starts_with("CastFailed: An attempt to convert"), "{cast}");
}

#[test]
fn quotes_may_hold_the_end_of_a_record_where_that_is_allowed() {
    let format = InputFormat::Csv(CsvInput { quoted_delimiters: true, ..CsvInput::default() });
    let input = Input { format, compression: Compression::None, range: None };
    let got = run("SELECT s._2 FROM S3Object s", input, lines(), b"1,\"a\n\"\"b\"\n2,c");
    assert_eq!(got, "{\"_2\":\"a\\n\\\"b\"}\n{\"_2\":\"c\"}\n");
}

const RULES: &str = r#"{ "Rules": [ {"id": "1"}, {"expr": "y > x"}, {"id": "2", "expr": "z = DEBUG"} ]}
{ "created": "June 27", "modified": "July 6" }"#;

/// The examples of AWS's page.
#[test]
fn paths_lead_to_records_of_json() {
    let rules = |query| run(query, json(InputFormat::JsonDocument), lines(), RULES.as_bytes());
    assert_eq!(
        rules("SELECT id FROM S3Object[*].Rules[*].id"),
        "{\"id\":\"1\"}\n{}\n{\"id\":\"2\"}\n{}\n"
    );
    assert_eq!(
        rules("SELECT id FROM S3Object[*].Rules[*].id WHERE id IS NOT MISSING"),
        "{\"id\":\"1\"}\n{\"id\":\"2\"}\n"
    );
    assert_eq!(rules("SELECT COUNT(id) FROM S3Object[*].Rules[*].id"), "{\"_1\":2}\n");
    let files = r#"{"created":"936864000","dir_name":"important_docs","files":[{"name":"."},{"name":".."}],"owner":"AWS S3"}"#;
    let files = |query| run(query, json(InputFormat::JsonLines), lines(), files.as_bytes());
    assert_eq!(
        files("SELECT d.dir_name, d.files FROM S3Object[*] d"),
        "{\"dir_name\":\"important_docs\",\"files\":[{\"name\":\".\"},{\"name\":\"..\"}]}\n"
    );
    assert_eq!(
        files("SELECT _1.dir_name, _1.owner FROM S3Object[*]"),
        "{\"dir_name\":\"important_docs\",\"owner\":\"AWS S3\"}\n"
    );
    assert_eq!(files("SELECT s.files[1].name FROM S3Object s"), "{\"name\":\"..\"}\n");
    assert_eq!(
        files("SELECT name FROM S3Object[*].files[*]"),
        "{\"name\":\".\"}\n{\"name\":\"..\"}\n"
    );
    assert_eq!(
        files("SELECT * FROM S3Object[*].*"),
        "{\"_1\":\"936864000\"}\n{\"_1\":\"important_docs\"}\n{\"_1\":{\"name\":\".\"},\"_2\":{\"name\":\"..\"}}\n{\"_1\":\"AWS S3\"}\n"
    );
}

#[test]
fn kinds_of_json_stay_what_they_are() {
    let one = |query: &str, text: &str| {
        run(query, json(InputFormat::JsonLines), lines(), text.as_bytes())
    };
    let text =
        r#"{"a":1,"b":1.50,"c":true,"d":null,"e":"\u00e4\ud83d\ude00\"","f":[1,{"g":2}],"h":1e3}"#;
    assert_eq!(
        one("SELECT * FROM S3Object", text),
        "{\"a\":1,\"b\":1.50,\"c\":true,\"d\":null,\"e\":\"ä😀\\\"\",\"f\":[1,{\"g\":2}],\"h\":1000.0}\n"
    );
    let holds = |condition: &str| {
        !one(&format!("SELECT s.a FROM S3Object s WHERE {condition}"), text).is_empty()
    };
    for condition in [
        "s.a = 1 AND s.a = 1.0 AND s.b > s.a AND s.b BETWEEN 1 AND 2",
        "s.c AND NOT (s.a = '1')",
        "s.d IS NULL AND s.d IS NOT MISSING AND s.x IS MISSING AND s.x IS NULL",
        "s.a IN (3, 1) AND 1 IN s.f AND s.a NOT IN (2, 3)",
        "COALESCE(s.x, s.d, 7) = 7 AND NULLIF(s.a, 1) IS NULL AND NULLIF(1, '1') = 1",
        "s.f[1].g = 2 AND s.f[9] IS MISSING AND s.a.b IS MISSING",
        "CASE s.a WHEN 2 THEN 'x' WHEN 1 THEN 'y' END = 'y'",
        "s.a + 1 = 2 AND 7 / 2 = 3 AND 7 % 4 = 3 AND 7 / 2.0 = 3.5 AND -s.a = -1",
        "CHAR_LENGTH(s.e) = 3 AND LOWER('ÄB') = 'äb' AND TRIM('  x ') = 'x'",
        "UTCNOW() > `2017-01-01T` AND EXTRACT(YEAR FROM UTCNOW()) = 2017",
        "DATE_DIFF(day, TO_TIMESTAMP('2010-01-01T'), DATE_ADD(month, 1, `2010-01-01T`)) = 31",
        "TO_STRING(`1969-07-20T20:18Z`, 'MMM d, yyyy') = 'Jul 20, 1969'",
    ] {
        assert!(holds(condition), "{condition}");
    }
    for condition in ["s.a > 'x'", "s.x = 1", "NOT s.x = 1", "s.d = s.d", "s.e = 1"] {
        assert!(!holds(condition), "{condition}");
    }
    for (condition, code) in [
        ("s.a / 0 = 1", "ExternalEvalException"),
        ("9223372036854775807 + s.a = 1", "IntegerOverflow"),
        ("s.a LIKE 'x'", "LikeInvalidInputs"),
        ("s.e + 1 = 2", "IncorrectSqlFunctionArgumentType"),
        ("s.e", "IncorrectSqlFunctionArgumentType"),
        ("TO_TIMESTAMP('x') IS NULL", "ValueParseFailure"),
    ] {
        let got = one(&format!("SELECT s.a FROM S3Object s WHERE {condition}"), text);
        assert!(got.starts_with(code), "{condition}: {got}");
    }
}

#[test]
fn json_that_is_malformed_says_so() {
    for text in ["{\"a\":1", "{\"a\" 1}", "[1,,2]", "{\"a\":tru}", "x", "\"\\x\"", "}", "\"\n\""] {
        let got = run(
            "SELECT * FROM S3Object",
            json(InputFormat::JsonDocument),
            lines(),
            text.as_bytes(),
        );
        assert!(got.starts_with("JSONParsingError"), "{text}: {got}");
    }
    let spread = "{\"a\":\n1}";
    let read = |format| run("SELECT * FROM S3Object", json(format), lines(), spread.as_bytes());
    assert!(read(InputFormat::JsonLines).starts_with("JSONParsingError"));
    assert_eq!(read(InputFormat::JsonDocument), "{\"a\":1}\n");
    let deep = "[".repeat(100_000);
    let got =
        run("SELECT * FROM S3Object", json(InputFormat::JsonDocument), lines(), deep.as_bytes());
    assert!(got.starts_with("JSONParsingError"));
    let nested = run(
        "SELECT * FROM S3Object",
        json(InputFormat::JsonLines),
        Output::Csv(CsvOutput::default()),
        b"{\"a\":[1]}",
    );
    assert!(nested.starts_with("InvalidDataType"));
}

/// A document may be longer than any record, if its records are not.
#[test]
fn a_document_is_read_record_by_record() {
    let element = format!("{{\"text\":\"{}\"}}", "x".repeat(100_000));
    let document = format!(
        "{{\"skip\":[\"{}\"],\"items\":[{}]}}",
        "y".repeat(2 << 20),
        vec![element; 30].join(",")
    );
    let count = |query| run(query, json(InputFormat::JsonDocument), lines(), document.as_bytes());
    assert_eq!(count("SELECT COUNT(*) FROM S3Object[*].items[*]"), "{\"_1\":30}\n");
    assert!(count("SELECT COUNT(*) FROM S3Object").starts_with("OverMaxRecordSize"));
}

#[test]
fn compressed_files_are_read_and_damage_is_noticed() {
    for compression in [Compression::Gzip, Compression::Bzip2] {
        let mut packed = Vec::new();
        let mut compressor = Compressor::new(compression).unwrap();
        compressor.write(PEOPLE.as_bytes(), &mut packed).unwrap();
        compressor.finish(&mut packed).unwrap();
        let input = || Input { compression, ..csv(Headers::Use) };
        let count = |bytes: &[u8]| run("SELECT COUNT(*) FROM S3Object", input(), lines(), bytes);
        assert_eq!(count(&packed), "{\"_1\":3}\n");
        let cut = count(&packed[..packed.len() - 9]);
        assert!(cut.starts_with("TruncatedInput"), "{cut}");
        assert!(count(PEOPLE.as_bytes()).starts_with("InvalidCompressionFormat"));
        let range = Some(ScanRange { first: 0, last: 9 });
        let ranged = Input { range, ..input() };
        let got = run("SELECT COUNT(*) FROM S3Object", ranged, lines(), &packed);
        assert!(got.starts_with("UnsupportedScanRangeInput"));
    }
}

/// The example of AWS's page.
#[test]
fn a_range_holds_the_records_that_begin_in_it() {
    let bytes = b"A,B\nC,D\nD,E\nE,F\nG,H\nI,J\n";
    let read = |first, last| {
        let input = Input { range: Some(ScanRange { first, last }), ..csv(Headers::None) };
        run("SELECT * FROM S3Object", input, Output::Csv(CsvOutput::default()), bytes)
    };
    assert_eq!(read(1, 4), "C,D\n");
    assert_eq!(read(0, 3), "A,B\n");
    assert_eq!(read(4, 4), "C,D\n");
    assert_eq!(read(5, 7), "");
    assert_eq!(read(20, u64::MAX), "I,J\n");
    assert!(
        read(5, 4).starts_with("InvalidScanRange") && read(24, 30).starts_with("InvalidScanRange")
    );
}

proptest! {
    #[test]
    fn ranges_that_cover_a_file_give_each_record_once(
        rows in prop::collection::vec("[a-c]{1,6}", 1..30),
        cut in 1u64..100,
        headers in prop::bool::ANY,
        end in prop::sample::select(vec!["\n", "\r\n"]),
        last in prop::bool::ANY,
    ) {
        let mut text = rows.join(end);
        if last {
            text.push_str(end);
        }
        let size = text.len() as u64;
        let cut = cut.min(size - 1).max(1);
        let headers = if headers { Headers::Ignore } else { Headers::None };
        let read = |range| {
            let input = Input { range, ..csv(headers) };
            run("SELECT * FROM S3Object", input, Output::Csv(CsvOutput::default()), text.as_bytes())
        };
        let first = read(Some(ScanRange { first: 0, last: cut - 1 }));
        let second = if cut < size { read(Some(ScanRange { first: cut, last: size })) } else { String::new() };
        prop_assert_eq!(first + &second, read(None));
    }

    #[test]
    fn any_field_survives_being_written_and_read(
        rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r' é]{0,8}", 2..4), 1..6),
    ) {
        let mut writer = Writer::new(Output::Csv(CsvOutput::default()));
        for row in &rows {
            writer.begin();
            for field in row {
                writer.column("x", &Value::Field(field)).unwrap();
            }
            writer.end();
        }
        let text = writer.take();
        let format = InputFormat::Csv(CsvInput {
            quoted_delimiters: true,
            record_delimiter: Some(b"\n".to_vec()),
            ..CsvInput::default()
        });
        let input = Input { format, compression: Compression::None, range: None };
        let again = run("SELECT * FROM S3Object", input, Output::Csv(CsvOutput::default()), text.as_bytes());
        prop_assert_eq!(again, text);
    }

    #[test]
    fn noise_is_an_answer_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), query in ".{0,40}") {
        for format in [InputFormat::JsonLines, InputFormat::JsonDocument, InputFormat::Parquet, csv(Headers::Use).format] {
            run("SELECT * FROM S3Object", json(format), lines(), &bytes);
        }
        run(&query, csv(Headers::None), lines(), b"a,b\n");
        run(&format!("SELECT {query} FROM S3Object"), csv(Headers::None), lines(), b"a,b\n");
    }
}
