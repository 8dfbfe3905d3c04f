"""Partitions: single and batch calls, filters, segments, pages."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

KEYS = [{"Name": "dt", "Type": "string"}, {"Name": "hour", "Type": "int"}]
D = {"DatabaseName": "d", "TableName": "t"}


def partition(*values, **more):
    location = f"s3://lake/t/{'/'.join(values)}/"
    columns = [{"Name": "x", "Type": "int"}]
    return {
        "Values": list(values),
        "StorageDescriptor": {"Location": location, "Columns": columns},
        **more,
    }


@pytest.fixture
def table(glue):
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(DatabaseName="d", TableInput={"Name": "t", "PartitionKeys": KEYS})
    return glue


def values(answer):
    return [tuple(p["Values"]) for p in answer["Partitions"]]


@behaviour("GLUE-5")
def test_a_partition_is_made_read_changed_moved_and_removed(table, account):
    glue = table
    glue.create_partition(**D, PartitionInput=partition("2024-01-01", "7", Parameters={"a": "1"}))
    found = glue.get_partition(**D, PartitionValues=["2024-01-01", "7"])["Partition"]
    assert found["StorageDescriptor"]["Location"] == "s3://lake/t/2024-01-01/7/"
    assert (found["DatabaseName"], found["TableName"]) == ("d", "t")
    assert found["CatalogId"] == account
    assert found["Parameters"] == {"a": "1"}
    made = found["CreationTime"]

    old = ["2024-01-01", "7"]
    glue.update_partition(
        **D, PartitionValueList=old, PartitionInput=partition(*old, Parameters={"a": "2"})
    )
    found = glue.get_partition(**D, PartitionValues=old)["Partition"]
    assert (found["Parameters"], found["CreationTime"]) == ({"a": "2"}, made)

    new = ["2024-01-01", "8"]
    glue.update_partition(**D, PartitionValueList=old, PartitionInput=partition(*new))
    assert values(glue.get_partitions(**D)) == [tuple(new)]
    glue.delete_partition(**D, PartitionValues=new)
    for call in (
        lambda: glue.get_partition(**D, PartitionValues=new),
        lambda: glue.delete_partition(**D, PartitionValues=new),
        lambda: glue.update_partition(
            **D, PartitionValueList=new, PartitionInput=partition(*new)
        ),
    ):
        with pytest.raises(glue.exceptions.EntityNotFoundException) as raised:
            call()
        assert error(raised).message == "Cannot find partition."


@behaviour("GLUE-5")
def test_batches_take_a_hundred_and_answer_each_failure(table):
    glue = table
    batch = [partition("d", f"{hour}") for hour in range(100)]
    assert glue.batch_create_partition(**D, PartitionInputList=batch)["Errors"] == []
    twice = glue.batch_create_partition(
        **D, PartitionInputList=[partition("d", "99"), partition("d", "100")]
    )
    assert [(e["PartitionValues"], e["ErrorDetail"]) for e in twice["Errors"]] == [
        (
            ["d", "99"],
            {"ErrorCode": "AlreadyExistsException", "ErrorMessage": "Partition already exists."},
        )
    ]
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_partition(**D, PartitionInput=partition("d", "0"))

    got = glue.batch_get_partition(
        **D,
        PartitionsToGet=[{"Values": ["d", v]} for v in ("3", "100", "absent")],
    )
    assert values(got) == [("d", "3"), ("d", "100")]
    assert got["UnprocessedKeys"] == []

    updated = glue.batch_update_partition(
        **D,
        Entries=[
            {"PartitionValueList": ["d", "1"], "PartitionInput": partition("d", "1", Parameters={"u": "1"})},
            {"PartitionValueList": ["d", "x"], "PartitionInput": partition("d", "x")},
        ],
    )
    assert [e["PartitionValueList"] for e in updated["Errors"]] == [["d", "x"]]
    assert glue.get_partition(**D, PartitionValues=["d", "1"])["Partition"]["Parameters"] == {"u": "1"}

    gone = glue.batch_delete_partition(
        **D, PartitionsToDelete=[{"Values": ["d", v]} for v in ("1", "2", "x")]
    )
    assert [e["PartitionValues"] for e in gone["Errors"]] == [["d", "x"]]
    pages = glue.get_paginator("get_partitions").paginate(**D, PaginationConfig={"PageSize": 40})
    sizes = [len(page["Partitions"]) for page in pages]
    assert sizes == [40, 40, 19]


@behaviour("GLUE-5")
def test_a_batch_of_more_than_a_hundred_is_refused_as_a_whole(table):
    # AWS refuses by the model, before it looks at the table: ValidationException, as reported for
    # batches in https://github.com/dbt-labs/dbt-athena/issues/327.
    batch = [partition("d", str(n)) for n in range(101)]
    with pytest.raises(ClientError) as raised:
        table.batch_create_partition(**D, PartitionInputList=batch)
    code, status, message = error(raised)
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith("1 validation error detected: Value ")
    assert message.endswith(
        "at 'partitionInputList' failed to satisfy constraint: "
        "Member must have length less than or equal to 100"
    )
    assert values(table.get_partitions(**D)) == []


@behaviour("GLUE-5")
def test_values_must_be_one_for_each_key(table):
    glue = table
    sentence = "The number of partition keys do not match the number of partition values"
    for call in (
        lambda: glue.create_partition(**D, PartitionInput=partition("only")),
        lambda: glue.batch_create_partition(**D, PartitionInputList=[partition("a", "b", "c")]),
        lambda: glue.get_partition(**D, PartitionValues=["only"]),
        lambda: glue.delete_partition(**D, PartitionValues=["only"]),
    ):
        with pytest.raises(glue.exceptions.InvalidInputException) as raised:
            call()
        assert error(raised).message == sentence
    assert glue.get_partitions(**D)["Partitions"] == []


@behaviour("GLUE-5")
@pytest.mark.parametrize(
    "expression, want",
    [
        ("dt = '2024-01-02'", [("2024-01-02", "10"), ("2024-01-02", "9")]),
        ("dt >= '2024-01-02'", [("2024-01-02", "10"), ("2024-01-02", "9"), ("2024-02-01", "1")]),
        ("dt = '2024-01-02' AND hour > 9", [("2024-01-02", "10")]),
        ("hour BETWEEN 1 AND 9", [("2024-01-01", "1"), ("2024-01-02", "9"), ("2024-02-01", "1")]),
        ("hour IN (1) and not dt like '2024-02%'", [("2024-01-01", "1")]),
        ("dt = '1999-01-01'", []),
        ("", [("2024-01-01", "1"), ("2024-01-02", "10"), ("2024-01-02", "9"), ("2024-02-01", "1")]),
    ],
)
def test_a_filter_selects_partitions_by_the_types_of_their_keys(table, expression, want):
    glue = table
    for one in [("2024-01-01", "1"), ("2024-01-02", "9"), ("2024-01-02", "10"), ("2024-02-01", "1")]:
        glue.create_partition(**D, PartitionInput=partition(*one))
    assert values(glue.get_partitions(**D, Expression=expression)) == want
    pages = glue.get_paginator("get_partitions").paginate(
        **D, Expression=expression, PaginationConfig={"PageSize": 1}
    )
    assert [v for page in pages for v in values(page)] == want


@behaviour("GLUE-5")
@pytest.mark.parametrize("expression", ["x = 1", "dt =", "hour = 'many'"])
def test_a_filter_that_makes_no_sense_is_refused(table, expression):
    with pytest.raises(table.exceptions.InvalidInputException) as raised:
        table.get_partitions(**D, Expression=expression)
    assert expression in error(raised).message


@behaviour("GLUE-5")
def test_segments_are_a_division_and_columns_can_be_left_out(table):
    glue = table
    batch = [partition("d", f"{hour}") for hour in range(60)]
    glue.batch_create_partition(**D, PartitionInputList=batch)
    parts = [
        values(glue.get_partitions(**D, Segment={"SegmentNumber": n, "TotalSegments": 4}))
        for n in range(4)
    ]
    assert all(5 <= len(part) <= 30 for part in parts)
    assert sorted(v for part in parts for v in part) == sorted(("d", f"{h}") for h in range(60))
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.get_partitions(**D, Segment={"SegmentNumber": 4, "TotalSegments": 4})

    bare = glue.get_partitions(**D, ExcludeColumnSchema=True, MaxResults=1)["Partitions"][0]
    assert "Columns" not in bare["StorageDescriptor"]
    assert bare["StorageDescriptor"]["Location"]


@behaviour("GLUE-5")
def test_the_number_of_keys_of_a_partitioned_table_stays(table):
    glue = table
    glue.create_partition(**D, PartitionInput=partition("d", "1"))
    with pytest.raises(glue.exceptions.InvalidInputException):
        glue.update_table(DatabaseName="d", TableInput={"Name": "t", "PartitionKeys": KEYS[:1]})
    assert values(glue.get_partitions(**D)) == [("d", "1")]
