//! Awkward files and what must come of them, for both text formats.

use arrow::util::display::FormatOptions;
use arrow::util::pretty::pretty_format_batches_with_options;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::options::{CsvOptions, CsvStyle, JsonOptions, JsonStyle};

fn table(columns: &str) -> Vec<(String, HiveType)> {
    match format!("struct<{columns}>").parse().unwrap() {
        HiveType::Struct(fields) => fields,
        _ => unreachable!(),
    }
}

/// Decodes `data` fed `piece` bytes at a time.
fn decode(
    format: &Format,
    columns: &str,
    projection: Option<&[usize]>,
    data: &[u8],
    piece: usize,
) -> Result<Vec<RecordBatch>> {
    let table = table(columns);
    let all: Vec<usize> = (0..table.len()).collect();
    let projection = projection.unwrap_or(&all);
    let mut decoder = TextDecoder::new(format, Compression::None, &table, projection, 3)?;
    let mut batches = Vec::new();
    for chunk in data.chunks(piece.max(1)) {
        batches.extend(decoder.push(Bytes::copy_from_slice(chunk))?);
    }
    batches.extend(decoder.finish()?);
    Ok(batches)
}

fn shown(format: &Format, columns: &str, data: &[u8], piece: usize) -> String {
    match decode(format, columns, None, data, piece) {
        Ok(batches) => {
            let options = FormatOptions::new().with_null("NULL");
            pretty_format_batches_with_options(&batches, &options).unwrap().to_string()
        }
        Err(error) => error.to_string(),
    }
}

/// The same whatever pieces the file comes in.
fn check(format: &Format, columns: &str, data: impl AsRef<[u8]>, want: Expect) {
    let data = data.as_ref();
    let whole = shown(format, columns, data, usize::MAX);
    for piece in [1, 2, 7, 64, 100] {
        assert_eq!(shown(format, columns, data, piece), whole, "in pieces of {piece}");
    }
    want.assert_eq(&whole);
}

fn lazy() -> Format {
    Format::Csv(CsvOptions::lazy_simple(b','))
}

fn open() -> Format {
    Format::Csv(CsvOptions::open_csv())
}

fn json() -> Format {
    Format::Json(JsonOptions::default())
}

