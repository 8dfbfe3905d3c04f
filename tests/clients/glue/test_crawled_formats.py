"""What crawlers make of files as they are found: Avro, logs, and layouts nobody would choose."""

import bz2
import datetime
import decimal
import gzip
import io
import json

import pyarrow
import pytest
from harness import behaviour, eventually
from pyarrow import orc, parquet


def varint(number):
    value = (number << 1) ^ (number >> 63)
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def avro(schema, *blocks):
    """An Avro file; a block is its count of rows and its bytes."""

    def text(data):
        return varint(len(data)) + data

    sync = b"0123456789abcdef"
    metadata = {b"avro.schema": json.dumps(schema).encode(), b"avro.codec": b"null"}
    out = b"Obj\x01" + varint(len(metadata))
    for key, value in metadata.items():
        out += text(key) + text(value)
    out += varint(0) + sync
    for count, data in blocks:
        out += varint(count) + text(data) + sync
    return out


def record(*fields):
    return {
        "type": "record", "name": "event", "namespace": "shop",
        "fields": [{"name": name, "type": ty} for name, ty in fields],
    }


EVENT = record(
    ("id", "long"),
    ("name", ["null", "string"]),
    ("at", {"type": "long", "logicalType": "timestamp-millis"}),
    ("price", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}),
    ("tags", {"type": "array", "items": "string"}),
    ("home", {"type": "record", "name": "place", "fields": [{"name": "lat", "type": "double"}]}),
)


@behaviour("GLUE-15")
def test_avro_says_itself_what_it_holds(lake):
    file = avro(EVENT, (3, b"whatever"), (2, b"more"))
    lake.put("t/dt=2024-01-01/a.avro", file)
    lake.put("t/dt=2024-01-02/a.avro", file)
    lake.crawl("t/")
    table = lake.table("t")
    assert lake.columns("t") == [
        ("id", "bigint"), ("name", "string"), ("at", "timestamp"), ("price", "decimal(9,2)"),
        ("tags", "array<string>"), ("home", "struct<lat:double>"),
    ]
    assert lake.keys("t") == ["dt"]
    storage = table["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"] == (
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe"
    )
    assert json.loads(storage["SerdeInfo"]["Parameters"]["avro.schema.literal"]) == EVENT
    assert storage["InputFormat"].endswith("AvroContainerInputFormat")
    assert table["Parameters"]["classification"] == "avro"
    assert table["Parameters"]["recordCount"] == "10"


@behaviour("GLUE-15")
@pytest.mark.parametrize("codec", ["uncompressed", "zlib", "snappy", "zstd"])
def test_orc_says_itself_what_it_holds(lake, codec):
    table = pyarrow.table({
        "Id": pyarrow.array(range(20_000), pyarrow.int64()),
        "price": pyarrow.array([decimal.Decimal("1.25")] * 20_000, pyarrow.decimal128(9, 2)),
        "day": pyarrow.array([datetime.date(2024, 1, 1)] * 20_000),
        "tags": pyarrow.array([["a"]] * 20_000),
        "home": pyarrow.array([{"lat": 1.5, "n": 1}] * 20_000),
    })
    for day in ("1", "2"):
        sink = io.BytesIO()
        orc.write_table(table, sink, compression=codec)
        lake.put(f"t/dt={day}/part-0", sink.getvalue())
    lake.crawl("t/")
    found = lake.table("t")
    assert lake.columns("t") == [
        ("id", "bigint"), ("price", "decimal(9,2)"), ("day", "date"), ("tags", "array<string>"),
        ("home", "struct<lat:double,n:bigint>"),
    ]
    assert found["Parameters"]["classification"] == "orc"
    assert found["Parameters"]["recordCount"] == "40000"
    storage = found["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"].endswith("OrcSerde")
    assert storage["InputFormat"].endswith("OrcInputFormat")


