"""Paginators and waiters of the models, and idempotency tokens."""

import datetime
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
)


def databases(glue, n):
    for at in range(n):
        glue.create_database(DatabaseInput={"Name": f"d{at}"})


def tables(glue, n):
    glue.create_database(DatabaseInput={"Name": "d"})
    for at in range(n):
        glue.create_table(DatabaseName="d", TableInput={"Name": f"t{at}"})


def partitions(glue, n):
    glue.create_database(DatabaseInput={"Name": "d"})
    key = [{"Name": "p", "Type": "string"}]
    glue.create_table(DatabaseName="d", TableInput={"Name": "t", "PartitionKeys": key})
    batch = [{"Values": [f"{at}"]} for at in range(n)]
    glue.batch_create_partition(DatabaseName="d", TableName="t", PartitionInputList=batch)


def objects(s3, n):
    s3.create_bucket(Bucket=BUCKET)
    for at in range(n):
        s3.put_object(Bucket=BUCKET, Key=f"k{at}", Body=b"")


def uploads(s3, n):
    s3.create_bucket(Bucket=BUCKET)
    for at in range(n):
        s3.create_multipart_upload(Bucket=BUCKET, Key=f"k{at}")


def users(iam, n):
    for at in range(n):
        iam.create_user(UserName=f"u{at}")


def roles(iam, n):
    for at in range(n):
        iam.create_role(RoleName=f"r{at}", AssumeRolePolicyDocument=TRUST)


def policies(iam, n):
    for at in range(n):
        iam.create_policy(PolicyName=f"p{at}", PolicyDocument=POLICY)


def named_queries(athena, n):
    for at in range(n):
        athena.create_named_query(Name=f"q{at}", Database="d", QueryString="SELECT 1")


BUCKET = f"b-{uuid.uuid4().hex}"
D, T = {"DatabaseName": "d"}, {"DatabaseName": "d", "TableName": "t"}

# Service, paginator, its parameters, how to make n, what is listed, and its name.
LISTS = [
    ("glue", "get_databases", {}, databases, "DatabaseList", lambda x: x["Name"]),
    ("glue", "get_tables", D, tables, "TableList", lambda x: x["Name"]),
    ("glue", "get_partitions", T, partitions, "Partitions", lambda x: x["Values"][0]),
    ("s3", "list_objects_v2", {"Bucket": BUCKET}, objects, "Contents", lambda x: x["Key"]),
    ("s3", "list_objects", {"Bucket": BUCKET}, objects, "Contents", lambda x: x["Key"]),
    ("s3", "list_object_versions", {"Bucket": BUCKET}, objects, "Versions", lambda x: x["Key"]),
    ("s3", "list_multipart_uploads", {"Bucket": BUCKET}, uploads, "Uploads", lambda x: x["Key"]),
    ("iam", "list_users", {}, users, "Users", lambda x: x["UserName"]),
    ("iam", "list_roles", {}, roles, "Roles", lambda x: x["RoleName"]),
    ("iam", "list_policies", {"Scope": "Local"}, policies, "Policies", lambda x: x["PolicyName"]),
    ("athena", "list_named_queries", {}, named_queries, "NamedQueryIds", lambda x: x),
]


@behaviour("PLAT-7")
@pytest.mark.serve()
@pytest.mark.parametrize(
    "service, operation, given, make, listed, name", LISTS, ids=[row[1] for row in LISTS]
)
def test_three_small_pages_are_one_big_page(aws, service, operation, given, make, listed, name):
    client = aws.client(service)
    make(client, 7)
    paginator = client.get_paginator(operation)

    def pages(size):
        config = {"PageSize": size}
        return [page.get(listed, []) for page in paginator.paginate(**given, PaginationConfig=config)]

    whole = sorted(name(item) for page in pages(50) for item in page)
    assert len(whole) == 7
    small = pages(3)
    assert len(small) == 3
    assert sorted(name(item) for page in small for item in page) == whole


GARBAGE = [
    ("glue", "get_databases", {"NextToken": "garbage"}, 400),
    ("iam", "list_users", {"Marker": "garbage"}, 400),
    ("athena", "list_work_groups", {"NextToken": "garbage"}, 400),
]


@behaviour("PLAT-7")
@pytest.mark.parametrize("service, operation, given, status", GARBAGE)
def test_a_made_up_token_is_refused(aws, service, operation, given, status):
    with pytest.raises(ClientError) as raised:
        getattr(aws.client(service), operation)(**given)
    assert error(raised).status == status


@behaviour("PLAT-7")
def test_a_made_up_continuation_of_a_listing_is_refused(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="garbage")
    assert error(raised)[:2] == ("InvalidArgument", 400)
    assert error(raised).message == "The continuation token provided is incorrect"


@behaviour("PLAT-7")
def test_waiters_end(s3, iam, bucket):
    fast = {"Delay": 0, "MaxAttempts": 3}
    s3.get_waiter("bucket_exists").wait(Bucket=bucket, WaiterConfig=fast)
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="k", WaiterConfig=fast)
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.get_waiter("object_exists").wait(Bucket=bucket, Key="k", WaiterConfig=fast)
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)
    s3.get_waiter("bucket_not_exists").wait(Bucket=bucket, WaiterConfig=fast)
    iam.create_user(UserName="u")
    iam.get_waiter("user_exists").wait(UserName="u", WaiterConfig=fast)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.get_waiter("role_exists").wait(RoleName="r", WaiterConfig=fast)
    policy = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]
    iam.get_waiter("policy_exists").wait(PolicyArn=policy["Arn"], WaiterConfig=fast)


@behaviour("PLAT-8")
def test_a_repeated_token_returns_the_first_query_and_another_input_is_refused(athena, bucket):
    token = uuid.uuid4().hex
    call = {
        "ClientRequestToken": token,
        "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/"},
    }
    first = athena.start_query_execution(QueryString="SELECT 1", **call)["QueryExecutionId"]
    again = athena.start_query_execution(QueryString="SELECT 1", **call)["QueryExecutionId"]
    assert again == first
    with pytest.raises(ClientError) as raised:
        athena.start_query_execution(QueryString="SELECT 2", **call)
    assert error(raised)[:2] == ("InvalidRequestException", 400)
    assert "Idempotent parameters do not match" in error(raised).message
    assert athena.list_query_executions()["QueryExecutionIds"] == [first]


@behaviour("PLAT-8")
def test_a_repeated_token_returns_the_first_named_query(athena):
    call = {"Name": "q", "Database": "d", "QueryString": "SELECT 1"}
    token = uuid.uuid4().hex + str(datetime.date.today())
    first = athena.create_named_query(ClientRequestToken=token, **call)["NamedQueryId"]
    again = athena.create_named_query(ClientRequestToken=token, **call)["NamedQueryId"]
    assert again == first
    assert athena.list_named_queries()["NamedQueryIds"] == [first]
