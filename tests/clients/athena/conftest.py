"""What tests of queries share: `lake`, where queries run to their end and answer rows."""

import csv
import io

import pytest
from harness import eventually

TYPES = {
    "integer": int, "bigint": int, "smallint": int, "tinyint": int, "double": float, "float": float,
    "boolean": lambda text: text == "true",
}


class Query:
    """A query that has ended."""

    def __init__(self, lake, execution):
        self.lake = lake
        self.execution = execution
        self.id = execution["QueryExecutionId"]
        self.state = execution["Status"]["State"]
        self.reason = execution["Status"].get("StateChangeReason", "")
        self.scanned = execution["Statistics"]["DataScannedInBytes"]
        self.output = execution["ResultConfiguration"]["OutputLocation"]

    def pages(self, **options):
        """All pages of the result, as answered."""
        paginator = self.lake.athena.get_paginator("get_query_results")
        return list(paginator.paginate(QueryExecutionId=self.id, **options))

    def columns(self):
        """Name and type of each column."""
        answer = self.lake.athena.get_query_results(QueryExecutionId=self.id)
        info = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        return [(column["Name"], column["Type"]) for column in info]

    def lines(self):
        """What a statement that tells lines told."""
        pages = self.pages()
        rows = [row for page in pages for row in page["ResultSet"]["Rows"]]
        return [row["Data"][0]["VarCharValue"] for row in rows]

    def rows(self):
        """The rows as Python values, the header left out."""
        info = self.pages()[0]["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        convert = [TYPES.get(column["Type"], str) for column in info]
        rows = [row["Data"] for page in self.pages() for row in page["ResultSet"]["Rows"]]
        return [
            tuple(
                to(cell["VarCharValue"]) if "VarCharValue" in cell else None
                for to, cell in zip(convert, row, strict=True)
            )
            for row in rows[1:]
        ]

    def file(self):
        """The result file."""
        bucket, _, key = self.output.removeprefix("s3://").partition("/")
        return self.lake.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def csv(self):
        """The result file's rows."""
        return list(csv.reader(io.StringIO(self.file())))


class Lake:
    """A bucket, a database `d`, and queries over them."""

    def __init__(self, aws, bucket):
        self.aws = aws
        self.bucket = bucket
        self.athena = aws.client("athena")
        self.glue = aws.client("glue")
        self.s3 = aws.client("s3")

    def put(self, key, body):
        body = body if isinstance(body, bytes) else body.encode()
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def keys(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def start(self, sql, database="d", **options):
        """Starts a query; returns its id."""
        options.setdefault(
            "ResultConfiguration", {"OutputLocation": f"s3://{self.bucket}/results/"}
        )
        options = {name: value for name, value in options.items() if value is not None}
        sql = sql.replace("{bucket}", self.bucket)
        started = self.athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database}, **options
        )
        return started["QueryExecutionId"]

    def get(self, query):
        answer = self.athena.get_query_execution(QueryExecutionId=query)
        return answer["QueryExecution"]

    def wait(self, query, seconds=30):
        """The query once it has ended."""

        def ended():
            execution = self.get(query)
            busy = execution["Status"]["State"] in ("QUEUED", "RUNNING")
            return None if busy else execution

        return Query(self, eventually(ended, seconds))

    def run(self, sql, database="d", **options):
        """Runs a statement, however it ends."""
        return self.wait(self.start(sql, database, **options))

    def ask(self, sql, database="d", **options):
        """Runs a statement that must succeed."""
        query = self.run(sql, database, **options)
        assert query.state == "SUCCEEDED", f"{query.reason}\n{sql}"
        return query


@pytest.fixture
def make_lake():
    """`make_lake(aws)`: a lake of any caller, with a bucket and a database of its own."""
    import uuid

    def make(aws):
        bucket = f"b-{uuid.uuid4().hex}"
        aws.client("s3").create_bucket(Bucket=bucket)
        aws.client("glue").create_database(DatabaseInput={"Name": "d"})
        return Lake(aws, bucket)

    return make


@pytest.fixture
def lake(aws, make_lake):
    return make_lake(aws)


@pytest.fixture
def as_caller():
    """`as_caller(aws, lake)`: the same lake for another caller."""
    return lambda aws, lake: Lake(aws, lake.bucket)


@pytest.fixture
def orders(lake):
    """A CSV table of four orders in two months, with partitions."""
    lake.put("orders/month=2026-01/a.csv", "1,ada,10.5,true\n2,björn,,false\n")
    lake.put("orders/month=2026-02/b.csv", "3,cleo,7.25,true\n4,,1.0,true\n")
    lake.ask(
        "CREATE EXTERNAL TABLE orders (id int, name string, amount double, paid boolean) "
        "PARTITIONED BY (month string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "NULL DEFINED AS '' LOCATION 's3://{bucket}/orders/'"
    )
    lake.ask("MSCK REPAIR TABLE orders")
    return lake


@pytest.fixture
def catalog(aws, monkeypatch):
    """PyIceberg's Glue catalog."""
    from pyiceberg.catalog import load_catalog

    env = aws.env()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, env[name])
    return load_catalog("glue", **{
        "type": "glue",
        "glue.endpoint": aws.url,
        "glue.region": env["AWS_DEFAULT_REGION"],
        "glue.access-key-id": env["AWS_ACCESS_KEY_ID"],
        "glue.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
        "s3.endpoint": aws.url,
        "s3.access-key-id": env["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": env["AWS_SECRET_ACCESS_KEY"],
        "s3.region": env["AWS_DEFAULT_REGION"],
        "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
    })
