"""The questions of `examples/flights`, over CSV and Parquet: the answers that another engine gave."""

import csv
import gzip
import io
import pathlib

from harness import behaviour

FLIGHTS = pathlib.Path(__file__).parents[3] / "examples" / "flights"
TABLES = ("airlines", "airports", "flights", "planes", "weather")


def unpacked(name):
    import pyarrow

    packed = (FLIGHTS / "data" / f"{name}.csv.zst").read_bytes()
    return pyarrow.input_stream(io.BytesIO(packed), compression="zstd").read()


@behaviour("ATH-3", "ATH-45", "ATH-20")
def test_five_questions_have_the_answers_of_another_engine(lake):
    lake.glue.create_database(DatabaseInput={"Name": "nyc_csv"})
    lake.glue.create_database(DatabaseInput={"Name": "nyc"})
    for name in TABLES:
        body = unpacked(name)
        header, _, rest = body.partition(b"\n")
        names = header.decode().strip().replace('"', "").split(",")
        keys = []
        if name == "flights":
            keys = ["month"] if "month" in names else []
        lake.put(f"raw/{name}/{name}.csv.gz", gzip.compress(body, 1))
        columns = ", ".join(f"`{column}` string" for column in names)
        lake.ask(
            f"CREATE EXTERNAL TABLE nyc_csv.raw_{name} ({columns}) ROW FORMAT SERDE "
            "'org.apache.hadoop.hive.serde2.OpenCSVSerde' "
            f"LOCATION 's3://{{bucket}}/raw/{name}/' TBLPROPERTIES ('skip.header.line.count'='1')"
        )
        select = (FLIGHTS / "tables" / f"{name}.sql").read_text()
        lake.ask(f"CREATE OR REPLACE VIEW nyc_csv.{name} AS\n{select}", database="nyc_csv")
        by = ", partitioned_by = ARRAY['month']" if keys else ""
        lake.ask(
            f"CREATE TABLE nyc.{name} WITH (format = 'PARQUET', "
            f"external_location = 's3://{{bucket}}/parquet/{name}/'{by}) AS SELECT * FROM nyc_csv.{name}",
            database="nyc",
        )
    for question in sorted((FLIGHTS / "queries").glob("*.sql")):
        want = list(csv.reader((FLIGHTS / "expected" / f"{question.stem}.csv").open()))
        for database in ("nyc", "nyc_csv"):
            query = lake.ask(question.read_text(), database=database)
            assert query.csv() == want, f"{question.stem} over {database}"
