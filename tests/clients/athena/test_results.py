"""Results: their types, their pages, their files."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("ATH-9")
def test_results_have_types(lake):
    query = lake.ask(
        "SELECT 1 AS i, BIGINT '2' AS b, 1.5E0 AS d, DECIMAL '12.340' AS m, true AS t, 'x' AS s, "
        "DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.678' AS ts, ARRAY[1, 2] AS a, "
        "MAP(ARRAY['k'], ARRAY[1]) AS mp, CAST(ROW(1, 'y') AS ROW(p integer, q varchar)) AS r, "
        "X'00ff' AS bin, CAST(1 AS smallint) AS sm, CAST(1 AS tinyint) AS ti, REAL '0.5' AS re"
    )
    assert query.columns() == [
        ("i", "integer"), ("b", "bigint"), ("d", "double"), ("m", "decimal"), ("t", "boolean"),
        ("s", "varchar"), ("day", "date"), ("ts", "timestamp"), ("a", "array"), ("mp", "map"),
        ("r", "row"), ("bin", "varbinary"), ("sm", "smallint"), ("ti", "tinyint"), ("re", "float"),
    ]
    assert query.csv()[1] == [
        "1", "2", "1.5", "12.340", "true", "x", "2026-01-02", "2026-01-02 03:04:05.678", "[1, 2]",
        "{k=1}", "{p=1, q=y}", "00 ff", "1", "1", "0.5",
    ]
    answer = lake.athena.get_query_results(QueryExecutionId=query.id)
    info = {c["Name"]: c for c in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]}
    assert (info["m"]["Precision"], info["m"]["Scale"]) == (5, 3)
    assert info["s"]["CaseSensitive"] is True and info["i"]["CaseSensitive"] is False
    assert info["i"]["CatalogName"] == "hive" and info["i"]["Nullable"] == "UNKNOWN"


@behaviour("ATH-9")
def test_results_come_in_pages(lake):
    query = lake.ask("SELECT n, 'row ' || CAST(n AS varchar) AS t FROM UNNEST(sequence(1, 2500)) AS s (n) ORDER BY n")
    pages = query.pages(PaginationConfig={"PageSize": 1000})
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 501]
    assert query.rows() == [(n, f"row {n}") for n in range(1, 2501)]

    page = lake.athena.get_query_results(QueryExecutionId=query.id, MaxResults=3)
    assert len(page["ResultSet"]["Rows"]) == 3
    for token in ("garbage", "00"):
        with pytest.raises(ClientError) as refused:
            lake.athena.get_query_results(QueryExecutionId=query.id, NextToken=token)
        assert error(refused).code == "InvalidRequestException"
    with pytest.raises(ClientError) as refused:
        lake.athena.get_query_results(QueryExecutionId=query.id, MaxResults=1001)
    assert error(refused).code == "InvalidRequestException"


@behaviour("ATH-9")
def test_awkward_texts_survive(lake):
    texts = ['say "hi"', "a,b", "line\nbreak", "", "björn 🎈", "'"]
    values = ", ".join("({}, '{}')".format(i, text.replace("'", "''")) for i, text in enumerate(texts))
    query = lake.ask(f"SELECT t FROM (VALUES {values}, (99, NULL)) AS v (i, t) ORDER BY i")
    assert [row[0] for row in query.rows()] == [*texts, None]
    assert query.file().endswith("\n\n")


@behaviour("ATH-9")
def test_large_results_are_written_in_bounded_memory(lake):
    query = lake.ask(
        "SELECT n, rpad('x', 200, 'y') AS t FROM UNNEST(sequence(1, 300)) AS a (m) "
        "CROSS JOIN UNNEST(sequence(1, 300)) AS b (n)"
    )
    key = query.output.removeprefix(f"s3://{lake.bucket}/")
    head = lake.s3.head_object(Bucket=lake.bucket, Key=key)
    assert head["ContentLength"] > 8 << 20
    page = lake.athena.get_query_results(QueryExecutionId=query.id, MaxResults=2)
    assert page["ResultSet"]["Rows"][1]["Data"][1]["VarCharValue"] == "x" + "y" * 199


@behaviour("ATH-9")
def test_results_that_are_gone_say_so(lake):
    query = lake.ask("SELECT 1")
    lake.s3.delete_object(Bucket=lake.bucket, Key=f"results/{query.id}.csv")
    with pytest.raises(ClientError) as refused:
        lake.athena.get_query_results(QueryExecutionId=query.id)
    assert error(refused).message == "Could not find results"


@behaviour("ATH-9")
@pytest.mark.parametrize("rows", [1, 90])
def test_results_go_to_the_bucket_of_the_expected_owner_only(lake, rows):
    sql = f"SELECT rpad('x', 100000, 'y') AS t FROM UNNEST(sequence(1, {rows})) AS s (n)"
    where = {"OutputLocation": f"s3://{lake.bucket}/results/"}
    own = lake.ask(sql, ResultConfiguration={**where, "ExpectedBucketOwner": lake.aws.account})
    key = own.output.removeprefix(f"s3://{lake.bucket}/")
    head = lake.s3.head_object(Bucket=lake.bucket, Key=key)
    assert head["ContentType"] == "application/octet-stream"
    kept = lake.keys("results/")
    other = lake.run(sql, ResultConfiguration={**where, "ExpectedBucketOwner": "999999999999"})
    assert other.state == "FAILED"
    assert other.reason.startswith("Access denied when writing output to url: "), other.reason
    assert lake.keys("results/") == kept
    assert "Uploads" not in lake.s3.list_multipart_uploads(Bucket=lake.bucket)
