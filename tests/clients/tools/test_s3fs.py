"""s3fs, pandas and fsspec: a bucket as a file system."""

import pandas
import pytest
import s3fs
from harness import behaviour


@pytest.fixture
def files(aws):
    return s3fs.S3FileSystem(
        key=aws.access_key, secret=aws.secret, endpoint_url=aws.url, skip_instance_cache=True,
        client_kwargs={"region_name": aws.region},
    )  # fmt: skip


@behaviour("PLAT-1")
def test_a_bucket_is_a_file_system(files, bucket, tmp_path):
    with files.open(f"{bucket}/a/one.txt", "wb") as out:
        out.write(b"first line\nsecond line\n")
    # Larger than one block, so it goes in parts.
    large = bytes(range(256)) * (48 << 10)
    with files.open(f"{bucket}/a/large.bin", "wb", block_size=5 << 20) as out:
        out.write(large)
    assert files.ls(f"{bucket}/a") == [f"{bucket}/a/large.bin", f"{bucket}/a/one.txt"]
    assert files.info(f"{bucket}/a/large.bin")["size"] == len(large)
    assert files.exists(f"{bucket}/a/one.txt") and not files.exists(f"{bucket}/a/two.txt")
    with files.open(f"{bucket}/a/large.bin", "rb") as back:
        back.seek(1 << 20)
        assert back.read(300) == large[1 << 20 : (1 << 20) + 300]
    with files.open(f"{bucket}/a/one.txt", "r") as back:
        assert back.readlines()[1] == "second line\n"
    files.copy(f"{bucket}/a/large.bin", f"{bucket}/b/copy.bin")
    files.mv(f"{bucket}/a/one.txt", f"{bucket}/b/one.txt")
    assert sorted(files.find(bucket)) == [
        f"{bucket}/a/large.bin", f"{bucket}/b/copy.bin", f"{bucket}/b/one.txt",
    ]  # fmt: skip
    files.get(f"{bucket}/b", str(tmp_path / "down"), recursive=True)
    assert (tmp_path / "down" / "copy.bin").read_bytes() == large
    files.put(str(tmp_path / "down"), f"{bucket}/up", recursive=True)
    assert len(files.glob(f"{bucket}/up/**/*.bin")) == 1
    files.rm(f"{bucket}/a", recursive=True)
    assert not files.exists(f"{bucket}/a")
    with pytest.raises(FileNotFoundError):
        files.cat(f"{bucket}/none")


@behaviour("PLAT-1")
def test_pandas_reads_and_writes_addresses(aws, bucket):
    options = {
        "key": aws.access_key, "secret": aws.secret,
        "client_kwargs": {"endpoint_url": aws.url, "region_name": aws.region},
    }  # fmt: skip
    frame = pandas.DataFrame({"id": range(1000), "name": [f"n{n}" for n in range(1000)]})
    frame.to_csv(f"s3://{bucket}/f.csv", index=False, storage_options=options)
    frame.to_parquet(f"s3://{bucket}/f.parquet", storage_options=options)
    read = pandas.read_csv(f"s3://{bucket}/f.csv", storage_options=options)
    pandas.testing.assert_frame_equal(read, frame)
    read = pandas.read_parquet(f"s3://{bucket}/f.parquet", storage_options=options)
    pandas.testing.assert_frame_equal(read, frame)
