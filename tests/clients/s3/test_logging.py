"""Server access logs: a line for every request for a bucket, stored in another."""

import re
import uuid

import pytest
import requests
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.server import Clock

# AWS's format, as its documentation gives it for queries.
LINE = re.compile(
    r'([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) '
    r'([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ([^ ]*|"[^"]*") ([^ ]*)'
    r"(?: ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*))?$"
)
OWNER, BUCKET, TIME, IP, REQUESTER, REQUEST, OPERATION, KEY, URI, STATUS, CODE, SENT, SIZE = range(13)


def new_bucket(s3) -> str:
    name = f"l-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


def log(s3, bucket, to, prefix="log/", **more):
    s3.put_bucket_logging(
        Bucket=bucket,
        BucketLoggingStatus={
            "LoggingEnabled": {"TargetBucket": to, "TargetPrefix": prefix, **more}
        },
    )


def keys(s3, bucket) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.fixture
def delivered(s3, clock):
    """The lines of the logs in a bucket, once there are so many, as fields."""

    def read(to, count) -> list[tuple]:
        for _ in range(50):
            lines = []
            for key in keys(s3, to):
                body = s3.get_object(Bucket=to, Key=key)["Body"].read().decode()
                lines += [LINE.match(line).groups() for line in body.splitlines()]
            if len(lines) >= count:
                return lines
            clock.advance(minutes=6)
        raise AssertionError(f"{len(lines)} of {count} lines")

    return read


@behaviour("S3-69")
@pytest.mark.clock
def test_requests_are_told_of_in_lines(s3, delivered, server):
    bucket, to = new_bucket(s3), new_bucket(s3)
    s3.put_object(Bucket=bucket, Key="before", Body=b"x")
    log(s3, bucket, to)
    put = s3.put_object(Bucket=bucket, Key="a b", Body=b"hello")
    s3.get_object(Bucket=bucket, Key="a b", Range="bytes=0-1")["Body"].read()
    s3.head_object(Bucket=bucket, Key="a b")
    s3.list_objects_v2(Bucket=bucket)
    s3.get_bucket_versioning(Bucket=bucket)
    with pytest.raises(ClientError):
        s3.get_object(Bucket=bucket, Key="absent")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b"})
    requests.get(url, headers={"Referer": "http://page/", "User-Agent": "an agent"}, timeout=10)
    lines = delivered(to, 7)
    by_request = {line[REQUEST]: line for line in lines}
    of_put = by_request[put["ResponseMetadata"]["RequestId"]]
    assert of_put[BUCKET] == bucket and of_put[IP] == "127.0.0.1"
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", of_put[TIME])
    assert len(of_put[OWNER]) == 64 and of_put[REQUESTER] == of_put[OWNER]
    assert of_put[OPERATION:STATUS + 2] == (
        "REST.PUT.OBJECT", "a%20b", f'"PUT /{bucket}/a%20b HTTP/1.1"', "200", "-",
    )  # fmt: skip
    assert (of_put[SENT], of_put[SIZE]) == ("-", "5")
    got = [line for line in lines if line[OPERATION] == "REST.GET.OBJECT"]
    told = sorted((line[STATUS], line[CODE], line[SENT] != "-", line[SIZE]) for line in got)
    assert told == [
        ("200", "-", True, "5"), ("206", "-", True, "5"), ("404", "NoSuchKey", True, "-"),
    ]  # fmt: skip
    names = {line[OPERATION] for line in lines}
    assert {"REST.HEAD.OBJECT", "REST.GET.BUCKET", "REST.GET.VERSIONING"} <= names
    [signed] = [line for line in got if line[15] == '"http://page/"']
    assert signed[16] == '"an agent"' and signed[21] == "QueryString"
    assert "before" not in {line[KEY] for line in lines}


@pytest.mark.clock
def test_keys_are_simple_or_parted_by_date(s3, account, delivered):
    simple, by_event, by_delivery, to = (new_bucket(s3) for _ in range(4))

    def parted(source):
        return {"TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": source}}}

    log(s3, simple, to, "simple-")
    log(s3, by_event, to, "event/", **parted("EventTime"))
    log(s3, by_delivery, to, "delivery/", **parted("DeliveryTime"))
    for bucket in (simple, by_event, by_delivery):
        s3.list_objects_v2(Bucket=bucket)
    delivered(to, 3)
    date = r"\d{4}-\d\d-\d\d"
    of = {key.split("/")[0].split("-")[0]: key for key in keys(s3, to)}
    assert re.fullmatch(rf"simple-{date}-\d\d-\d\d-\d\d-[0-9A-F]{{16}}", of["simple"])

    def below(bucket):
        return rf"{account}/us-east-1/{bucket}/\d{{4}}/\d\d/\d\d/{date}"

    event = below(by_event)
    assert re.fullmatch(rf"event/{event}-00-00-00-[0-9A-F]{{16}}", of["event"])
    delivery = below(by_delivery)
    assert re.fullmatch(rf"delivery/{delivery}-\d\d-\d\d-\d\d-[0-9A-F]{{16}}", of["delivery"])


