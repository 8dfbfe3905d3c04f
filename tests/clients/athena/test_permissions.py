"""Who may: workgroups by policy, and everything a query touches as its caller (`--auth enforce`)."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def allow(action, resource="*") -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action, resource="*") -> dict:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


EVERYTHING = allow(["athena:*", "glue:*", "s3:*"])


@pytest.fixture
def lake(root, make_lake):
    """A lake of the account's root, with a table of two rows."""
    lake = make_lake(root)
    lake.put("t/a.csv", "1\n2\n")
    lake.ask("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://{bucket}/t/'")
    return lake


@behaviour("ATH-24")
def test_a_policy_opens_one_workgroup(lake, user, as_caller, account):
    lake.athena.create_work_group(Name="a")
    lake.athena.create_work_group(Name="b")
    arn = f"arn:aws:athena:us-east-1:{account}:workgroup/a"
    ann = as_caller(user("ann", allow("athena:*", arn), allow(["glue:*", "s3:*"])), lake)
    query = ann.ask("SELECT sum(a) AS s FROM t", WorkGroup="a")
    assert query.rows() == [(3,)]
    for group in ("b", "primary"):
        with pytest.raises(ClientError) as refused:
            ann.start("SELECT 1", WorkGroup=group)
        assert error(refused).code == "AccessDeniedException"
        assert f"workgroup/{group}" in error(refused).message
    other = lake.ask("SELECT 1", WorkGroup="b").id
    with pytest.raises(ClientError) as refused:
        ann.get(other)
    assert error(refused).code == "AccessDeniedException"
    answer = ann.athena.batch_get_query_execution(QueryExecutionIds=[query.id, other])
    assert [q["QueryExecutionId"] for q in answer["QueryExecutions"]] == [query.id]


@behaviour("ATH-31", "ATH-5")
def test_a_query_reads_and_writes_as_its_caller(lake, user, as_caller):
    objects = f"arn:aws:s3:::{lake.bucket}"
    blind = as_caller(user("blind", EVERYTHING, deny("s3:GetObject", f"{objects}/t/*")), lake)
    query = blind.run("SELECT * FROM t")
    assert query.state == "FAILED"
    assert query.reason.startswith("PERMISSION_DENIED: ") and "Access Denied" in query.reason
    assert query.execution["Status"]["AthenaError"]["ErrorCategory"] == 2

    mute = as_caller(user("mute", EVERYTHING, deny("s3:PutObject", f"{objects}/results/*")), lake)
    query = mute.run("SELECT * FROM t")
    assert query.state == "FAILED"
    assert query.reason.startswith("Access denied when writing output to url: ")


@behaviour("ATH-36", "ATH-37")
def test_the_catalog_is_limited_by_table(lake, user, as_caller, account):
    lake.ask("CREATE EXTERNAL TABLE u (a int) LOCATION 's3://{bucket}/t/'")
    table = f"arn:aws:glue:us-east-1:{account}:table/d/u"
    ann = as_caller(user("ann", EVERYTHING, deny("glue:GetTable", table)), lake)
    assert ann.ask("SELECT count(*) AS n FROM t").rows() == [(2,)]
    query = ann.run("SELECT * FROM u")
    assert query.state == "FAILED" and query.reason.startswith("PERMISSION_DENIED: ")


@behaviour("ATH-36")
def test_one_table_may_be_all_that_is_seen(lake, user, as_caller, account):
    lake.ask("CREATE EXTERNAL TABLE u (a int) LOCATION 's3://{bucket}/t/'")
    glue = lambda *names: [f"arn:aws:glue:us-east-1:{account}:{name}" for name in names]
    one = [
        allow(["athena:*", "s3:*"]),
        allow("glue:GetDatabase", glue("catalog", "database/default")),
        allow("glue:Get*", glue("catalog", "database/d", "table/d/t")),
    ]
    ann = as_caller(user("ann", *one), lake)
    assert ann.ask("SELECT count(*) AS n FROM t").rows() == [(2,)]
    for sql in ("SELECT * FROM u", "DESCRIBE u", "DROP TABLE t"):
        query = ann.run(sql)
        assert query.state == "FAILED" and query.reason.startswith("PERMISSION_DENIED: "), query.reason
    # A table is seen in all its versions or in none.
    bob = as_caller(user("bob", *one, deny("glue:GetTable", glue("tableVersion/d/t/0"))), lake)
    assert bob.ask("SELECT count(*) AS n FROM t").rows() == [(2,)]


