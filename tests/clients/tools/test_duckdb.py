"""DuckDB and pyarrow read the Parquet files that a CREATE TABLE AS wrote: they are Parquet to others, too."""

import io

import duckdb
import pyarrow.dataset
import pyarrow.parquet
from harness import behaviour, eventually

CTAS = """
CREATE TABLE made WITH (format = 'PARQUET', external_location = 's3://{bucket}/made/',
  partitioned_by = ARRAY['parity'])
AS SELECT n AS id, n * 1.5E0 AS amount, CAST(n AS varchar) AS name, DATE '2026-01-01' AS day,
  CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END AS parity
FROM UNNEST(sequence(1, 1000)) AS s (n)
"""


@behaviour("PLAT-1")
def test_what_athena_writes_others_read(aws, bucket, tmp_path):
    athena, s3 = aws.client("athena"), aws.client("s3")
    aws.client("glue").create_database(DatabaseInput={"Name": "d"})
    query = athena.start_query_execution(
        QueryString=CTAS.format(bucket=bucket),
        QueryExecutionContext={"Database": "d"},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
    )["QueryExecutionId"]

    def ended():
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        return status if status["State"] not in ("QUEUED", "RUNNING") else None

    status = eventually(ended)
    assert status["State"] == "SUCCEEDED", status

    files = s3.list_objects_v2(Bucket=bucket, Prefix="made/")["Contents"]
    for file in files:
        body = s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read()
        assert pyarrow.parquet.ParquetFile(io.BytesIO(body)).metadata.num_rows > 0
        path = tmp_path / file["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name + ".parquet").write_bytes(body)

    glob = f"{tmp_path}/made/*/*.parquet"
    answer = duckdb.sql(
        "SELECT parity, count(*), sum(id), sum(amount), min(name), max(day)::varchar "
        f"FROM read_parquet('{glob}', hive_partitioning = true) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert answer == [
        ("even", 500, 250_500, 375_750.0, "10", "2026-01-01"),
        ("odd", 500, 250_000, 375_000.0, "1", "2026-01-01"),
    ]
