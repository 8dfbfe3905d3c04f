"""Queries over one object: `SelectObjectContent`, its inputs, outputs, ranges and refusals."""

import bz2
import gzip
import io
import json
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError, EventStreamError
from harness import behaviour, error
from harness.clients import Aws
from harness.server import Server

PEOPLE = [
    {"name": f"person-{number}", "age": 20 + number % 40, "city": ("Bern", "Rome")[number % 2]}
    for number in range(200)
]
CSV = "name,age,city\n" + "".join(f"{p['name']},{p['age']},{p['city']}\n" for p in PEOPLE)
LINES = "".join(json.dumps(p) + "\n" for p in PEOPLE)
DOCUMENT = json.dumps({"made": "today", "people": PEOPLE}, indent=2)


def parquet(codec: str = "snappy", rows: int = 200) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(PEOPLE), out, compression=codec, row_group_size=rows)
    return out.getvalue()


USE = {"CSV": {"FileHeaderInfo": "USE"}}
# What is stored, how it is described, and the path to its records.
FORMS = {
    "csv": (CSV.encode(), USE, "S3Object"),
    "csv.gz": (gzip.compress(CSV.encode()), {**USE, "CompressionType": "GZIP"}, "S3Object"),
    "csv.bz2": (bz2.compress(CSV.encode()), {**USE, "CompressionType": "BZIP2"}, "S3Object"),
    "lines": (LINES.encode(), {"JSON": {"Type": "LINES"}}, "S3Object[*]"),
    "lines.gz": (
        gzip.compress(LINES.encode()),
        {"JSON": {"Type": "LINES"}, "CompressionType": "GZIP"},
        "S3Object[*]",
    ),
    "document": (DOCUMENT.encode(), {"JSON": {"Type": "DOCUMENT"}}, "S3Object[*].people[*]"),
    "snappy.parquet": (parquet("snappy"), {"Parquet": {}}, "S3Object"),
    "gzip.parquet": (parquet("gzip"), {"Parquet": {}}, "S3Object"),
    "plain.parquet": (parquet("none"), {"Parquet": {}}, "S3Object"),
}


class Selected:
    """An answer, read to its end."""

    def __init__(self, stream):
        self.kinds, self.stats, self.progress, self.data = [], None, [], b""
        for event in stream:
            (kind,) = event
            self.kinds.append(kind)
            match kind:
                case "Records":
                    self.data += event[kind]["Payload"]
                case "Stats":
                    self.stats = event[kind]["Details"]
                case "Progress":
                    self.progress.append(event[kind]["Details"])

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def rows(self) -> list:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def select(s3, bucket):
    """`select(body, query, reading, writing)`: stores the body and queries it."""

    def run(body, query: str, reading=USE, writing=None, **more) -> Selected:
        body = body.encode() if isinstance(body, str) else body
        s3.put_object(Bucket=bucket, Key="data", Body=body)
        answer = s3.select_object_content(
            Bucket=bucket,
            Key="data",
            ExpressionType="SQL",
            Expression=query,
            InputSerialization=reading,
            OutputSerialization=writing or {"JSON": {}},
            **more,
        )
        return Selected(answer["Payload"])

    return run


@pytest.fixture
def refused(select):
    """The code of the refusal, from the answer or from within its stream."""

    def code(*given, **more) -> str:
        with pytest.raises((ClientError, EventStreamError)) as raised:
            select(*given, **more)
        return raised.value.response["Error"]["Code"]

    return code


@behaviour("S3-63")
def test_rows_of_csv_come_back_that_match(select):
    query = "SELECT s.name FROM S3Object s WHERE CAST(s.age AS INT)>30 LIMIT 5"
    got = select(CSV, query, writing={"CSV": {}})
    wanted = [p["name"] for p in PEOPLE if p["age"] > 30][:5]
    assert got.text.splitlines() == wanted
    assert got.kinds[-2:] == ["Stats", "End"]
    assert got.stats["BytesScanned"] == got.stats["BytesProcessed"] == len(CSV)
    assert got.stats["BytesReturned"] == len(got.data)
    assert got.stats["BytesScanned"] > got.stats["BytesReturned"]