#[test]
fn lazy_values_that_do_not_fit_are_null() {
    check(
        &lazy(),
        "a:int,b:double,c:string,d:boolean,e:date,f:timestamp,g:decimal(5,2),h:tinyint",
        "1,2.5,x,TRUE,2024-02-29,2024-01-01 10:00:00.5,1.239,127\r\n\
         x,y,,maybe,2023-02-29,noon,1000,128\n\
         \\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N\n\
         9999999999,1e3, é ,false,1969-12-31,1969-12-31,-0.5,-128\n",
        expect![[r#"
            +------+--------+------+-------+------------+-------------------------+-------+------+
            | a    | b      | c    | d     | e          | f                       | g     | h    |
            +------+--------+------+-------+------------+-------------------------+-------+------+
            | 1    | 2.5    | x    | true  | 2024-02-29 | 2024-01-01T10:00:00.500 | 1.24  | 127  |
            | NULL | NULL   |      | NULL  | NULL       | NULL                    | NULL  | NULL |
            | NULL | NULL   | NULL | NULL  | NULL       | NULL                    | NULL  | NULL |
            | NULL | 1000.0 |  é   | false | 1969-12-31 | 1969-12-31T00:00:00     | -0.50 | -128 |
            +------+--------+------+-------+------------+-------------------------+-------+------+"#]],
    );
}

#[test]
fn ragged_rows_lose_the_surplus_and_miss_the_rest() {
    check(
        &lazy(),
        "a:string,b:string",
        "1\n1,2\n1,2,3\n\n,\nlast",
        expect![[r#"
        +------+------+
        | a    | b    |
        +------+------+
        | 1    | NULL |
        | 1    | 2    |
        | 1    | 2    |
        |      | NULL |
        |      |      |
        | last | NULL |
        +------+------+"#]],
    );
}

#[test]
fn lazy_quotes_are_ordinary_characters() {
    check(
        &lazy(),
        "a:string,b:string",
        "\"x,y\",z\n5\",6\"\n",
        expect![[r#"
        +----+----+
        | a  | b  |
        +----+----+
        | "x | y" |
        | 5" | 6" |
        +----+----+"#]],
    );
}

#[test]
fn lazy_escapes_take_a_meaning_away() {
    let format = Format::Csv(CsvOptions { escape: Some(b'\\'), ..CsvOptions::lazy_simple(b',') });
    check(
        &format,
        "a:string,b:string",
        "x\\,y,z\n\\\\,\\\nq\\n,\\N\n",
        expect![[r#"
        +-----+------+
        | a   | b    |
        +-----+------+
        | x,y | z    |
        | \   | \    |
        | qn  | NULL |
        +-----+------+"#]],
    );
}

#[test]
fn lazy_nested_values_split_by_level() {
    let options = CsvOptions {
        collection_delimiter: b'|',
        map_key_delimiter: b':',
        ..CsvOptions::lazy_simple(b',')
    };
    check(
        &Format::Csv(options),
        "a:array<int>,m:map<string,int>,s:struct<x:int,y:array<string>>",
        "1|2|x,k:1|l:2,7|p:q\n,,\n\\N,\\N,\\N\n5,k,\\N|\\N\n",
        expect![[r#"
            +--------------+--------------+--------------------+
            | a            | m            | s                  |
            +--------------+--------------+--------------------+
            | [1, 2, NULL] | {k: 1, l: 2} | {x: 7, y: [p, q]}  |
            | []           | {}           | {x: NULL, y: NULL} |
            | NULL         | NULL         | NULL               |
            | [5]          | {k: NULL}    | {x: NULL, y: NULL} |
            +--------------+--------------+--------------------+"#]],
    );
}

#[test]
fn quoted_fields_hold_anything() {
    check(
        &open(),
        "a:string,b:string,c:string",
        "\u{feff}\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n\
         plain, \"blank, before\",x\\y\n\
         \"back\\\"slash\\\\\",\"\",\"unfinished\n",
        expect![[r#"
            +-------------+---------------+------------+
            | a           | b             | c          |
            +-------------+---------------+------------+
            | a,b         | say "hi"      | two        |
            |             |               | lines      |
            | plain       | blank, before | xy         |
            | back"slash\ |               | unfinished |
            |             |               |            |
            +-------------+---------------+------------+"#]],
    );
}

#[test]
fn a_quote_inside_an_unquoted_field_is_ordinary() {
    check(
        &open(),
        "a:string,b:string",
        "5\" disk,x\n12\",\"y\"\n",
        expect![[r#"
        +---------+---+
        | a       | b |
        +---------+---+
        | 5" disk | x |
        | 12"     | y |
        +---------+---+"#]],
    );
}

#[test]
fn open_csv_casts_or_fails() {
    check(
        &open(),
        "a:int,d:date,t:timestamp,s:string",
        "\"1\",19000,1500000000123,\"\"\n-2,2024-01-01,2024-01-01 00:00:00,\\N\n",
        expect![[r#"
            +----+------------+-------------------------+---+
            | a  | d          | t                       | s |
            +----+------------+-------------------------+---+
            | 1  | 2022-01-08 | 2017-07-14T02:40:00.123 |   |
            | -2 | 2024-01-01 | 2024-01-01T00:00:00     | N |
            +----+------------+-------------------------+---+"#]],
    );
    check(
        &open(),
        "s:string,a:int",
        "\"x\ny\",1\nx,\"\"\nx,\"z\"\n",
        expect!["line 4: cannot read 'z' in column 1 (a) as int"],
    );
}

#[test]
fn headers_are_dropped_once() {
    let options = CsvOptions { skip_header_lines: 2, ..CsvOptions::lazy_simple(b'\t') };
    check(
        &Format::Csv(options.clone()),
        "a:int",
        "x\ny\n1\n2\n3\n4\n5\n",
        expect![[r#"
        +---+
        | a |
        +---+
        | 1 |
        | 2 |
        | 3 |
        | 4 |
        | 5 |
        +---+"#]],
    );
    check(
        &Format::Csv(options),
        "a:int",
        "x\n",
        expect![[r#"
        ++
        ++"#]],
    );
}

#[test]
fn text_that_is_not_utf8_is_repaired() {
    check(
        &lazy(),
        "a:string,b:int",
        b"ok,1\n\xff\xfe,2\n",
        expect![[r#"
        +----+---+
        | a  | b |
        +----+---+
        | ok | 1 |
        | �� | 2 |
        +----+---+"#]],
    );
    let thorn = Format::Csv(CsvOptions::lazy_simple(0xfe));
    check(
        &thorn,
        "a:string,b:int",
        b"ok\xfe1\n",
        expect![[r#"
        +----+---+
        | a  | b |
        +----+---+
        | ok | 1 |
        +----+---+"#]],
    );
}

#[test]
fn types_with_a_length_are_cut() {
    check(
        &lazy(),
        "a:varchar(2),b:char(1)",
        "äöü,xyz\n",
        expect![[r#"
        +----+---+
        | a  | b |
        +----+---+
        | äö | x |
        +----+---+"#]],
    );
}

#[test]
fn only_selected_columns_are_read_in_the_order_asked() {
    let batches =
        decode(&lazy(), "a:int,b:int,c:string", Some(&[2, 0]), b"1,x,z\n2,y,w\n", 1).unwrap();
    assert_eq!(batches[0].schema().field(0).name(), "c");
    assert_eq!(batches[0].num_columns(), 2);
    let none = decode(&lazy(), "a:int", Some(&[]), b"1\n2\n3\n4\n5", 1).unwrap();
    assert_eq!(none.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [3, 2]);
    assert!(decode(&lazy(), "a:int", Some(&[1]), b"", 1).is_err());
}

#[test]
fn json_values_become_their_columns_types() {
    check(
        &json(),
        "id:int,Name:string,f:double,b:boolean,d:date,t:timestamp,n:struct<x:int,Y:array<string>>,m:map<string,int>",
        concat!(
            r#"{"id":1,"name":"a\u00e9\n\"q\"","f":1,"b":true,"d":"2024-01-01","t":"2024-01-01T00:00:00Z","n":{"X":1,"y":["p",2,null]},"m":{"k":1,"l":null}}"#,
            "\n\n",
            r#"{"NAME":{"raw":[1, 2]},"id":"7","extra":[{}],"t":1700000000,"n":null,"m":{}}"#,
            "\r\n",
            r#"{"id":1,"id":2.0,"name":12.50,"f":"NaN","t":1700000000123,"n":{}} trailing"#,
        ),
        expect![[r#"
            +----+----------------+------+------+------------+-------------------------+-------------------------+-----------------+
            | id | Name           | f    | b    | d          | t                       | n                       | m               |
            +----+----------------+------+------+------------+-------------------------+-------------------------+-----------------+
            | 1  | aé             | 1.0  | true | 2024-01-01 | 2024-01-01T00:00:00     | {x: 1, Y: [p, 2, NULL]} | {k: 1, l: NULL} |
            |    | "q"            |      |      |            |                         |                         |                 |
            | 7  | {"raw":[1, 2]} | NULL | NULL | NULL       | 2023-11-14T22:13:20     | NULL                    | {}              |
            | 2  | 12.50          | NaN  | NULL | NULL       | 2023-11-14T22:13:20.123 | {x: NULL, Y: NULL}      | NULL            |
            +----+----------------+------+------+------------+-------------------------+-------------------------+-----------------+"#]],
    );
}

#[test]
fn json_errors_name_the_line() {
    check(
        &json(),
        "a:int",
        "{\"a\":1}\n\n{\"a\":}\n",
        expect!["line 3: not a valid JSON object: a value cannot begin here (column 6)"],
    );
    check(
        &json(),
        "a:int",
        "{\"a\":\"x\"}\n",
        expect!["line 1: cannot read 'x' in column 0 (a) as int"],
    );
    check(
        &json(),
        "a:int",
        "[1]\n",
        expect!["line 1: not a valid JSON object: an object is expected (column 1)"],
    );
    check(
        &json(),
        "a:int,n:struct<b:int>",
        "{\"a\":5}\n{\"n\":{\"b\":[1]}}",
        expect![[r#"line 2: cannot read '{"b":[1]}' in column 1 (n) as struct<b:int>"#]],
    );
}

#[test]
fn json_may_be_forgiving() {
    let options = JsonOptions {
        ignore_malformed: true,
        dots_in_keys: true,
        style: JsonStyle::OpenX,
        mapping: [("ts".to_owned(), "Timestamp".to_owned())].into(),
        ..JsonOptions::default()
    };
    check(
        &Format::Json(options),
        "a_b:int,ts:string,l:array<int>",
        "{\"a.b\":1,\"timestamp\":\"x\",\"l\":[1,\"y\"]}\nrubbish\n{\"a.b\":\"z\",\"l\":5}\n",
        expect![[r#"
            +------+------+-----------+
            | a_b  | ts   | l         |
            +------+------+-----------+
            | 1    | x    | [1, NULL] |
            | NULL | NULL | NULL      |
            | NULL | NULL | NULL      |
            +------+------+-----------+"#]],
    );
    let exact = JsonOptions { case_insensitive: false, ..JsonOptions::default() };
    check(
        &Format::Json(exact),
        "a:int,A:int",
        "{\"A\":1,\"a\":2}\n{\"a\":3}\n",
        expect![[r#"
        +---+------+
        | a | A    |
        +---+------+
        | 2 | 1    |
        | 3 | NULL |
        +---+------+"#]],
    );
}

#[test]
fn empty_files_have_no_rows() {
    for format in [lazy(), open(), json()] {
        for data in ["", "\u{feff}"] {
            let rows = decode(&format, "a:int", None, data.as_bytes(), 1).unwrap();
            assert_eq!(rows.len(), 0, "{format:?} {data:?}");
        }
    }
}

#[test]
fn endless_records_are_refused() {
    let mut decoder =
        TextDecoder::new(&open(), Compression::None, &table("a:string"), &[0], 10).unwrap();
    decoder.push(Bytes::from_static(b"ok\n\"")).unwrap();
    let piece = Bytes::from(vec![b'x'; 8 << 20]);
    let error = (0..20).find_map(|_| decoder.push(piece.clone()).err()).unwrap();
    expect!["line 2: a quote is not closed within 67108864 bytes"].assert_eq(&error.to_string());
}

#[test]
fn compressed_files_read_like_plain_ones() {
    let mut packed = Vec::new();
    let mut compressor = crate::Compressor::new(Compression::Gzip).unwrap();
    let text: String = (0..10_000).map(|i| format!("{i},row {i}\n")).collect();
    compressor.write(text.as_bytes(), &mut packed).unwrap();
    compressor.finish(&mut packed).unwrap();
    let table = table("a:int,b:string");
    let mut decoder = TextDecoder::new(&lazy(), Compression::Gzip, &table, &[0, 1], 1_000).unwrap();
    let mut rows = 0;
    for chunk in packed.chunks(100) {
        rows += decoder
            .push(Bytes::copy_from_slice(chunk))
            .unwrap()
            .iter()
            .map(RecordBatch::num_rows)
            .sum::<usize>();
    }
    rows += decoder.finish().unwrap().iter().map(RecordBatch::num_rows).sum::<usize>();
    assert_eq!(rows, 10_000);
}

/// What a straightforward reader makes of RFC 4180 text.
fn naive(data: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::ReaderBuilder::new().build();
    let mut rows = Vec::new();
    let (mut input, mut row, mut field) = (data, Vec::new(), Vec::new());
    loop {
        let mut out = [0; 256];
        let (result, used, made) = reader.read_field(input, &mut out);
        input = &input[used..];
        field.extend_from_slice(&out[..made]);
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                row.push(String::from_utf8(std::mem::take(&mut field)).unwrap());
                if record_end {
                    rows.push(std::mem::take(&mut row));
                }
            }
            csv_core::ReadFieldResult::End => return rows,
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn quoted_text_reads_as_a_naive_reader_reads_it(
        rows in proptest::collection::vec(
            proptest::collection::vec("[a-c]{0,3}|\"([a-c, ]|\n|\"\"){0,80}\"|[a-c]\"[a-c]{0,2}", 3), 1..8),
        piece in 1usize..300,
    ) {
        let text: String = rows.iter().map(|r| r.join(",") + "\n").collect();
        let options = CsvOptions { quote: Some(b'"'), ..CsvOptions::lazy_simple(b',') };
        let batches =
            decode(&Format::Csv(options), "a:string,b:string,c:string", None, text.as_bytes(), piece).unwrap();
        let mut got = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                got.push((0..3).map(|c| {
                    use arrow::array::AsArray;
                    batch.column(c).as_string_view().value(row).to_owned()
                }).collect::<Vec<_>>());
            }
        }
        // An entirely empty row cannot occur: there are always two commas.
        prop_assert_eq!(got, naive(text.as_bytes()));
    }

    #[test]
    fn noise_never_panics(
        data in proptest::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(&b"\"\\,\n\r{}[]:x1 \x02\x03"[..])], 0..300),
        piece in 1usize..80,
        kind in 0..5,
    ) {
        let nested = "a:array<map<string,int>>,b:struct<x:int,y:array<double>>,c:timestamp,d:binary,e:decimal(9,2)";
        let flat = "a:int,b:string,c:timestamp,d:binary,e:decimal(9,2)";
        let (format, columns) = match kind {
            0 => (open(), flat),
            1 => (Format::Csv(CsvOptions { style: CsvStyle::LazySimple, ..CsvOptions::open_csv() }), flat),
            2 => (Format::Csv(CsvOptions { escape: Some(b'\\'), ..CsvOptions::lazy_simple(b',') }), nested),
            3 => (json(), nested),
            _ => (Format::Json(JsonOptions {
                ignore_malformed: true, style: JsonStyle::OpenX, ..JsonOptions::default()
            }), nested),
        };
        let _ = decode(&format, columns, None, &data, piece);
    }
}
