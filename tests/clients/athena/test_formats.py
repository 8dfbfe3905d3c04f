"""Files of every format and codec, read where others wrote them and written for others to read."""

import decimal
import io
import zlib

import polars
import pyarrow
import pyarrow.orc
import pyarrow.parquet
import pytest
from harness import behaviour

DDL = (
    "(id int, name string, amount double, price decimal(10,2), big bigint, ok boolean, day date, "
    "at timestamp, tags array<string>, counts map<string,int>, who struct<a:int,b:string>) "
)
ROWS = [
    {
        "id": n, "name": None if n % 5 == 0 else f"name {n % 7}", "amount": n / 4, "ok": n % 2 == 0,
        "price": decimal.Decimal(n) / 100, "big": n * 10**12, "day": n, "at": (n - 500) * 86_399_123,
        "tags": ["x"] * (n % 3), "counts": [("k", n)] if n % 2 else [], "who": {"a": n, "b": None},
    }
    for n in range(1000)
]
SCHEMA = pyarrow.schema([
    ("id", pyarrow.int32()), ("name", pyarrow.string()), ("amount", pyarrow.float64()),
    ("price", pyarrow.decimal128(10, 2)), ("big", pyarrow.int64()), ("ok", pyarrow.bool_()),
    ("day", pyarrow.date32()), ("at", pyarrow.timestamp("ms")), ("tags", pyarrow.list_(pyarrow.string())),
    ("counts", pyarrow.map_(pyarrow.string(), pyarrow.int32())),
    ("who", pyarrow.struct([("a", pyarrow.int32()), ("b", pyarrow.string())])),
])
SUMS = (
    "SELECT count(*) AS n, count(name) AS names, sum(amount) AS amount, sum(price) AS price, sum(big) AS big, "
    "count_if(ok) AS ok, max(day) AS day, min(at) AS least, max(at) AS most, sum(cardinality(tags)) AS tags, "
    "sum(element_at(counts, 'k')) AS counts, sum(who.a) AS a, count(who.b) AS b, max(name) AS last FROM t"
)
WANT = (
    1000, 800, 124875.0, "4995.00", 499500 * 10**12, 500, "1972-09-26", "1968-08-19 00:07:18.500",
    "1971-05-14 23:52:42.377", 999, 250000, 499500, 0, "name 6",
)


def table():
    return pyarrow.Table.from_pylist(ROWS, SCHEMA)


def orc(**options):
    sink = io.BytesIO()
    pyarrow.orc.write_table(table(), sink, **options)
    return sink.getvalue()


@behaviour("ATH-10", "ATH-11")
@pytest.mark.parametrize("codec", ["uncompressed", "zlib", "snappy", "zstd", "lz4"])
@pytest.mark.parametrize("dictionary", [0, 1])
def test_orc_files_of_others_are_read(lake, codec, dictionary):
    lake.put("t/a.orc", orc(compression=codec, dictionary_key_size_threshold=dictionary))
    lake.ask(f"CREATE EXTERNAL TABLE t {DDL} STORED AS ORC LOCATION 's3://{{bucket}}/t/'")
    assert lake.ask(SUMS).rows() == [WANT]
    few = lake.ask("SELECT sum(id) AS s FROM t WHERE name IS NULL")
    assert few.rows() == [(99500,)]
    assert few.scanned > 0


@behaviour("ATH-10")
def test_orc_columns_are_found_by_place_or_by_name(lake):
    lake.put("t/a.orc", orc())
    create = "CREATE EXTERNAL TABLE {} (big bigint, id int, who struct<b:string,a:int,z:int>) {} LOCATION 's3://{{bucket}}/t/'"
    serde = "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'"
    named = f"{serde} WITH SERDEPROPERTIES ('orc.column.index.access'='false') STORED AS ORC"
    lake.ask(create.format("named", named))
    assert lake.ask("SELECT id, big, who.a, who.z FROM named WHERE id = 7").rows() == [
        (7, 7 * 10**12, 7, None)
    ]
    lake.ask("CREATE EXTERNAL TABLE placed (first bigint, second string) STORED AS ORC LOCATION 's3://{bucket}/t/'")
    assert lake.ask("SELECT * FROM placed WHERE first = 8").rows() == [(8, "name 1")]


