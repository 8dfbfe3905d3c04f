"""From CSV files to answers: S3, a Glue crawler, Athena. Runs against any endpoint.

    pip install boto3 zstandard
    export AWS_ENDPOINT_URL=http://localhost:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
    python pipeline.py

It needs nothing of Aquifer: leave AWS_ENDPOINT_URL out, name a bucket of your own, and it runs on AWS.
"""

import argparse
import gzip
import io
import json
import os
import pathlib
import time

import boto3
import zstandard

HERE = pathlib.Path(__file__).resolve().parent
TABLES = ("flights", "weather", "planes", "airports", "airlines")
CSV, PARQUET = "nyc_csv", "nyc"  # the two databases
ROLE, CRAWLER, CLASSIFIER = "flights-crawler", "flights", "csv-with-header"
PRICE_PER_TB, BILLED_BYTES_MIN = 5.00, 10 * 1000 * 1000

session = boto3.Session(region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
s3, glue, athena, iam = (session.client(name) for name in ("s3", "glue", "athena", "iam"))


def read_rows(table):
    """The lines of one packed CSV file, header first."""
    with (HERE / "data" / f"{table}.csv.zst").open("rb") as packed:
        text = zstandard.ZstdDecompressor().stream_reader(packed).read().decode()
    return text.splitlines()


def upload(bucket):
    """Flights go up as twelve gzip files in Hive folders, the small tables as they are."""
    if bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket)
    header, *rows = read_rows("flights")
    header = header.split(",", 2)[2]  # year and month are in the folder's name
    months = {}
    for row in rows:
        year, month, rest = row.split(",", 2)
        months.setdefault((int(year), int(month)), [header]).append(rest)
    for (year, month), lines in sorted(months.items()):
        body = gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)
        key = f"raw/flights/year={year}/month={month:02}/flights.csv.gz"
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        print(f"  s3://{bucket}/{key}  {len(lines) - 1:,} rows, {len(body):,} bytes")
    for table in TABLES[1:]:
        body = "\n".join(read_rows(table)).encode() + b"\n"
        s3.upload_fileobj(io.BytesIO(body), bucket, f"raw/{table}/{table}.csv")
        print(f"  s3://{bucket}/raw/{table}/{table}.csv  {len(body):,} bytes")


def crawler_role():
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "glue.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    may = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:*", "glue:*", "logs:*"], "Resource": "*"}],
    }
    try:
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName=ROLE)["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="lake", PolicyDocument=json.dumps(may))
    return role["Arn"]


def crawl(bucket):
    """Databases, a classifier that says "the first line is a header", a crawler; then run it and wait."""
    for database in (CSV, PARQUET):
        try:
            glue.create_database(DatabaseInput={"Name": database})
        except glue.exceptions.AlreadyExistsException:
            pass
    try:
        glue.create_classifier(
            CsvClassifier={
                "Name": CLASSIFIER,
                "Delimiter": ",",
                "QuoteSymbol": '"',
                "ContainsHeader": "PRESENT",
            }
        )
        glue.create_crawler(
            Name=CRAWLER,
            Role=crawler_role(),
            DatabaseName=CSV,
            TablePrefix="raw_",
            Classifiers=[CLASSIFIER],
            Targets={"S3Targets": [{"Path": f"s3://{bucket}/raw/{table}/"} for table in TABLES]},
        )
    except glue.exceptions.AlreadyExistsException:
        pass
    glue.start_crawler(Name=CRAWLER)
    while glue.get_crawler(Name=CRAWLER)["Crawler"]["State"] != "READY":
        time.sleep(0.2)
    last = glue.get_crawler(Name=CRAWLER)["Crawler"]["LastCrawl"]
    if last["Status"] != "SUCCEEDED":
        raise SystemExit(f"the crawl failed: {last.get('ErrorMessage')}")
    for page in glue.get_paginator("get_tables").paginate(DatabaseName=CSV):
        for table in page["TableList"]:
            if table.get("TableType") == "VIRTUAL_VIEW":
                continue
            columns = len(table["StorageDescriptor"]["Columns"])
            keys = [key["Name"] for key in table.get("PartitionKeys", [])]
            print(f"  {table['Name']:<14} {columns:>2} columns  partitioned by {keys or 'nothing'}")
    partitions = glue.get_partitions(DatabaseName=CSV, TableName="raw_flights")["Partitions"]
    print(f"  raw_flights has {len(partitions)} partitions:", *("/".join(p["Values"]) for p in partitions))


def run(sql, database, bucket):
    """Starts a query, waits for it, and gives back its statistics and its rows of text."""
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": database},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
    )["QueryExecutionId"]
    pause = 0.02
    while True:
        execution = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)
    if execution["Status"]["State"] != "SUCCEEDED":
        reason = execution["Status"].get("StateChangeReason")
        raise SystemExit(f"{execution['Status']['State']}: {reason}\n{sql}")
    rows = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=query):
        rows += [[v.get("VarCharValue", "") for v in r["Data"]] for r in page["ResultSet"]["Rows"]]
    return execution["Statistics"], rows


