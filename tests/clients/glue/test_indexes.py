"""Indexes over partition keys."""

import time

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

KEYS = [
    {"Name": "year", "Type": "int"},
    {"Name": "month", "Type": "int"},
    {"Name": "device", "Type": "string"},
]
D = {"DatabaseName": "d", "TableName": "t"}


@pytest.fixture
def table(glue):
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(DatabaseName="d", TableInput={"Name": "t", "PartitionKeys": KEYS})
    return glue


def index(name, *keys):
    return {"IndexName": name, "Keys": list(keys)}


def settled(glue, **table):
    """The indexes, once none is on its way."""
    while True:
        found = glue.get_partition_indexes(**(table or D))["PartitionIndexDescriptorList"]
        if not any(one["IndexStatus"] in ("CREATING", "DELETING") for one in found):
            return {one["IndexName"]: one for one in found}
        time.sleep(0.01)


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised).code


@behaviour("GLUE-6")
def test_a_table_has_three_indexes_at_most(table):
    glue = table
    glue.batch_create_partition(
        **D, PartitionInputList=[{"Values": ["2024", str(m), "a"]} for m in range(1, 13)]
    )
    for name, keys in (("By_Year", ("year",)), ("m", ("month", "year")), ("d", ("device",))):
        glue.create_partition_index(**D, PartitionIndex=index(name, *keys))
    found = settled(glue)
    assert {name: one["IndexStatus"] for name, one in found.items()} == {
        "by_year": "ACTIVE", "m": "ACTIVE", "d": "ACTIVE",
    }
    assert found["m"]["Keys"] == [
        {"Name": "month", "Type": "int"}, {"Name": "year", "Type": "int"},
    ]
    fourth = index("fourth", "year", "device")
    assert refused(glue.create_partition_index, **D, PartitionIndex=fourth) == (
        "ResourceNumberLimitExceededException"
    )
    glue.delete_partition_index(**D, IndexName="d")
    assert "d" not in settled(glue)
    glue.create_partition_index(**D, PartitionIndex=fourth)
    assert settled(glue)["fourth"]["IndexStatus"] == "ACTIVE"
    # What filters find does not depend on indexes.
    filtered = glue.get_partitions(**D, Expression="month = 7")["Partitions"]
    assert [p["Values"] for p in filtered] == [["2024", "7", "a"]]


@behaviour("GLUE-6")
def test_indexes_that_cannot_be_are_refused(table):
    glue = table
    glue.create_partition_index(**D, PartitionIndex=index("one", "year"))
    settled(glue)
    for wrong, code in (
        (index("one", "month"), "AlreadyExistsException"),
        (index("two", "year"), "AlreadyExistsException"),
        (index("two", "colour"), "InvalidInputException"),
        (index("two", "month", "month"), "InvalidInputException"),
    ):
        assert refused(glue.create_partition_index, **D, PartitionIndex=wrong) == code
    assert refused(glue.delete_partition_index, **D, IndexName="two") == "EntityNotFoundException"
    absent = {"DatabaseName": "d", "TableName": "absent"}
    assert refused(glue.get_partition_indexes, **absent) == "EntityNotFoundException"


@behaviour("GLUE-6")
def test_partitions_that_do_not_fit_fail_an_index(table):
    glue = table
    glue.create_partition(**D, PartitionInput={"Values": ["2024", "may", "a"]})
    glue.create_partition_index(**D, PartitionIndex=index("m", "month"))
    failed = settled(glue)["m"]
    assert failed["IndexStatus"] == "FAILED"
    [why] = failed["BackfillErrors"]
    assert why["Code"] == "INVALID_PARTITION_TYPE_DATA_ERROR"
    assert why["Partitions"] == [{"Values": ["2024", "may", "a"]}]


@behaviour("GLUE-6")
def test_a_table_is_made_with_its_indexes(glue):
    glue.create_database(DatabaseInput={"Name": "d"})
    described = {"Name": "t", "PartitionKeys": KEYS}
    many = [index(f"i{n}", key["Name"]) for n, key in enumerate(KEYS)] + [index("i9", "year")]
    assert refused(
        glue.create_table, DatabaseName="d", TableInput=described, PartitionIndexes=many
    ) == "ResourceNumberLimitExceededException"
    glue.create_table(DatabaseName="d", TableInput=described, PartitionIndexes=many[:2])
    found = glue.get_partition_indexes(**D)["PartitionIndexDescriptorList"]
    assert [(one["IndexName"], one["IndexStatus"]) for one in found] == [
        ("i0", "ACTIVE"), ("i1", "ACTIVE"),
    ]
    glue.delete_table(DatabaseName="d", Name="t")
    glue.create_table(DatabaseName="d", TableInput=described)
    assert glue.get_partition_indexes(**D)["PartitionIndexDescriptorList"] == []