@behaviour("ATH-10", "ATH-45")
@pytest.mark.parametrize(
    "form, codec",
    [
        *[("ORC", codec) for codec in ("NONE", "ZLIB", "SNAPPY", "ZSTD", "LZ4")],
        *[("AVRO", codec) for codec in ("NONE", "DEFLATE", "SNAPPY", "ZSTD")],
        *[("PARQUET", codec) for codec in ("NONE", "GZIP", "SNAPPY", "ZSTD", "LZ4")],
        *[("JSON", codec) for codec in ("NONE", "GZIP", "SNAPPY", "ZSTD", "LZ4", "BZIP2")],
    ],
)
def test_every_format_keeps_every_type(lake, form, codec):
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table(), sink)
    lake.put("s/a.parquet", sink.getvalue())
    lake.ask(f"CREATE EXTERNAL TABLE s {DDL} STORED AS PARQUET LOCATION 's3://{{bucket}}/s/'")
    lake.ask(
        f"CREATE TABLE t WITH (format = '{form}', write_compression = '{codec}', "
        "external_location = 's3://{bucket}/t/') AS SELECT * FROM s"
    )
    assert lake.ask(SUMS).rows() == [WANT]
    lake.ask("INSERT INTO t SELECT * FROM s WHERE id < 3")
    assert lake.ask("SELECT count(*) AS n, sum(who.a) AS a FROM t").rows() == [(1003, 499503)]
    keys = lake.keys("t/")
    assert len(keys) == 2
    if form == "ORC":
        files = [lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read() for key in keys]
        tables = [pyarrow.orc.read_table(io.BytesIO(body)) for body in files]
        whole = max(tables, key=len)
        assert whole.num_rows == 1000
        assert whole.select(["id", "name", "price", "tags", "ok"]).to_pylist() == table().select(
            ["id", "name", "price", "tags", "ok"]
        ).to_pylist()
        moments = whole.column("at").cast(pyarrow.timestamp("ms")).to_pylist()
        assert moments[0] == table().column("at").to_pylist()[0] and moments[999] == table().column("at").to_pylist()[999]
    if form == "AVRO":
        for key in keys:
            body = lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read()
            assert body.startswith(b"Obj\x01")
        if codec in ("NONE", "DEFLATE", "SNAPPY"):
            lake.ask(
                f"UNLOAD (SELECT id, name, amount, ok FROM s) TO 's3://{{bucket}}/u/' WITH (format = 'AVRO', "
                f"compression = '{codec}')"
            )
            frames = [
                polars.read_avro(io.BytesIO(lake.s3.get_object(Bucket=lake.bucket, Key=key)["Body"].read()))
                for key in lake.keys("u/")
            ]
            assert sum(frame.height for frame in frames) == 1000
            assert sum(frame["id"].sum() for frame in frames) == 499500


@behaviour("ATH-10")
@pytest.mark.parametrize("codec", ["uncompressed", "deflate", "snappy"])
def test_avro_files_of_others_are_read(lake, codec):
    frame = polars.DataFrame({
        "id": [1, 2, None], "Name": ["a", None, "c"], "tags": [["x", "y"], [], None],
        "amount": [1.5, None, 2.5], "ok": [True, False, None],
    }, schema_overrides={"id": polars.Int32})
    sink = io.BytesIO()
    frame.write_avro(sink, codec)
    lake.put("t/a.avro", sink.getvalue())
    create = (
        "CREATE EXTERNAL TABLE {} (name string, id bigint, tags array<string>, ok boolean, more string) {} "
        "LOCATION 's3://{{bucket}}/t/' {}"
    )
    lake.ask(create.format("t", "STORED AS AVRO", ""))
    want = [("a", 1, "[x, y]", True, None), (None, 2, "[]", False, None), ("c", None, None, None, None)]
    assert lake.ask("SELECT * FROM t ORDER BY id NULLS LAST").rows() == want
    literal = (
        '{"type": "record", "name": "r", "fields": [{"name": "name", "type": "string"}, '
        '{"name": "more", "type": "string", "default": "none"}]}'
    )
    serde = (
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe' "
        f"WITH SERDEPROPERTIES ('avro.schema.literal'='{literal}') STORED AS AVRO"
    )
    lake.ask(create.format("u", serde.replace("{", "{{").replace("}", "}}").replace("{{", "{").replace("}}", "}"), ""))
    assert lake.ask("SELECT DISTINCT more FROM u").rows() == [("none",)]
    lake.put("t/b.avro", sink.getvalue()[:-20])
    query = lake.run("SELECT * FROM t")
    assert query.state == "FAILED" and query.reason.startswith("HIVE_BAD_DATA: "), query.reason