@behaviour("GLUE-15", "GLUE-20")
def test_lines_of_known_logs_are_read(lake):
    combined = (
        '10.0.0.1 - ann [10/Oct/2024:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 '
        '"http://shop/" "Mozilla/5.0"\n'
    )
    lake.put("logs/web/a.log", combined * 20)
    lake.put("logs/system/a.log", "Oct 11 22:14:15 host su[1234]: failed for root\n" * 5)
    calls = [
        {"eventVersion": "1.08", "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets",
         "userIdentity": {"type": "Root"}},
    ] * 2
    lake.put("logs/calls/a.json.gz", gzip.compress(json.dumps({"Records": calls}).encode()))
    lake.crawl("logs/")
    kinds = {name: t["Parameters"]["classification"] for name, t in lake.tables().items()}
    assert kinds == {"web": "combined_apache", "system": "linux_kernel", "calls": "cloudtrail"}
    web = lake.table("web")["StorageDescriptor"]["SerdeInfo"]
    assert web["SerializationLibrary"] == "com.amazonaws.glue.serde.GrokSerDe"
    assert web["Parameters"]["input.format"] == "%{COMBINEDAPACHELOG}"
    assert {"clientip", "response", "agent"} <= {name for name, _ in lake.columns("web")}
    assert ("useridentity", "struct<type:string>") in lake.columns("calls")
    trail = lake.table("calls")["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    assert trail == "com.amazon.emr.hive.serde.CloudTrailSerde"


@behaviour("GLUE-20")
def test_a_classifier_of_ones_own_goes_before_those_of_logs(lake):
    lake.glue.create_classifier(
        GrokClassifier={
            "Name": "mine", "Classification": "mine",
            "GrokPattern": "%{IP:who} %{GREEDYDATA:rest}",
        }
    )
    line = '10.0.0.1 - ann [10/Oct/2024:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326\n'
    lake.put("t/a.log", line * 3)
    lake.crawl("t/", Classifiers=["mine"])
    assert lake.columns("t") == [("who", "string"), ("rest", "string")]
    assert lake.table("t")["Parameters"]["classification"] == "mine"


# Files as they are found, and the columns and parameters a crawler makes of them.
FILES = {
    "a mark of order": ("\ufeffid,name\n1,a\n2,b\n", [("id", "bigint"), ("name", "string")], {}),
    "tabs": ("id\tname\n1\ta\n2\tb\n", [("id", "bigint"), ("name", "string")],
             {"delimiter": "\t"}),
    "pipes": ("id|name\n1|a\n2|b\n", [("id", "bigint"), ("name", "string")], {"delimiter": "|"}),
    "semicolons": ("id;name\n1;a,x\n2;b\n", [("id", "bigint"), ("name", "string")],
                   {"delimiter": ";"}),
    "lines in quotes": (
        'id,note\n1,"two\nlines"\n2,"a ""quote"""\n', [("id", "bigint"), ("note", "string")],
        {"areColumnsQuoted": "true"},
    ),
    "no header": ("1,2.5,x\n2,3.5,y\n", [("col0", "bigint"), ("col1", "double"),
                                         ("col2", "string")], {}),
    "seconds since 1970": ("at,n\n1700000000,1\n1700000060,2\n",
                           [("at", "bigint"), ("n", "bigint")], {}),
    "numbers and words": ("id,v\n1,1\n2,x\n3,2.5\n", [("id", "bigint"), ("v", "string")], {}),
    "whole and broken numbers": ("id,v\n1,1\n2,2.5\n", [("id", "bigint"), ("v", "double")], {}),
    "nothing in a column": ("id,v\n1,\n2,\n", [("id", "bigint"), ("v", "string")], {}),
    "returns": ("id,name\r\n1,a\r\n2,b\r\n", [("id", "bigint"), ("name", "string")], {}),
    "a list": ('[{"a": 1, "b": "x"}, {"a": 2}]', [("a", "int"), ("b", "string")],
               {"classification": "json"}),
    "objects in objects": (
        '{"a": {"b": [1, 2], "c": {"d": "x"}}}\n{"a": {"b": [], "c": {"e": 1.5}}}\n',
        [("a", "struct<b:array<int>,c:struct<d:string,e:double>>")], {"classification": "json"},
    ),
    "one value of two kinds": ('{"a": 1}\n{"a": "x"}\n', [("a", "string")], {}),
}


@behaviour("GLUE-15")
@pytest.mark.parametrize("case", FILES)
def test_files_are_read_as_they_are_found(lake, case):
    text, columns, parameters = FILES[case]
    lake.put("t/part-0", text)
    lake.put("t/empty", "")
    lake.put("t/.hidden/x", "a,b\n1,2\n")
    lake.put("t/_SUCCESS", "x")
    lake.crawl("t/")
    assert lake.columns("t") == columns
    found = lake.table("t")["Parameters"]
    assert {key: found.get(key) for key in parameters} == parameters
    assert found["objectCount"] == "1"


@behaviour("GLUE-15")
@pytest.mark.parametrize(("name", "pack"), [("gzip", gzip.compress), ("bzip2", bz2.compress)])
def test_packed_files_are_read_by_what_they_are(lake, name, pack):
    # The name says nothing: the bytes do.
    lake.put("t/part-0", pack(b"id,name\n1,a\n2,b\n"))
    lake.crawl("t/")
    assert lake.columns("t") == [("id", "bigint"), ("name", "string")]
    assert lake.table("t")["Parameters"]["compressionType"] == name


@behaviour("GLUE-16", "GLUE-17")
def test_folders_of_unequal_depth_and_mixed_names_are_tables_that_can_be_read(lake):
    rows = "id,name\n1,a\n2,b\n"
    lake.put("flat/a.csv", rows)
    lake.put("years/2023/01/a.csv", rows)
    lake.put("years/2024/02/a.csv", rows)
    lake.put("mixed/year=2024/01/a.csv", rows)
    lake.put("mixed/year=2024/02/a.csv", rows)
    lake.put("devices/east/d-1/a.csv", rows)
    lake.put("devices/east/d-2/a.csv", rows)
    lake.put("devices/west/d-3/a.csv", rows)
    for folder in ("flat/", "years/", "mixed/", "devices/"):
        lake.crawl(folder, name=folder.strip("/"))
    assert lake.keys("flat") == []
    assert lake.keys("years") == ["partition_0", "partition_1"]
    assert sorted(lake.partitions("years")) == [("2023", "01"), ("2024", "02")]
    assert lake.keys("mixed") == ["year", "partition_1"]
    assert lake.keys("devices") == ["partition_0", "partition_1"]
    assert ("west", "d-3") in lake.partitions("devices")


@behaviour("GLUE-17")
def test_files_that_do_not_fit_are_tables_of_their_own(lake):
    lake.put("t/people.csv", "id,name,born\n1,ada,1815-12-10\n2,bo,1980-01-02\n")
    lake.put("t/places.csv", "code,lat,lon,height\nJFK,40.6,-73.8,13\nLGA,40.8,-73.9,22\n")
    lake.put("t/things.json", '{"x": 1, "y": [1]}\n')
    lake.crawl("t/")
    assert sorted(lake.tables()) == ["people_csv", "places_csv", "things_json"]


def counted(athena, bucket, sql):
    """The one row that Athena answers."""
    asked = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": "lake"},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
    )["QueryExecutionId"]

    def done():
        status = athena.get_query_execution(QueryExecutionId=asked)["QueryExecution"]["Status"]
        return status if status["State"] in ("SUCCEEDED", "FAILED") else None

    status = eventually(done, seconds=60)
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=asked)["ResultSet"]["Rows"]
    return tuple(cell.get("VarCharValue") for cell in rows[1]["Data"])


