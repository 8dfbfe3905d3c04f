//! Golden guesses over awkward files.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::compression::Compressor;
use crate::write::{FileWriter, WriteOptions};

fn summary(inference: &Inference) -> String {
    let mut out = inference.classification.name().to_owned();
    if inference.compression != Compression::None {
        out += &format!(" {}", inference.compression.name());
    }
    if let Some(delimiter) = inference.delimiter {
        out += &format!(" '{}'", char::from(delimiter).escape_default());
    }
    for (name, is) in [("quoted", inference.quote.is_some()), ("header", inference.header)] {
        if is {
            out += &format!(" {name}");
        }
    }
    if let Some(layout) = inference.json_layout {
        out += &format!(" {layout:?}");
    }
    out += &format!(" rows={} size={}", inference.sampled_rows, inference.avg_record_size);
    if let Some(count) = inference.row_count {
        out += &format!(" of {count}");
    }
    for (name, ty) in &inference.columns {
        out += &format!("\n{name} {}", ty.clone().declared());
    }
    out
}

fn check(head: impl AsRef<[u8]>, full: bool, want: Expect) {
    want.assert_eq(&summary(&infer(head.as_ref(), "file", full)));
}

#[test]
fn delimiters_and_headers_are_found() {
    check(
        "id,name\n1,ann\n2,bob\n",
        true,
        expect![[r#"
        csv ',' header rows=2 size=10 of 2
        id bigint
        name string"#]],
    );
    check(
        "1|x|2024-01-01\n2|y|NA\n",
        true,
        expect![[r#"
        csv '|' rows=2 size=11 of 2
        col0 bigint
        col1 string
        col2 date"#]],
    );
    check(
        "a\tb\n1\t2.5\n",
        true,
        expect![[r#"
        csv '\t' header rows=1 size=10 of 1
        a bigint
        b double"#]],
    );
    check(
        "1;2\n3;4",
        true,
        expect![[r#"
        csv ';' rows=2 size=4 of 2
        col0 bigint
        col1 bigint"#]],
    );
    check(
        "x\u{1}1\ny\u{1}\\N\n",
        true,
        expect![[r#"
        csv '\u{1}' rows=2 size=5 of 2
        col0 string
        col1 bigint"#]],
    );
}

#[test]
fn types_are_found_despite_gaps() {
    check(
        "i,d,s,day,at,flag,nothing\n\
         1,1.5,a,2024-01-01,2024-01-01 10:00:00,true,\n\
         NA,2,b,NULL,2024-01-01T10:00:00.123Z,false,NA\n\
         ,\\N,,2024-12-31,2024-01-02,,\n",
        true,
        expect![[r#"
            csv ',' header rows=3 size=49 of 3
            i bigint
            d double
            s string
            day date
            at timestamp
            flag boolean
            nothing string"#]],
    );
}

#[test]
fn rows_of_strings_have_no_header() {
    check(
        "carrier,name\nUA,United\nDL,Delta\n",
        true,
        expect![[r#"
        csv ',' rows=3 size=11 of 3
        col0 string
        col1 string"#]],
    );
}

#[test]
fn a_first_row_with_a_number_is_no_header() {
    check(
        "a,2024\nb,2\n",
        true,
        expect![[r#"
        csv ',' rows=2 size=6 of 2
        col0 string
        col1 bigint"#]],
    );
    check(
        ",b\nx,1\n",
        true,
        expect![[r#"
        csv ',' rows=2 size=4 of 2
        col0 string
        col1 string"#]],
    );
    check(
        "a,\nx,1\n",
        true,
        expect![[r#"
        csv ',' header rows=1 size=7 of 1
        a string
        col1 bigint"#]],
    );
    check(
        format!("{},b\nx,1\n", "a".repeat(150)),
        true,
        expect![[r#"
        csv ',' rows=2 size=79 of 2
        col0 string
        col1 string"#]],
    );
}

#[test]
fn quotes_line_breaks_and_byte_order_marks_do_not_confuse() {
    check(
        "\u{feff}\"Id\",\"First Name\",\"id\"\r\n1,\"Doe, Jane\",2\r\n2,\"two\nlines; \"\"x\"\"\",3\r\n",
        true,
        expect![[r#"
            csv ',' quoted header rows=2 size=33 of 2
            id bigint
            first name string
            id_1 bigint"#]],
    );
    check(
        "a,b\n5\",1\n6\",2\n",
        true,
        expect![[r#"
        csv ',' header rows=2 size=7 of 2
        a string
        b bigint"#]],
    );
}

#[test]
fn a_quote_far_down_is_one_if_it_closes() {
    let plain: String = (0..300).map(|n| format!("{n},x{n}\n")).collect();
    let quote = |tail: &str| infer(format!("id,name\n{plain}{tail}").as_bytes(), "f", true).quote;
    assert_eq!(quote("300,\"a, b\"\n301,y\n"), Some(b'"'));
    assert_eq!(quote("300,\"a\"\n"), Some(b'"'));
    assert_eq!(quote("300,5\" disk\n301,y\n"), None);
    // One that is never closed would swallow the rest.
    assert_eq!(quote("300,\"a\n301,y\n302,z\n"), None);
}

#[test]
fn a_cut_row_is_not_looked_at() {
    check(
        "id,name\n1,ann\n2,bob\n3x",
        false,
        expect![[r#"
        csv ',' header rows=2 size=10
        id bigint
        name string"#]],
    );
    check(
        "id,name\n1,ann\n2,bob\n3x",
        true,
        expect![[r#"
        csv ',' rows=4 size=6 of 4
        col0 string
        col1 string"#]],
    );
}

#[test]
fn ragged_rows_are_borne_if_few() {
    let mut text = "a,b\n".to_owned();
    (0..20).for_each(|i| text += &format!("{i},{i}\n"));
    check(
        format!("{text}1\n"),
        true,
        expect![[r#"
        csv ',' header rows=21 size=5 of 21
        a bigint
        b bigint"#]],
    );
    check("a,b\n1,2\n1\n1,2,3\n", true, expect!["UNKNOWN rows=0 size=0"]);
}

#[test]
fn other_files_are_unknown() {
    for head in [
        &b""[..],
        b"\n\n\n",
        b"just a line of prose\nand another, with a comma\n",
        b"one\ntwo\nthree\n",
        b"a,b,c\n",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"\x7fELF\x01\x02,\x03",
        b"\xff\xfea\0,\0b\0\n\0",
        b"{ not json",
        b"<not xml",
    ] {
        let inference = infer(head, "file", true);
        assert!(
            matches!(inference.classification, Classification::Unknown)
                || head.starts_with(b"<n") && inference.classification == Classification::Xml,
            "{:?}: {}",
            String::from_utf8_lossy(head),
            summary(&inference)
        );
    }
    check("<?xml version=\"1.0\"?><a/>", true, expect!["xml rows=0 size=0"]);
    check(b"Obj\x01\x04\x14avro", false, expect!["avro rows=0 size=0"]);
    check(b"ORC\x0a\x03", false, expect!["orc rows=0 size=0"]);
    assert_eq!(infer(b"a,b\n1,2\n", "f.lzo", true).classification, Classification::Unknown);
}

#[test]
fn json_fields_are_united() {
    check(
        concat!(
            r#"{"Id":1,"big":5000000000,"f":1,"tags":[],"who":{"Name":"a","age":null},"at":"2024-01-01T00:00:00Z"}"#,
            "\n",
            r#"{"id":2,"f":1.5,"tags":["x"],"who":{"age":3,"zip":"0123"},"day":"2024-01-01","e":{},"n":null}"#,
            "\n",
            r#"{"mixed":1,"at":"2024-01-02"}"#,
            "\n",
            r#"{"mixed":"x"}"#,
        ),
        true,
        expect![[r#"
            json Lines rows=4 size=59 of 4
            id int
            big bigint
            f double
            tags array<string>
            who struct<Name:string,age:int,zip:string>
            at timestamp
            day date
            e string
            n string
            mixed string"#]],
    );
}

#[test]
fn json_layouts_are_told_apart() {
    check(
        "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
        true,
        expect![[r#"
        json Documents rows=2 size=13 of 2
        a int"#]],
    );
    check(
        "{\"a\":1}{\"a\":2}",
        true,
        expect![[r#"
        json Documents rows=2 size=7 of 2
        a int"#]],
    );
    check(
        "[{\"a\":1},\n {\"b\":2.5}]",
        true,
        expect![[r#"
        json Array rows=2 size=10 of 2
        a int
        b double"#]],
    );
    check(
        "[{\"a\":1},{\"a\":2},{\"a",
        false,
        expect![[r#"
        json Array rows=2 size=8
        a int"#]],
    );
    check(
        "[1,2]\n[3]\n",
        true,
        expect![[r#"
        json Lines rows=2 size=5 of 2
        array array<int>"#]],
    );
    check(
        "{\"a\":1}\n{\"a\":2}\n{\"a",
        false,
        expect![[r#"
        json Lines rows=2 size=8
        a int"#]],
    );
    check(
        "{\"a\":1}\n{broken\n{\"a\":2}\n",
        true,
        expect![[r#"
        json Lines rows=2 size=12
        a int"#]],
    );
    check("{\"a\":\"some te", false, expect!["json Lines rows=0 size=0"]);
    check("{\"a\":[", false, expect!["json Lines rows=0 size=0"]);
}

#[test]
fn compressed_heads_are_looked_into() {
    let text: String =
        (0..5_000).map(|i| format!("{i},{}.5,name {}\n", i % 7, i * 31 % 977)).collect();
    for compression in
        [Compression::Gzip, Compression::Zstd, Compression::Snappy, Compression::Bzip2]
    {
        let mut packed = Vec::new();
        let mut compressor = Compressor::new(compression).unwrap();
        compressor.write(text.as_bytes(), &mut packed).unwrap();
        compressor.finish(&mut packed).unwrap();
        let name = format!("x.csv{}", compression.extension());
        let whole = infer(&packed, &name, true);
        assert_eq!(whole.compression, compression);
        assert_eq!(whole.row_count, Some(5_000), "{compression:?}");
        let types: Vec<String> = whole.columns.iter().map(|(_, t)| t.to_string()).collect();
        assert_eq!(types, ["bigint", "double", "string"]);
        // Codecs of large blocks yield nothing before the first block ends.
        if matches!(compression, Compression::Gzip) {
            let head = infer(&packed[..packed.len() / 2], &name, false);
            assert_eq!(head.columns, whole.columns);
            let estimate = head.estimated_rows(packed.len() as u64);
            assert!((4_000..6_000).contains(&estimate), "{estimate}");
        }
    }
}

#[test]
fn hints_go_first() {
    let hints = CsvHints { header: Some(true), ..CsvHints::default() };
    let found = infer_with(b"carrier,name\nUA,United\n", "f", true, Some(&hints));
    expect![[r#"
        csv ',' header rows=1 size=23 of 1
        carrier string
        name string"#]]
    .assert_eq(&summary(&found));
    let hints = CsvHints {
        delimiter: Some(b'~'),
        quote: Some(b'\''),
        columns: vec!["X".into(), "y".into()],
        ..CsvHints::default()
    };
    let found = infer_with(b"1~'a~b'\n2~c\n", "f", true, Some(&hints));
    expect![[r#"
        csv '~' quoted rows=2 size=6 of 2
        x bigint
        y string"#]]
    .assert_eq(&summary(&found));
    let hints = CsvHints { single_column: true, ..CsvHints::default() };
    let found = infer_with(b"n\n1\n2\n", "f", true, Some(&hints));
    expect![[r#"
        csv ',' header rows=2 size=3 of 2
        n bigint"#]]
    .assert_eq(&summary(&found));
}

#[test]
fn files_merge_into_one_table() {
    let one = infer(b"id,name,x\n1,a,1\n2,b,2\n", "f", true);
    let two = infer(b"id,name,y\n1.5,a,1\n2,b,2\n", "f", true);
    let (merged, conflicts) = one.merge(&two);
    let shown: Vec<String> = conflicts.iter().map(Conflict::to_string).collect();
    expect![[r#"
        column x is missing
        column id is bigint and double, together double
        column y is new"#]]
    .assert_eq(&shown.join("\n"));
    expect![[r#"
        csv ',' header rows=4 size=12 of 4
        id double
        name string
        x bigint
        y bigint"#]]
    .assert_eq(&summary(&merged));
    assert!((one.similarity(&two) - 0.5).abs() < 1e-9);
    assert_eq!(one.similarity(&one), 1.0);
    let three = infer(b"id|name|x\n1|a|1\n", "f", true);
    let (same, conflicts) = one.merge(&three);
    assert!(conflicts[0].is_fatal());
    assert_eq!(same, one);
}

#[test]
fn lines_are_read_by_their_expression() {
    let grok = Grok::new("%{IP:client} %{WORD:verb} %{NUMBER:bytes:long}", "").unwrap();
    let lines = "10.0.0.1 GET 7\r\n\n10.0.0.2 PUT 12\n10.0.0.3 GE";
    let found = |text: &str, full| infer_lines(text.as_bytes(), "f.log", full, &grok);
    let told = expect![[r#"
        text rows=2 size=17
        client string
        verb string
        bytes bigint"#]];
    told.assert_eq(&summary(&found(lines, false).unwrap()));
    assert_eq!(found("10.0.0.1 GET 7\n", true).unwrap().row_count, Some(1));
    assert_eq!(found("10.0.0.1 GET 7\nsomething else\n", true), None);
    assert_eq!(found("", true), None);
}

#[test]
fn elements_of_a_tag_are_rows() {
    let file = r#"<?xml version="1.0"?>
        <people xmlns="urn:x"><!-- two -->
          <person id="7"><name>ann</name><tag>1</tag><tag>2</tag><of k="x">5</of><none/></person>
          <person id="8"><name>b &amp; c</name><tag>3</tag><at><x:y>2024-01-01</x:y></at></person>
        </people>"#;
    let found = |text: &str, full| infer_xml(text.as_bytes(), "f.xml", full, "person");
    let told = expect![[r#"
        xml rows=2 size=131 of 2
        _id int
        name string
        tag array<int>
        of struct<_k:string,_VALUE:int>
        none string
        at struct<x_y:date>"#]];
    told.assert_eq(&summary(&found(file, true).unwrap()));
    // A row that is cut is not looked at.
    let cut = found(&file[..file.find("<at>").unwrap()], false).unwrap();
    assert_eq!((cut.sampled_rows, cut.row_count, cut.columns.len()), (1, None, 5));
    assert_eq!(found("<people><person/></people>", true), None);
    assert_eq!(found("<person>only text</person>", true), None);
    assert_eq!(found("no xml", true), None);
    let deep = format!("<person>{}{}</person>", "<a>".repeat(5_000), "</a>".repeat(5_000));
    assert_eq!(found(&deep, true).unwrap().columns.len(), 1);
}

#[test]
fn columns_of_nulls_take_the_other_files_type() {
    let merged = |a: &str, b: &str| {
        let (a, b) = (infer(a.as_bytes(), "f", true), infer(b.as_bytes(), "f", true));
        assert_eq!(a.similarity(&b), 1.0);
        let (merged, _) = a.merge(&b);
        merged
            .columns
            .into_iter()
            .map(|(n, ty)| format!("{n} {}", ty.declared()))
            .collect::<Vec<_>>()
    };
    let (nulls, known) = ("{\"a\":1,\"b\":null,\"c\":[]}\n", "{\"a\":1,\"b\":5,\"c\":[1]}\n");
    assert_eq!(merged(nulls, known), ["a int", "b int", "c array<int>"]);
    assert_eq!(merged(known, nulls), ["a int", "b int", "c array<int>"]);
    assert_eq!(merged(nulls, nulls), ["a int", "b string", "c array<string>"]);
    assert_eq!(merged("a,b\n1,\n2,NA\n", "a,b\n1,2.5\n"), ["a bigint", "b double"]);
}

fn parquet_file() -> Vec<u8> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("Id", DataType::Int64, false),
        Field::new("name", DataType::Utf8, true),
    ]));
    let ids = Arc::new(Int64Array::from_iter_values(0..1_000));
    let names = Arc::new(StringArray::from_iter_values((0..1_000).map(|i| format!("n{i}"))));
    let batch = RecordBatch::try_new(schema.clone(), vec![ids, names]).unwrap();
    let options = WriteOptions::for_format(&Format::Parquet);
    let mut writer = FileWriter::new(&Format::Parquet, schema, options).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap().to_vec()
}

#[test]
fn parquet_columns_that_differ_in_case_only_are_one() {
    let fields = ["id", "ID"].map(|name| Field::new(name, DataType::Int64, false));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let ids = Arc::new(Int64Array::from_iter_values(0..3));
    let batch = RecordBatch::try_new(schema.clone(), vec![ids.clone(), ids]).unwrap();
    let options = WriteOptions::for_format(&Format::Parquet);
    let mut writer = FileWriter::new(&Format::Parquet, schema, options).unwrap();
    writer.write(&batch).unwrap();
    let found = infer(&writer.finish().unwrap(), "f", true);
    assert_eq!(found.columns, [("id".to_owned(), HiveType::BigInt)]);
}

struct Tail(Vec<u8>);

impl TailReader for Tail {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }
    fn read_tail(&mut self, length: u64) -> std::io::Result<Bytes> {
        Ok(Bytes::copy_from_slice(&self.0[self.0.len() - length as usize..]))
    }
}

#[test]
fn parquet_footers_are_read() {
    let file = parquet_file();
    let found = infer_parquet(&mut Tail(file.clone())).unwrap();
    expect![[r#"
        parquet rows=1000 size=18 of 1000
        id bigint
        name string"#]]
    .assert_eq(&summary(&found));
    assert_eq!(found.metadata["codec"], "snappy");
    assert_eq!(infer(&file, "f", true), found);
    let Ok(ParquetTail::Need(more)) = parquet_tail(&file[file.len() - 8..], file.len() as u64)
    else {
        panic!("the footer does not fit eight bytes")
    };
    let tail = &file[file.len() - more as usize..];
    assert!(matches!(parquet_tail(tail, file.len() as u64), Ok(ParquetTail::Done(_))));

    let head = infer(&file[..100], "f", false);
    assert_eq!(head.classification, Classification::Parquet);
    assert!(head.columns.is_empty());
    for cut in [0, 3, 4, 7, 8, 12, file.len() / 2, file.len() - 1] {
        assert!(infer_parquet(&mut Tail(file[..cut].to_vec())).is_err(), "{cut}");
        infer(&file[..cut], "f", true);
    }
}

/// Beginnings behind which noise reaches further.
const STARTS: &[&[u8]] = &[
    b"",
    b"{",
    b"[{",
    b"PAR1",
    b"ORC",
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"<",
    b"\xef\xbb\xbf",
    b"\"",
    b"a,b\n1,2\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn noise_never_panics(
        start in prop::sample::select(STARTS),
        noise in proptest::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(&b"\",|\t;\n\r{}[]:1"[..])], 0..200),
        full in any::<bool>(),
        name in prop::sample::select(&["f", "f.gz", "f.snappy", "f.lz4"][..]),
    ) {
        let file = [start, &noise[..]].concat();
        infer(&file, name, full);
        let _ = infer_parquet(&mut Tail(file));
    }
}