@behaviour("S3-64")
@pytest.mark.parametrize("form", FORMS)
def test_every_input_answers_the_same_query(select, form):
    body, reading, source = FORMS[form]
    query = f"SELECT s.name FROM {source} s WHERE CAST(s.age AS INT) > 30 LIMIT 5"
    wanted = [p["name"] for p in PEOPLE if p["age"] > 30][:5]
    got = select(body, query, reading)
    assert [row["name"] for row in got.rows] == wanted
    assert got.stats["BytesScanned"] <= len(body)
    assert select(body, query, reading, {"CSV": {}}).text.splitlines() == wanted


@behaviour("S3-64")
@pytest.mark.parametrize("form", FORMS)
def test_sums(select, form):
    body, reading, source = FORMS[form]
    age = "CAST(s.age AS INT)"
    sums = f"COUNT(*) AS n, SUM({age}) AS total, AVG({age}) AS mean, MIN({age}) AS young, MAX({age})"
    got = select(body, f"SELECT {sums} FROM {source} s WHERE s.city = 'Rome'", reading)
    ages = [p["age"] for p in PEOPLE if p["city"] == "Rome"]
    assert got.rows == [
        {
            "n": len(ages),
            "total": sum(ages),
            "mean": sum(ages) / len(ages),
            "young": min(ages),
            "_5": max(ages),
        }
    ]
    if "gz" in form and "parquet" not in form:
        assert got.stats["BytesScanned"] == len(body) < got.stats["BytesProcessed"]


@behaviour("S3-64")
@pytest.mark.parametrize(
    "query, code",
    [
        ("SELECT * FROM S3Object a JOIN S3Object b ON a.name = b.name", "ParseMalformedJoin"),
        ("SELECT * FROM S3Object s ORDER BY s.age", "ParseUnexpectedToken"),
        ("SELECT s.city, COUNT(*) FROM S3Object s GROUP BY s.city", "UnsupportedSqlStructure"),
        ("SELECT * FROM (SELECT * FROM S3Object)", "UnsupportedSqlStructure"),
        ("SELECT SQRT(s.age) FROM S3Object s", "UnsupportedFunction"),
        ("SELECT CAST(s.age AS things) FROM S3Object s", "ParseExpectedTypeName"),
        ("SELECT s.name", "ParseSelectMissingFrom"),
        ("SELECT s.# FROM S3Object s", "LexerInvalidChar"),
        ("SELECT s.nobody FROM S3Object s", "MissingHeaders"),
        ("SELECT s._9 FROM S3Object s", "InvalidColumnIndex"),
        ("SELECT CAST(s.name AS INT) FROM S3Object s", "CastFailed"),
        ("SELECT s.name FROM S3Object s LIMIT -1", "EvaluatorNegativeLimit"),
    ],
)
def test_what_the_dialect_does_not_know_is_named(refused, query, code):
    assert refused(CSV, query) == code


@behaviour("S3-64")
def test_an_unexpected_token_is_told_with_its_place(select):
    with pytest.raises(ClientError) as raised:
        select(CSV, "SELECT s.name FROM S3Object s\nORDER BY s.age")
    assert error(raised) == (
        "ParseUnexpectedToken",
        400,
        "Unexpected token found KEYWORD:UNKNOWN at line 2, column 1.",
    )


@behaviour("S3-64")
def test_csv_is_read_as_it_is_described(select):
    body = "#note\r\na|'x|y'|1\r\nb|'it\\'s'|2\r\n"
    reading = {
        "CSV": {
            "FieldDelimiter": "|",
            "RecordDelimiter": "\r\n",
            "QuoteCharacter": "'",
            "QuoteEscapeCharacter": "\\",
            "Comments": "#",
        }
    }
    got = select(body, "SELECT s._2 FROM S3Object s", reading)
    assert got.rows == [{"_2": "x|y"}, {"_2": "it's"}]
    quoted = 'a,"two\nlines"\n'
    allowing = {"CSV": {"AllowQuotedRecordDelimiter": True}}
    assert select(quoted, "SELECT s._2 FROM S3Object s", allowing).rows == [{"_2": "two\nlines"}]
    ignoring = {"CSV": {"FileHeaderInfo": "IGNORE"}}
    assert select("a,b\n1,2\n", "SELECT * FROM S3Object", ignoring).rows == [{"_1": "1", "_2": "2"}]


