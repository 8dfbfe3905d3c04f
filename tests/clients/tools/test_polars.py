"""Polars: scans of files in a bucket, which read only what a query asks for."""

import polars
import pytest
from harness import behaviour


@pytest.fixture
def options(aws):
    return {
        "aws_access_key_id": aws.access_key, "aws_secret_access_key": aws.secret,
        "aws_region": aws.region, "aws_endpoint_url": aws.url, "aws_allow_http": "true",
    }  # fmt: skip


@pytest.fixture
def frame():
    return polars.DataFrame(
        {"id": range(5000), "group": [n % 7 for n in range(5000)], "name": ["x"] * 5000}
    )


@behaviour("PLAT-1")
def test_parquet_is_scanned(options, bucket, frame):
    for part in range(3):
        frame.write_parquet(f"s3://{bucket}/p/{part}.parquet", storage_options=options)
    scan = polars.scan_parquet(f"s3://{bucket}/p/*.parquet", storage_options=options)
    asked = scan.filter(polars.col("group") == 3).select(polars.col("id").sum()).collect()
    assert asked.item() == 3 * sum(n for n in range(5000) if n % 7 == 3)
    assert scan.select(polars.len()).collect().item() == 15_000


@behaviour("PLAT-1")
def test_text_is_scanned_and_written(s3, options, bucket, frame):
    s3.put_object(Bucket=bucket, Key="t/a.csv", Body=frame.write_csv().encode())
    scan = polars.scan_csv(f"s3://{bucket}/t/a.csv", storage_options=options)
    assert scan.collect().equals(frame)
    lines = f"s3://{bucket}/t/a.ndjson"
    frame.lazy().sink_ndjson(lines, storage_options=options)
    assert polars.scan_ndjson(lines, storage_options=options).collect().equals(frame)
    with pytest.raises(Exception, match="(?i)not found|no such|404|expanded paths were empty"):
        polars.scan_parquet(f"s3://{bucket}/none.parquet", storage_options=options).collect()
