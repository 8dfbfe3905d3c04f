"""pyarrow's own S3 client, which is the AWS SDK for C++: files, folders, data sets."""

import random

import pyarrow
import pyarrow.csv
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest
from harness import behaviour


@pytest.fixture
def lake(aws, bucket):
    host = aws.url.removeprefix("http://")
    return pyarrow.fs.SubTreeFileSystem(
        bucket,
        pyarrow.fs.S3FileSystem(
            access_key=aws.access_key, secret_key=aws.secret, region=aws.region,
            scheme="http", endpoint_override=host,
        ),
    )  # fmt: skip


@behaviour("PLAT-1", "S3-1")
def test_files_and_folders(lake):
    with lake.open_output_stream("deep/a b+é.txt") as out:
        out.write(b"written by another client")
    with lake.open_input_file("deep/a b+é.txt") as file:
        assert file.size() == 25
        assert file.read_at(8, 8) == b"by anoth"
        assert file.read() == b"written by another client"
    lake.copy_file("deep/a b+é.txt", "deep/er/copy")
    lake.move("deep/er/copy", "moved")
    found = lake.get_file_info(pyarrow.fs.FileSelector("", recursive=True))
    files = {info.path: info.size for info in found if info.is_file}
    assert files == {"deep/a b+é.txt": 25, "moved": 25}
    assert lake.get_file_info("absent").type == pyarrow.fs.FileType.NotFound
    lake.delete_file("moved")
    assert lake.get_file_info("moved").type == pyarrow.fs.FileType.NotFound


@behaviour("PLAT-1", "S3-16")
def test_a_large_file_goes_in_parts(lake, aws, bucket):
    body = random.Random(4).randbytes(2**20) * 24
    with lake.open_output_stream("large") as out:
        for at in range(0, len(body), 1_000_000):
            out.write(body[at : at + 1_000_000])
    with lake.open_input_stream("large") as file:
        assert file.read() == body
    assert "-" in aws.client("s3").head_object(Bucket=bucket, Key="large")["ETag"]


@behaviour("PLAT-1", "S3-10")
def test_a_partitioned_data_set(lake):
    table = pyarrow.table(
        {"id": range(1000), "name": [str(n) for n in range(1000)], "parity": [n % 2 for n in range(1000)]}
    )
    pyarrow.dataset.write_dataset(
        table, "sales", filesystem=lake, format="parquet",
        partitioning=pyarrow.dataset.partitioning(
            pyarrow.schema([("parity", pyarrow.int64())]), flavor="hive"
        ),
    )  # fmt: skip
    back = pyarrow.dataset.dataset("sales", filesystem=lake, partitioning="hive")
    odd = back.to_table(filter=pyarrow.dataset.field("parity") == 1, columns=["id"])
    assert sorted(odd["id"].to_pylist()) == list(range(1, 1000, 2))
    # A column of a file is read by ranges.
    pyarrow.parquet.write_table(table, "one.parquet", filesystem=lake)
    read = pyarrow.parquet.read_table("one.parquet", filesystem=lake, columns=["name"])
    assert read["name"].to_pylist() == [str(n) for n in range(1000)]