@behaviour("S3-64")
def test_results_are_written_as_they_are_asked_for(select):
    body = '{"a":"x","b":"y;z","c":[1,{"d":null}]}\n{"a":"q"}\n'
    lines = {"JSON": {"Type": "LINES"}}
    writing = {
        "CSV": {
            "QuoteFields": "ALWAYS",
            "FieldDelimiter": ";",
            "RecordDelimiter": "|",
            "QuoteCharacter": "'",
        }
    }
    query = "SELECT s.a, s.b FROM S3Object s"
    assert select(body, query, lines, writing).text == "'x';'y;z'|'q';''|"
    assert select(body, query, lines, {"CSV": {}}).text == "x,y;z\nq,\n"
    nested = select(body, "SELECT s.c FROM S3Object s", lines, {"JSON": {"RecordDelimiter": ","}})
    assert nested.text == '{"c":[1,{"d":null}]},{},'
    whole = select(body, "SELECT * FROM S3Object", lines)
    assert whole.text == body


@behaviour("S3-64")
def test_types_of_parquet_are_kept(select):
    import datetime
    import decimal

    when = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    table = pa.table(
        {
            "whole": pa.array([1 << 40], pa.int64()),
            "float": pa.array([0.1], pa.float32()),
            "price": pa.array([decimal.Decimal("12.50")], pa.decimal128(10, 2)),
            "day": pa.array([when.date()], pa.date32()),
            "when": pa.array([when], pa.timestamp("ms", tz="UTC")),
            "nanos": pa.array([when], pa.timestamp("ns", tz="UTC")),
            "list": pa.array([[1, 2]], pa.list_(pa.int32())),
            "record": pa.array([{"x": "y"}]),
            "nothing": pa.array([None], pa.string()),
            "yes": pa.array([True]),
        }
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    got = select(out.getvalue(), "SELECT * FROM S3Object", {"Parquet": {}})
    assert got.rows == [
        {
            "whole": 1 << 40,
            "float": 0.1,
            "price": 12.5,
            "day": "2020-01-02",
            "when": "2020-01-02T03:04:05.000Z",
            "nanos": "2020-01-02T03:04:05.000000Z",
            "list": [1, 2],
            "record": {"x": "y"},
            "nothing": None,
            "yes": True,
        }
    ]
    condition = "s.\"when\" > TO_TIMESTAMP('2020-01-01T') AND s.price BETWEEN 12 AND 13"
    query = f"SELECT s.record.x AS x, s.\"list\"[1] AS two FROM S3Object s WHERE {condition}"
    assert select(out.getvalue(), query, {"Parquet": {}}).rows == [{"x": "y", "two": 2}]


@behaviour("S3-64")
def test_files_that_are_not_what_they_are_said_to_be(refused):
    query = "SELECT * FROM S3Object"
    assert refused(CSV, query, {**USE, "CompressionType": "GZIP"}) == "InvalidCompressionFormat"
    cut = gzip.compress(CSV.encode())[:-20]
    assert refused(cut, query, {**USE, "CompressionType": "GZIP"}) == "TruncatedInput"
    assert refused(CSV, query, {"JSON": {"Type": "LINES"}}) == "JSONParsingError"
    assert refused(CSV, query, {"Parquet": {}}) == "ParquetParsingError"
    assert refused(parquet("zstd"), query, {"Parquet": {}}) == "ParquetUnsupportedCompressionCodec"
    assert refused('a,"b\nc"\n', query, {"CSV": {}}) == "CSVEscapingRecordDelimiter"
    assert refused(b"a\n\xff\n", query, {"CSV": {}}) == "InvalidTextEncoding"
    assert refused("x" * ((1 << 20) + 1), query, {"CSV": {}}) == "OverMaxRecordSize"


@behaviour("S3-63")
def test_requests_that_say_too_little_or_too_much(refused, s3, bucket):
    query = "SELECT * FROM S3Object"
    assert refused(CSV, query, {}) == "InvalidDataSource"
    assert refused(CSV, query, {"JSON": {}}) == "MissingRequiredParameter"
    assert refused(CSV, query, {**USE, "Parquet": {}}) == "ObjectSerializationConflict"
    assert refused(CSV, query, USE, {"CSV": {}, "JSON": {}}) == "ObjectSerializationConflict"
    assert refused(CSV, query, {"CSV": {"FileHeaderInfo": "YES"}}) == "InvalidFileHeaderInfo"
    assert refused(CSV, query, {**USE, "CompressionType": "ZIP"}) == "InvalidCompressionFormat"
    assert refused(CSV, query, {"JSON": {"Type": "LINE"}}) == "InvalidJsonType"
    assert refused(CSV, query, USE, {"CSV": {"QuoteFields": "x"}}) == "InvalidQuoteFields"
    assert refused(CSV, query, {"CSV": {"FieldDelimiter": "::"}}) == "InvalidRequestParameter"
    assert refused(CSV, query + " " * (256 << 10)) == "ExpressionTooLong"
    given = {"Bucket": bucket, "Expression": query, "InputSerialization": USE}
    given["OutputSerialization"] = {"JSON": {}}
    for key, kind, code in [
        ("nothing", "SQL", "NoSuchKey"),
        ("data", "GraphQL", "InvalidExpressionType"),
    ]:
        with pytest.raises(ClientError) as raised:
            s3.select_object_content(**given, Key=key, ExpressionType=kind)
        assert error(raised).code == code


@behaviour("S3-63")
def test_what_goes_wrong_late_ends_the_stream(s3, bucket):
    body = "1\n" * 2_000_000 + "x\n"
    s3.put_object(Bucket=bucket, Key="late", Body=body.encode())
    answer = s3.select_object_content(
        Bucket=bucket,
        Key="late",
        ExpressionType="SQL",
        Expression="SELECT CAST(s._1 AS INT) FROM S3Object s",
        InputSerialization={"CSV": {}},
        OutputSerialization={"CSV": {}},
    )
    data = b""
    with pytest.raises(EventStreamError) as raised:
        for event in answer["Payload"]:
            data += event["Records"]["Payload"]
    assert raised.value.response["Error"] == {
        "Code": "CastFailed",
        "Message": "An attempt to convert from one data type to another using CAST failed in the "
        "SQL expression.",
    }
    assert data == b"1\n" * 2_000_000


@behaviour("S3-63")
def test_progress_is_told_while_much_is_read(select):
    row = "x" * 99
    body = (row + "\n") * 200_000
    asked = {"RequestProgress": {"Enabled": True}}
    none = select(body, "SELECT * FROM S3Object s WHERE s._1 = 'y'", {"CSV": {}}, **asked)
    assert none.data == b"" and len(none.progress) > 2
    scanned = [told["BytesScanned"] for told in none.progress]
    assert scanned == sorted(scanned) and scanned[-1] == len(body)
    # Without being asked for, something is said all the same.
    silent = select(body, "SELECT * FROM S3Object s WHERE s._1 = 'y'", {"CSV": {}})
    assert set(silent.kinds) == {"Cont", "Stats", "End"}
    everything = select(body, "SELECT * FROM S3Object s", {"CSV": {}}, {"CSV": {}})
    assert everything.text == body
    few = select(body, "SELECT * FROM S3Object s LIMIT 3", {"CSV": {}})
    assert few.stats["BytesScanned"] < len(body) / 100


@behaviour("S3-65")
@pytest.mark.parametrize(
    "form, reading",
    [
        ("csv", {"CSV": {"FileHeaderInfo": "NONE"}}),
        ("csv", USE),
        ("csv", {"CSV": {"FileHeaderInfo": "IGNORE"}}),
        ("lines", {"JSON": {"Type": "LINES"}}),
        ("parquet", {"Parquet": {}}),
    ],
)
def test_halves_of_a_range_make_the_whole(select, form, reading):
    body = {"csv": CSV.encode(), "lines": LINES.encode(), "parquet": parquet(rows=20)}[form]
    query = "SELECT * FROM S3Object"
    whole = select(body, query, reading).rows
    size = len(body)
    for cut in (1, 2, 13, 14, 15, size // 3, size // 2, size - 40, size - 1):
        # A range includes its last byte.
        first = select(body, query, reading, ScanRange={"Start": 0, "End": cut - 1}).rows
        second = select(body, query, reading, ScanRange={"Start": cut, "End": size}).rows
        assert first + second == whole, cut
    middle = select(body, query, reading, ScanRange={"Start": size // 4, "End": size // 2}).rows
    assert 0 < len(middle) < len(whole) and all(row in whole for row in middle)
    last = select(body, query, reading, ScanRange={"End": size // 2}).rows
    assert last and last == select(body, query, reading, ScanRange={"Start": size - size // 2}).rows


@behaviour("S3-65")
def test_the_range_of_the_guide(select):
    body = "A,B\nC,D\nD,E\nE,F\nG,H\nI,J\n"
    plain = {"CSV": {}}
    got = select(
        body, "SELECT * FROM S3Object", plain, {"CSV": {}}, ScanRange={"Start": 1, "End": 4}
    )
    assert got.text == "C,D\n"


@behaviour("S3-65")
def test_ranges_of_what_cannot_be_divided(refused):
    query, some = "SELECT * FROM S3Object", {"ScanRange": {"Start": 0, "End": 9}}
    for body, reading in [
        (gzip.compress(CSV.encode()), {**USE, "CompressionType": "GZIP"}),
        (DOCUMENT, {"JSON": {"Type": "DOCUMENT"}}),
        (CSV, {"CSV": {"AllowQuotedRecordDelimiter": True}}),
    ]:
        assert refused(body, query, reading, **some) == "UnsupportedScanRangeInput"
    for said in ({"Start": 9, "End": 1}, {"Start": 1 << 40}, {"End": 0}, {"Start": -1}):
        assert refused(CSV, query, USE, ScanRange=said) == "InvalidScanRange"


def ask(aws: Aws, bucket: str) -> Selected:
    answer = aws.client("s3").select_object_content(
        Bucket=bucket,
        Key="data",
        ExpressionType="SQL",
        Expression="SELECT COUNT(*) FROM S3Object",
        InputSerialization={"CSV": {}},
        OutputSerialization={"CSV": {}},
    )
    return Selected(answer["Payload"])


def refusal(call):
    with pytest.raises(ClientError) as raised:
        call()
    return error(raised)


@behaviour("S3-67")
@pytest.mark.serve("--s3-select", "off")
def test_select_can_be_turned_off(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="data", Body=b"1\n2\n")
    assert refusal(lambda: ask(aws, bucket)) == (
        "MethodNotAllowed",
        405,
        "The specified method is not allowed against this resource.",
    )


@behaviour("S3-67")
def test_select_can_be_turned_off_for_some_accounts(tmp_path, watcher):
    closed, open_ = "111122223333", "444455556666"
    server = Server(tmp_path / "server.log", "--s3-select", closed).start()
    try:
        for account, answers in ((closed, False), (open_, True)):
            aws = Aws(server.url, account, watcher=watcher)
            name = f"select-{uuid.uuid4().hex}"
            aws.client("s3").create_bucket(Bucket=name)
            aws.client("s3").put_object(Bucket=name, Key="data", Body=b"1\n2\n")
            if answers:
                assert ask(aws, name).text == "2\n"
            else:
                assert refusal(lambda: ask(aws, name)).status == 405
    finally:
        server.stop()


@behaviour("S3-63")
def test_who_may_read_may_query(root, user):
    name = f"select-{uuid.uuid4().hex}"
    root.client("s3").create_bucket(Bucket=name)
    root.client("s3").put_object(Bucket=name, Key="data", Body=b"1\n2\n")
    may = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/data"}
    assert ask(user("ann", may), name).text == "2\n"
    assert refusal(lambda: ask(user("bob"), name)).code == "AccessDenied"


@behaviour("S3-63")
@pytest.mark.serve()
def test_what_is_scanned_and_returned_is_billed(server, select):
    got = select("x" * 99 + "\n" + "y\n", "SELECT * FROM S3Object", {"CSV": {}}, {"CSV": {}})
    bill = server.admin("GET", "bill").json()
    billed = {line["usage_type"]: line for line in bill if line["service"] == "s3"}
    scanned, returned = billed["Select-Scanned-Bytes"], billed["Select-Returned-Bytes"]
    assert round(scanned["quantity"] * 2**30) == got.stats["BytesScanned"] == 102
    assert round(returned["quantity"] * 2**30) == got.stats["BytesReturned"] == 102
    assert (scanned["unit_price"], returned["unit_price"]) == (0.002, 0.0007)


@behaviour("S3-63")
def test_the_object_read_is_the_one_that_was_there(s3, bucket):
    """An overwrite while the answer is being read does not disturb it."""
    body = ("x" * 99 + "\n") * 200_000
    s3.put_object(Bucket=bucket, Key="k", Body=body.encode())
    answer = s3.select_object_content(
        Bucket=bucket,
        Key="k",
        ExpressionType="SQL",
        Expression="SELECT * FROM S3Object",
        InputSerialization={"CSV": {}},
        OutputSerialization={"CSV": {}},
    )
    s3.put_object(Bucket=bucket, Key="k", Body=b"other")
    assert Selected(answer["Payload"]).text == body