@behaviour("S3-69")
@pytest.mark.clock
def test_athena_reads_the_lines(s3, athena, glue, delivered):
    bucket, to, results = new_bucket(s3), new_bucket(s3), new_bucket(s3)
    log(s3, bucket, to)
    for n in range(3):
        s3.put_object(Bucket=bucket, Key=f"k{n}", Body=b"x")
    delivered(to, 3)
    glue.create_database(DatabaseInput={"Name": "logs"})
    names = (
        "bucketowner bucket_name requestdatetime zone remoteip requester requestid operation key "
        "request_uri httpstatus errorcode bytessent objectsize totaltime turnaroundtime referrer "
        "useragent versionid hostid sigv ciphersuite authtype endpoint tlsversion accesspointarn "
        "aclrequired"
    ).split()

    def query(text):
        started = athena.start_query_execution(
            QueryString=text, QueryExecutionContext={"Database": "logs"},
            ResultConfiguration={"OutputLocation": f"s3://{results}/"},
        )  # fmt: skip
        which = {"QueryExecutionId": started["QueryExecutionId"]}
        while True:
            told = athena.get_query_execution(**which)["QueryExecution"]["Status"]
            if told["State"] not in ("QUEUED", "RUNNING"):
                break
        assert told["State"] == "SUCCEEDED", told
        rows = athena.get_query_results(**which)["ResultSet"]["Rows"]
        return [[field.get("VarCharValue") for field in row["Data"]] for row in rows][1:]

    # Fields between spaces, some in quotes; the time has one in it.
    columns = ", ".join(f"`{name}` string" for name in names)
    query(f"""
        CREATE EXTERNAL TABLE access ({columns})
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
        WITH SERDEPROPERTIES ('separatorChar'=' ', 'quoteChar'='"')
        STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
        OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
        LOCATION 's3://{to}/log/'""")
    rows = query(
        "SELECT key, httpstatus, objectsize FROM access "
        "WHERE operation = 'REST.PUT.OBJECT' ORDER BY key"
    )
    assert rows == [["k0", "200", "1"], ["k1", "200", "1"], ["k2", "200", "1"]]


def test_logging_is_read_back_ended_and_refused(s3, aws):
    bucket, to = new_bucket(s3), new_bucket(s3)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    simple = {"TargetObjectKeyFormat": {"SimplePrefix": {}}}
    log(s3, bucket, to, "p/", **simple)
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == {
        "TargetBucket": to, "TargetPrefix": "p/", **simple,
    }  # fmt: skip
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    with pytest.raises(ClientError) as raised:
        log(s3, bucket, "absent-for-certain")
    assert error(raised)[:2] == ("InvalidTargetBucketForLogging", 400)


def test_lines_survive_a_stop(durable_server, durable):
    s3 = durable().client("s3")
    bucket, to = new_bucket(s3), new_bucket(s3)
    log(s3, bucket, to)
    s3.list_objects_v2(Bucket=bucket)
    durable_server.stop()
    durable_server.start()
    s3 = durable().client("s3")
    s3.head_bucket(Bucket=bucket)
    clock = Clock(durable_server)
    for _ in range(20):
        clock.advance(minutes=6)
        text = "".join(
            s3.get_object(Bucket=to, Key=key)["Body"].read().decode() for key in keys(s3, to)
        )
        if "REST.GET.BUCKET" in text and "REST.HEAD.BUCKET" in text:
            return
    raise AssertionError(text)


@behaviour("S3-61", "S3-69")
@pytest.mark.clock
def test_requests_by_access_points_are_told_of_with_their_names(s3, s3control, account, delivered):
    bucket, to = new_bucket(s3), new_bucket(s3)
    point = s3control.create_access_point(AccountId=account, Name="point", Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    log(s3, bucket, to)
    s3.get_object(Bucket=point["Alias"], Key="k")
    lines = [line for line in delivered(to, 1) if line[OPERATION] == "REST.GET.OBJECT"]
    assert [(line[BUCKET], line[24]) for line in lines] == [(bucket, point["AccessPointArn"])]
