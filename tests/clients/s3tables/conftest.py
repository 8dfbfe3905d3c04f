"""Fixtures of the tests of table buckets."""

import uuid

import pytest
from pyiceberg.catalog import load_catalog


@pytest.fixture
def s3tables(aws):
    return aws.client("s3tables")


@pytest.fixture
def lake(s3tables):
    """The ARN of a new table bucket."""
    return s3tables.create_table_bucket(name=f"lake-{uuid.uuid4().hex[:8]}")["arn"]


@pytest.fixture
def catalog_of(monkeypatch):
    """`catalog_of(aws, arn)`: PyIceberg's catalog of a table bucket, as a caller."""

    def make(aws, arn):
        env = aws.env()
        # PyIceberg signs as the environment says.
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
            monkeypatch.setenv(name, env[name])
        return load_catalog("tables", **{
            "type": "rest",
            "uri": f"{aws.url}/iceberg",
            "warehouse": arn,
            "rest.sigv4-enabled": "true",
            "rest.signing-name": "s3tables",
            "rest.signing-region": env["AWS_DEFAULT_REGION"],
            "s3.endpoint": aws.url,
            "s3.access-key-id": env["AWS_ACCESS_KEY_ID"],
            "s3.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
            "s3.region": env["AWS_DEFAULT_REGION"],
            "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
        })

    return make


@pytest.fixture
def catalog(aws, lake, catalog_of):
    return catalog_of(aws, lake)