@behaviour("GLUE-15")
def test_athena_counts_the_rows_of_what_was_crawled(lake, athena, bucket):
    ids = list(range(1, 101))
    rows = pyarrow.table({"id": pyarrow.array(ids, pyarrow.int64()), "name": [f"n{i}" for i in ids]})
    text = [name.encode() for name in rows["name"].to_pylist()]
    block = b"".join(varint(i) + varint(len(t)) + t for i, t in zip(ids, text))
    in_parquet, in_orc = io.BytesIO(), io.BytesIO()
    parquet.write_table(rows, in_parquet)
    orc.write_table(rows, in_orc)
    files = {
        "csv": "id,name\n" + "".join(f"{i},n{i}\n" for i in ids),
        "json": "".join(json.dumps({"id": i, "name": f"n{i}"}) + "\n" for i in ids),
        "avro": avro(record(("id", "long"), ("name", "string")), (len(ids), block)),
        "parquet": in_parquet.getvalue(),
        "orc": in_orc.getvalue(),
    }
    for kind, body in files.items():
        for day in ("2024-01-01", "2024-01-02"):
            lake.put(f"shop/of_{kind}/dt={day}/file.{kind}", body)
    lake.crawl("shop/")
    assert sorted(lake.tables()) == sorted(f"of_{kind}" for kind in files)
    for kind in files:
        assert lake.table(f"of_{kind}")["Parameters"]["classification"] == kind
        asked = f"SELECT count(*), sum(id), max(name), count(DISTINCT dt) FROM of_{kind}"
        assert counted(athena, bucket, asked) == ("200", "10100", "n99", "2"), kind
        asked = f"SELECT count(*) FROM of_{kind} WHERE dt = '2024-01-02' AND id <= 10"
        assert counted(athena, bucket, asked) == ("10",), kind
