"""Statistics of columns, and user-defined functions."""

import datetime

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

D = {"DatabaseName": "d", "TableName": "t"}
THEN = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def table(glue):
    glue.create_database(DatabaseInput={"Name": "d"})
    columns = [
        {"Name": "id", "Type": "bigint"},
        {"Name": "name", "Type": "varchar(20)"},
        {"Name": "price", "Type": "decimal(10,2)"},
        {"Name": "seen", "Type": "timestamp"},
    ]
    storage = {"Columns": columns, "Location": "s3://lake/t/"}
    keys = [{"Name": "dt", "Type": "string"}]
    described = {"Name": "t", "PartitionKeys": keys, "StorageDescriptor": storage}
    glue.create_table(DatabaseName="d", TableInput=described)
    return glue


def longs(column, low=1, high=9, kind="bigint"):
    data = {
        "MinimumValue": low, "MaximumValue": high, "NumberOfNulls": 0,
        "NumberOfDistinctValues": 9,
    }
    return {
        "ColumnName": column, "ColumnType": kind, "AnalyzedTime": THEN,
        "StatisticsData": {"Type": "LONG", "LongColumnStatisticsData": data},
    }


@behaviour("GLUE-7")
def test_statistics_of_a_table_are_kept_by_column(table):
    glue = table
    decimal = {
        "Type": "DECIMAL",
        "DecimalColumnStatisticsData": {
            "MinimumValue": {"UnscaledValue": b"\x01\x02", "Scale": 2},
            "NumberOfNulls": 3, "NumberOfDistinctValues": 4,
        },
    }
    price = {
        "ColumnName": "Price", "ColumnType": "decimal(10,2)", "AnalyzedTime": THEN,
        "StatisticsData": decimal,
    }
    answer = glue.update_column_statistics_for_table(
        **D,
        ColumnStatisticsList=[longs("id"), price, longs("colour"), longs("name"), longs("seen")],
    )
    assert [
        (one["ColumnStatistics"]["ColumnName"], one["Error"]["ErrorCode"])
        for one in answer["Errors"]
    ] == [("colour", "EntityNotFoundException"), ("name", "InvalidInputException")]
    found = glue.get_column_statistics_for_table(**D, ColumnNames=["ID", "price", "name"])
    assert [one["ColumnName"] for one in found["ColumnStatisticsList"]] == ["id", "price"]
    assert found["ColumnStatisticsList"][0]["StatisticsData"]["LongColumnStatisticsData"] == {
        "MinimumValue": 1, "MaximumValue": 9, "NumberOfNulls": 0, "NumberOfDistinctValues": 9,
    }
    assert found["ColumnStatisticsList"][1]["StatisticsData"] == decimal
    assert [(e["ColumnName"], e["Error"]["ErrorCode"]) for e in found["Errors"]] == [
        ("name", "EntityNotFoundException"),
    ]
    glue.delete_column_statistics_for_table(**D, ColumnName="id")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.delete_column_statistics_for_table(**D, ColumnName="id")
    lame = {**longs("id"), "StatisticsData": {"Type": "LONG"}}
    [refused] = glue.update_column_statistics_for_table(**D, ColumnStatisticsList=[lame])["Errors"]
    assert refused["Error"]["ErrorCode"] == "InvalidInputException"


@behaviour("GLUE-7")
def test_statistics_of_a_partition_go_with_it(table):
    glue = table
    old, new = {"PartitionValues": ["a"]}, {"PartitionValues": ["b"]}
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.update_column_statistics_for_partition(
            **D, **old, ColumnStatisticsList=[longs("id")]
        )
    glue.create_partition(**D, PartitionInput={"Values": ["a"]})
    glue.update_column_statistics_for_partition(**D, **old, ColumnStatisticsList=[longs("id")])
    glue.update_partition(**D, PartitionValueList=["a"], PartitionInput={"Values": ["b"]})
    read = glue.get_column_statistics_for_partition
    assert len(read(**D, **new, ColumnNames=["id"])["ColumnStatisticsList"]) == 1
    assert glue.get_column_statistics_for_table(**D, ColumnNames=["id"])["Errors"]
    glue.delete_partition(**D, **new)
    glue.create_partition(**D, PartitionInput={"Values": ["b"]})
    assert read(**D, **new, ColumnNames=["id"])["ColumnStatisticsList"] == []
    glue.update_column_statistics_for_partition(**D, **new, ColumnStatisticsList=[longs("id")])
    glue.delete_column_statistics_for_partition(**D, **new, ColumnName="id")
    assert read(**D, **new, ColumnNames=["id"])["ColumnStatisticsList"] == []


@behaviour("GLUE-7")
def test_functions_are_made_listed_renamed_and_removed(glue):
    for name in ("d", "e"):
        glue.create_database(DatabaseInput={"Name": name})

    def described(name, **more):
        return {
            "FunctionName": name, "ClassName": "org.example.Upper", "OwnerName": "ann",
            "OwnerType": "USER", "FunctionType": "REGULAR_FUNCTION",
            "ResourceUris": [{"ResourceType": "JAR", "Uri": "s3://code/udf.jar"}], **more,
        }

    glue.create_user_defined_function(DatabaseName="d", FunctionInput=described("Upper"))
    found = glue.get_user_defined_function(DatabaseName="D", FunctionName="UPPER")
    function = found["UserDefinedFunction"]
    assert (function["FunctionName"], function["DatabaseName"]) == ("upper", "d")
    assert function["ResourceUris"] == [{"ResourceType": "JAR", "Uri": "s3://code/udf.jar"}]
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_user_defined_function(DatabaseName="d", FunctionInput=described("upper"))
    with pytest.raises(ClientError) as raised:
        glue.create_user_defined_function(DatabaseName="absent", FunctionInput=described("x"))
    assert error(raised).code == "EntityNotFoundException"
    for name in ("lower", "trim"):
        glue.create_user_defined_function(DatabaseName="e", FunctionInput=described(name))
    total = described("total", FunctionType="AGGREGATE_FUNCTION")
    glue.create_user_defined_function(DatabaseName="e", FunctionInput=total)

    def names(**given):
        pages = glue.get_paginator("get_user_defined_functions").paginate(
            **given, PaginationConfig={"PageSize": 2}
        )
        return [f["FunctionName"] for page in pages for f in page["UserDefinedFunctions"]]

    assert names(Pattern="*") == ["upper", "lower", "total", "trim"]
    assert names(Pattern="*", DatabaseName="e") == ["lower", "total", "trim"]
    assert names(Pattern="t.*") == ["total", "trim"]
    assert names(Pattern="*", FunctionType="AGGREGATE_FUNCTION") == ["total"]
    glue.update_user_defined_function(
        DatabaseName="d", FunctionName="upper", FunctionInput=described("up", ClassName="Up")
    )
    assert names(Pattern="*", DatabaseName="d") == ["up"]
    renamed = glue.get_user_defined_function(DatabaseName="d", FunctionName="up")
    assert renamed["UserDefinedFunction"]["ClassName"] == "Up"
    glue.delete_user_defined_function(DatabaseName="d", FunctionName="up")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_user_defined_function(DatabaseName="d", FunctionName="up")
    glue.delete_database(Name="e")
    glue.create_database(DatabaseInput={"Name": "e"})
    assert names(Pattern="*") == []