@behaviour("ATH-10")
def test_files_of_another_format_are_bad_data(lake):
    lake.put("t/a", b"id,name\n" * 100)
    for form in ("ORC", "AVRO", "PARQUET"):
        lake.ask(f"CREATE EXTERNAL TABLE {form} (id int) STORED AS {form} LOCATION 's3://{{bucket}}/t/'")
        query = lake.run(f"SELECT id FROM {form}")
        assert query.state == "FAILED"
        assert query.reason.split(":")[0] in ("HIVE_BAD_DATA", "HIVE_CANNOT_OPEN_SPLIT"), query.reason


def hadoop_lz4(data):
    packed = pyarrow.compress(data, codec="lz4_raw", asbytes=True)
    return len(data).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed


@behaviour("ATH-11")
@pytest.mark.parametrize(
    "name, pack",
    [
        ("a.csv.deflate", zlib.compress),
        ("a.csv.lz4", hadoop_lz4),
        ("b.csv.lz4", lambda data: pyarrow.compress(data, codec="lz4", asbytes=True)),
        ("no-name", lambda data: pyarrow.compress(data, codec="lz4", asbytes=True)),
    ],
)
def test_more_codecs_are_read(lake, name, pack):
    lake.put(f"t/{name}", pack(b"1,a\n2,b\n" * 5000))
    lake.ask(
        "CREATE EXTERNAL TABLE t (id int, name string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION 's3://{bucket}/t/'"
    )
    assert lake.ask("SELECT count(*) AS n, sum(id) AS s, max(name) AS m FROM t").rows() == [(10000, 15000, "b")]


@behaviour("ATH-11")
def test_codecs_that_a_format_does_not_have_are_refused(lake):
    for form, codec in (
        ("PARQUET", "BZIP2"), ("ORC", "GZIP"), ("AVRO", "GZIP"), ("JSON", "ZLIB"), ("TEXTFILE", "LZO"),
    ):
        query = lake.run(f"CREATE TABLE t WITH (format = '{form}', write_compression = '{codec}') AS SELECT 1 AS a")
        assert query.state == "FAILED"
        assert query.reason == (
            f"INVALID_TABLE_PROPERTY: Compression codec {codec} is not supported for format {form}"
        )
    assert "orc_compression is for the ORC format only" in lake.run(
        "CREATE TABLE t WITH (format = 'PARQUET', orc_compression = 'ZLIB') AS SELECT 1 AS a"
    ).reason
    assert "compression_level" in lake.run(
        "CREATE TABLE t WITH (write_compression = 'ZSTD', compression_level = 99) AS SELECT 1 AS a"
    ).reason
    lake.ask(
        "CREATE TABLE t WITH (format = 'ORC', orc_compression = 'ZSTD', compression_level = 9) AS SELECT 1 AS a"
    )
    parameters = lake.glue.get_table(DatabaseName="d", Name="t")["Table"]["Parameters"]
    assert parameters["orc.compress"] == "ZSTD" and parameters["classification"] == "orc"
    lake.put("l/a.lzo", b"\x89LZO")
    lake.ask("CREATE EXTERNAL TABLE l (a string) LOCATION 's3://{bucket}/l/'")
    assert "LZO is not supported" in lake.run("SELECT * FROM l").reason
