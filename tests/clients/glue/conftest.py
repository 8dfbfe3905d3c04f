"""What tests of crawlers share."""

import json

import pytest
from harness import eventually

ROLE = "arn:aws:iam::000000000000:role/service-role/crawler"
DATABASE = "lake"


class Lake:
    """A bucket and crawlers over it."""

    ROLE, DATABASE = ROLE, DATABASE

    def __init__(self, glue, s3, bucket):
        self.glue, self.s3, self.bucket = glue, s3, bucket

    def put(self, key, body):
        body = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def delete(self, *keys):
        for key in keys:
            self.s3.delete_object(Bucket=self.bucket, Key=key)

    def url(self, path=""):
        return f"s3://{self.bucket}/{path}"

    def crawler(self, *paths, name="c", **more):
        targets = [path if isinstance(path, dict) else {"Path": path} for path in paths]
        targets = [{**target, "Path": self.url(target["Path"])} for target in targets]
        self.glue.create_crawler(
            Name=name, Role=ROLE, DatabaseName=DATABASE, Targets={"S3Targets": targets}, **more
        )
        return name

    def run(self, name="c", status="SUCCEEDED"):
        self.glue.start_crawler(Name=name)
        return self.wait(name, status)

    def wait(self, name="c", status="SUCCEEDED"):
        def ready():
            crawler = self.glue.get_crawler(Name=name)["Crawler"]
            return crawler if crawler["State"] == "READY" else None

        crawler = eventually(ready, seconds=60)
        last = crawler["LastCrawl"]
        assert last["Status"] == status, last
        return last

    def crawl(self, *paths, **more):
        return self.run(self.crawler(*paths, **more))

    def tables(self):
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE)
        return {table["Name"]: table for page in pages for table in page["TableList"]}

    def columns(self, name):
        columns = self.table(name)["StorageDescriptor"]["Columns"]
        return [(column["Name"], column["Type"]) for column in columns]

    def keys(self, name):
        return [key["Name"] for key in self.table(name)["PartitionKeys"]]

    def table(self, name):
        return self.glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]

    def partitions(self, table):
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=DATABASE, TableName=table
        )
        return {tuple(p["Values"]): p for page in pages for p in page["Partitions"]}

    def summary(self, name="c"):
        return json.loads(self.glue.list_crawls(CrawlerName=name)["Crawls"][0]["Summary"])


@pytest.fixture
def lake(glue, s3, bucket):
    return Lake(glue, s3, bucket)


@pytest.fixture
def lake_of():
    """`lake_of(glue, s3, bucket)`: a lake of other clients."""
    return Lake