def build_tables(bucket):
    """For each table a typed view on the CSV files, and the same rows once more as Parquet."""
    left_over = session.resource("s3").Bucket(bucket).objects.filter(Prefix="parquet/")
    left_over.delete()
    for table in TABLES:
        select = (HERE / "tables" / f"{table}.sql").read_text()
        run(f"CREATE OR REPLACE VIEW {CSV}.{table} AS\n{select}", CSV, bucket)
        run(f"DROP TABLE IF EXISTS {PARQUET}.{table}", PARQUET, bucket)
        partitioned = ", partitioned_by = ARRAY['month']" if table == "flights" else ""
        statistics, _ = run(
            f"CREATE TABLE {PARQUET}.{table} WITH (format = 'PARQUET', "
            f"external_location = 's3://{bucket}/parquet/{table}/'{partitioned}) AS\n"
            f"SELECT * FROM {CSV}.{table}",
            PARQUET,
            bucket,
        )
        print(f"  {PARQUET}.{table:<9} {statistics['TotalExecutionTimeInMillis']:>6} ms")


def cost(scanned):
    return max(scanned, BILLED_BYTES_MIN) / 1e12 * PRICE_PER_TB


def show(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    numeric = [all(v.replace(".", "").replace("-", "").isdigit() for v in c[1:] if v) for c in zip(*rows)]
    for row in rows:
        cells = (v.rjust(w) if n else v.ljust(w) for v, w, n in zip(row, widths, numeric))
        print("  " + "  ".join(cells).rstrip())


def ask(bucket):
    """Every question twice: on the CSV files and on Parquet. Same text, same answer, other price."""
    for path in sorted((HERE / "queries").glob("*.sql")):
        sql = path.read_text()
        print("\n" + sql.split("\n", 1)[0].removeprefix("-- "))
        csv, csv_rows = run(sql, CSV, bucket)
        parquet, rows = run(sql, PARQUET, bucket)
        assert rows == csv_rows, "both copies of the data must give the same answer"
        show(rows)
        for name, statistics in (("CSV", csv), ("Parquet", parquet)):
            scanned = statistics["DataScannedInBytes"]
            print(
                f"  {name:<8}{scanned:>12,} bytes scanned  "
                f"{statistics['TotalExecutionTimeInMillis']:>6} ms  ${cost(scanned):.6f}"
            )


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--bucket", default="flights-lake")
    bucket = arguments.parse_args().bucket
    for title, step in (
        ("Files to S3", upload),
        ("Crawl", crawl),
        ("Views and Parquet tables", build_tables),
        ("Five questions", ask),
    ):
        started = time.monotonic()
        print(f"{title} …")
        step(bucket)
        print(f"  {time.monotonic() - started:.1f} s\n")


if __name__ == "__main__":
    main()