@behaviour("ATH-37")
def test_the_default_database_and_the_catalog_of_the_region_are_needed(lake, user, as_caller, account):
    def policy(*resources):
        return [
            allow(["athena:*", "s3:*"]),
            allow("glue:*", [f"arn:aws:glue:us-east-1:{account}:{name}" for name in resources]),
        ]

    enough = ("catalog", "database/default", "database/d", "table/d/*")
    ann = as_caller(user("ann", *policy(*enough)), lake)
    assert ann.ask("SELECT sum(a) AS s FROM t").rows() == [(3,)]
    for n, missing in enumerate(("catalog", "database/default")):
        bob = as_caller(user(f"bob{n}", *policy(*(name for name in enough if name != missing))), lake)
        query = bob.run("SELECT sum(a) AS s FROM t")
        assert query.state == "FAILED" and query.reason.startswith("PERMISSION_DENIED: "), missing
        assert "glue:GetDatabase" in query.reason
    elsewhere = [
        allow(["athena:*", "s3:*"]), allow("glue:*", f"arn:aws:glue:eu-west-1:{account}:*"),
    ]
    eve = as_caller(user("eve", *elsewhere), lake)
    assert eve.run("SELECT 1 AS a").reason.startswith("PERMISSION_DENIED: ")


@behaviour("ATH-38")
def test_statements_need_the_actions_of_the_catalog(lake, user, as_caller):
    lake.ask(
        "CREATE EXTERNAL TABLE parts (a int) PARTITIONED BY (p int) LOCATION 's3://{bucket}/parts/'"
    )
    lake.put("parts/p=1/a.csv", "1\n")
    cases = [
        ("glue:CreateDatabase", "CREATE DATABASE e"),
        ("glue:UpdateDatabase", "ALTER DATABASE d SET DBPROPERTIES ('a'='b')"),
        ("glue:CreateTable", "CREATE EXTERNAL TABLE n (a int) LOCATION 's3://{bucket}/n/'"),
        ("glue:BatchCreatePartition", "MSCK REPAIR TABLE parts"),
        ("glue:GetDatabases", "SHOW DATABASES"),
        ("glue:GetTables", "SHOW TABLES"),
        ("glue:DeleteTable", "DROP TABLE n"),
        ("glue:DeleteDatabase", "DROP DATABASE e"),
    ]
    able = as_caller(user("able", EVERYTHING), lake)
    for n, (action, sql) in enumerate(cases):
        unable = as_caller(user(f"unable{n}", EVERYTHING, deny(action)), lake)
        query = unable.run(sql)
        assert query.state == "FAILED", sql
        assert "PERMISSION_DENIED" in query.reason and action in query.reason, query.reason
        able.ask(sql)


@behaviour("ATH-35")
def test_calls_of_a_query_are_never_in_the_clear(lake, user, as_caller):
    secure = {"Bool": {"aws:SecureTransport": "false"}}
    closed = {**deny("s3:GetObject", f"arn:aws:s3:::{lake.bucket}/t/*"), "Condition": secure}
    ann = as_caller(user("ann", EVERYTHING, closed), lake)
    assert ann.ask("SELECT sum(a) AS s FROM t").rows() == [(3,)]
    with pytest.raises(ClientError) as refused:
        ann.s3.get_object(Bucket=lake.bucket, Key="t/a.csv")
    assert error(refused).code == "AccessDenied"


@behaviour("ATH-5", "ATH-45", "ATH-48")
def test_what_cannot_be_told_of_is_not_written(lake, user, as_caller):
    lists = f"arn:aws:s3:::{lake.bucket}/results/*-manifest.csv"
    mute = as_caller(user("mute", EVERYTHING, deny("s3:PutObject", lists)), lake)
    before = lake.keys("t/")
    for sql in (
        "INSERT INTO t VALUES (3)",
        "CREATE TABLE u WITH (external_location = 's3://{bucket}/u/') AS SELECT 1 AS a",
        "UNLOAD (SELECT 1 AS a) TO 's3://{bucket}/v/' WITH (format = 'PARQUET')",
    ):
        query = mute.run(sql)
        assert query.state == "FAILED", sql
        assert query.reason.startswith("Access denied when writing output to url: "), query.reason
    assert lake.keys("t/") == before and lake.keys("u/") == lake.keys("v/") == []
    assert lake.ask("SHOW TABLES").lines() == ["t"]
    assert lake.ask("SELECT sum(a) AS s FROM t").rows() == [(3,)]


@behaviour("ATH-5")
def test_results_carry_the_acl_that_was_asked_for(lake, user, as_caller):
    given = {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    closed = {**deny("s3:PutObject", f"arn:aws:s3:::{lake.bucket}/results/*"), "Condition": given}
    ann = as_caller(user("ann", EVERYTHING, closed), lake)
    assert ann.run("SELECT 1 AS a").state == "FAILED"
    where = {
        "OutputLocation": f"s3://{lake.bucket}/results/",
        "AclConfiguration": {"S3AclOption": "BUCKET_OWNER_FULL_CONTROL"},
    }
    for sql in ("SELECT 1 AS a", "SHOW TABLES"):
        assert ann.ask(sql, ResultConfiguration=where).output.startswith(where["OutputLocation"])
