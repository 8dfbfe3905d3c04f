"""pandas by itself: frames that go to S3 and come back by their URL."""

import pandas
import pytest
from harness import behaviour


@pytest.fixture
def options(aws):
    """How pandas is told where S3 is."""
    return {
        "key": aws.access_key, "secret": "s",
        "client_kwargs": {"endpoint_url": aws.url, "region_name": aws.region},
    }  # fmt: skip


@behaviour("PLAT-1")
def test_frames_are_kept_as_parquet_csv_and_json(s3, bucket, options):
    frame = pandas.DataFrame({"n": range(1000), "s": [f"line {n}, ü" for n in range(1000)]})
    place = f"s3://{bucket}/frames"
    frame.to_parquet(f"{place}/f.parquet", storage_options=options)
    frame.to_csv(f"{place}/f.csv.gz", index=False, storage_options=options)
    frame.to_json(f"{place}/f.json", orient="records", lines=True, storage_options=options)
    for read in (
        pandas.read_parquet(f"{place}/f.parquet", storage_options=options),
        pandas.read_csv(f"{place}/f.csv.gz", storage_options=options),
        pandas.read_json(f"{place}/f.json", lines=True, storage_options=options),
    ):
        assert read["n"].tolist() == frame["n"].tolist()
        assert read["s"].tolist() == frame["s"].tolist()
    some = pandas.read_parquet(
        f"{place}/f.parquet", columns=["n"], filters=[("n", ">=", 990)], storage_options=options
    )
    assert some["n"].tolist() == list(range(990, 1000))
    with pytest.raises(FileNotFoundError):
        pandas.read_parquet(f"{place}/absent.parquet", storage_options=options)
