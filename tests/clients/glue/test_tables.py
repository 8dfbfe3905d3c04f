"""Tables of the data catalog: their definitions, versions and search."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

STORAGE = {
    "Columns": [{"Name": "id", "Type": "bigint", "Comment": "the key"}, {"Name": "name", "Type": "string"}],
    "Location": "s3://lake/sales/orders/",
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    },
    "Parameters": {"classification": "csv"},
}
ORDERS = {
    "Name": "orders",
    "Description": "Orders of the shop",
    "Owner": "ada",
    "Retention": 7,
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {"classification": "csv", "EXTERNAL": "TRUE"},
    "PartitionKeys": [{"Name": "day", "Type": "date"}],
    "StorageDescriptor": STORAGE,
}


@pytest.fixture
def sales(glue):
    glue.create_database(DatabaseInput={"Name": "sales"})
    return "sales"


@behaviour("GLUE-1")
def test_a_table_is_as_it_was_described(glue, sales, account):
    glue.create_table(DatabaseName=sales, TableInput=ORDERS)
    table = glue.get_table(DatabaseName="SALES", Name="Orders")["Table"]
    for name in ("Description", "Owner", "Retention", "TableType", "Parameters", "PartitionKeys"):
        assert table[name] == ORDERS[name]
    assert table["StorageDescriptor"].items() >= STORAGE.items()
    assert table["StorageDescriptor"]["Compressed"] is False
    assert (table["Name"], table["DatabaseName"]) == ("orders", "sales")
    assert (table["CatalogId"], table["VersionId"]) == (account, "0")
    assert table["IsRegisteredWithLakeFormation"] is False
    assert table["CreatedBy"] == f"arn:aws:iam::{account}:root"
    assert table["CreateTime"] == table["UpdateTime"]


@behaviour("GLUE-3")
def test_duplicates_missing_ones_and_stale_updates_are_refused(glue, sales):
    glue.create_table(DatabaseName=sales, TableInput=ORDERS)
    with pytest.raises(glue.exceptions.AlreadyExistsException) as raised:
        glue.create_table(DatabaseName=sales, TableInput={"Name": "ORDERS"})
    assert error(raised) == ("AlreadyExistsException", 400, "Table already exists.")
    with pytest.raises(glue.exceptions.EntityNotFoundException) as raised:
        glue.get_table(DatabaseName=sales, Name="absent")
    assert error(raised) == ("EntityNotFoundException", 400, "Entity Not Found")
    with pytest.raises(glue.exceptions.EntityNotFoundException) as raised:
        glue.delete_table(DatabaseName=sales, Name="absent")
    assert error(raised).message == "Table absent not found."

    glue.update_table(DatabaseName=sales, TableInput={**ORDERS, "Owner": "bob"}, VersionId="0")
    with pytest.raises(glue.exceptions.ConcurrentModificationException) as raised:
        glue.update_table(DatabaseName=sales, TableInput=ORDERS, VersionId="0")
    assert error(raised).message == "Update table failed due to concurrent modifications."
    assert glue.get_table(DatabaseName=sales, Name="orders")["Table"]["Owner"] == "bob"


@behaviour("GLUE-4")
def test_versions_are_kept_unless_told_otherwise(glue, sales):
    glue.create_table(DatabaseName=sales, TableInput={**ORDERS, "Owner": "0"})
    made = glue.get_table(DatabaseName=sales, Name="orders")["Table"]["CreateTime"]
    for owner in ("1", "2"):
        glue.update_table(DatabaseName=sales, TableInput={**ORDERS, "Owner": owner})
    pages = glue.get_paginator("get_table_versions").paginate(
        DatabaseName=sales, TableName="orders", PaginationConfig={"PageSize": 2}
    )
    versions = [v for page in pages for v in page["TableVersions"]]
    assert [(v["VersionId"], v["Table"]["Owner"]) for v in versions] == [
        ("2", "2"), ("1", "1"), ("0", "0"),
    ]
    assert versions[0]["Table"]["CreateTime"] == made
    old = glue.get_table_version(DatabaseName=sales, TableName="orders", VersionId="0")
    assert old["TableVersion"]["Table"]["Owner"] == "0"

    glue.update_table(DatabaseName=sales, TableInput={**ORDERS, "Owner": "3"}, SkipArchive=True)
    versions = glue.get_table_versions(DatabaseName=sales, TableName="orders")["TableVersions"]
    assert [v["VersionId"] for v in versions] == ["3", "1", "0"]

    glue.delete_table_version(DatabaseName=sales, TableName="orders", VersionId="1")
    errors = glue.batch_delete_table_version(
        DatabaseName=sales, TableName="orders", VersionIds=["0", "1"]
    )["Errors"]
    assert [e["VersionId"] for e in errors] == ["1"]
    assert errors[0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    versions = glue.get_table_versions(DatabaseName=sales, TableName="orders")["TableVersions"]
    assert [v["VersionId"] for v in versions] == ["3"]
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table_version(DatabaseName=sales, TableName="orders", VersionId="1")


@behaviour("GLUE-4")
def test_a_table_made_again_has_no_past(glue, sales):
    glue.create_table(DatabaseName=sales, TableInput=ORDERS)
    glue.update_table(DatabaseName=sales, TableInput=ORDERS)
    glue.delete_table(DatabaseName=sales, Name="orders")
    glue.create_table(DatabaseName=sales, TableInput=ORDERS)
    versions = glue.get_table_versions(DatabaseName=sales, TableName="orders")["TableVersions"]
    assert [v["VersionId"] for v in versions] == ["0"]


@behaviour("GLUE-1")
@pytest.mark.parametrize(
    "expression, names",
    [
        ("orders*", ["orders", "orders_2024"]),
        ("*2024", ["orders_2024", "returns_2024"]),
        ("orders|items", ["items", "orders"]),
        (".*_.*", ["orders_2024", "returns_2024"]),
        ("ORDERS", ["orders"]),
        ("none", []),
    ],
)
def test_tables_are_listed_by_pattern(glue, sales, expression, names):
    for name in ("orders", "orders_2024", "returns_2024", "items"):
        glue.create_table(DatabaseName=sales, TableInput={"Name": name, "TableType": "T"})
    found = glue.get_tables(DatabaseName=sales, Expression=expression)["TableList"]
    assert [table["Name"] for table in found] == names
    only = glue.get_tables(
        DatabaseName=sales, Expression=expression, AttributesToGet=["NAME", "TABLE_TYPE"]
    )["TableList"]
    assert only == [{"Name": name, "TableType": "T"} for name in names]


@behaviour("GLUE-1")
def test_a_bad_pattern_and_a_made_up_token_are_refused(glue, sales):
    for given in ({"Expression": "("}, {"NextToken": "garbage"}):
        with pytest.raises(glue.exceptions.InvalidInputException):
            glue.get_tables(DatabaseName=sales, **given)


@behaviour("GLUE-1")
def test_several_tables_are_removed_at_once(glue, sales):
    for name in ("a", "b"):
        glue.create_table(DatabaseName=sales, TableInput={"Name": name})
    errors = glue.batch_delete_table(DatabaseName=sales, TablesToDelete=["a", "c"])["Errors"]
    assert [(e["TableName"], e["ErrorDetail"]["ErrorCode"]) for e in errors] == [
        ("c", "EntityNotFoundException")
    ]
    assert [t["Name"] for t in glue.get_tables(DatabaseName=sales)["TableList"]] == ["b"]


@behaviour("GLUE-7")
def test_tables_are_searched_by_text_and_property(glue, sales):
    glue.create_database(DatabaseInput={"Name": "other"})
    glue.create_table(DatabaseName=sales, TableInput=ORDERS)
    glue.create_table(DatabaseName="other", TableInput={"Name": "customer-link"})
    glue.create_table(DatabaseName="other", TableInput={"Name": "customerlink", "Owner": "ada"})

    def found(**given):
        return [table["Name"] for table in glue.search_tables(**given)["TableList"]]

    assert found(SearchText="shop") == ["orders"]
    assert found(SearchText="the key") == ["orders"]
    assert found(SearchText='"orders"') == ["orders"]
    assert found(SearchText='"order"') == []
    assert found(Filters=[{"Key": "Name", "Value": "link"}]) == ["customer-link"]
    assert found(Filters=[{"Key": "DatabaseName", "Value": "sales"}]) == ["orders"]
    assert found(Filters=[{"Key": "classification", "Value": "csv"}]) == ["orders"]
    by_owner = [{"Key": "Owner", "Value": "ada"}]
    descending = [{"FieldName": "Name", "Sort": "DESC"}]
    assert found(Filters=by_owner, SortCriteria=descending) == ["orders", "customerlink"]
    assert found(Filters=[{"Key": "CreateTime", "Value": "1", "Comparator": "LESS_THAN"}]) == []
    page = glue.search_tables(MaxResults=2)
    rest = glue.search_tables(MaxResults=2, NextToken=page["NextToken"])
    assert len(page["TableList"]) + len(rest["TableList"]) == 3


@behaviour("GLUE-12")
def test_a_denial_holds_for_every_spelling_of_a_name(user, account):
    secret = f"arn:aws:glue:us-east-1:{account}:table/sales/secret"
    eve = user(
        "eve",
        {"Effect": "Allow", "Action": "glue:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "glue:GetTable", "Resource": secret},
    ).client("glue")
    eve.create_database(DatabaseInput={"Name": "sales"})
    for name in ("secret", "open"):
        eve.create_table(DatabaseName="sales", TableInput={"Name": name})
    assert eve.get_table(DatabaseName="sales", Name="open")["Table"]["Name"] == "open"
    for database, name in (("sales", "secret"), ("sales", "SECRET"), ("Sales", "secret")):
        with pytest.raises(ClientError) as raised:
            eve.get_table(DatabaseName=database, Name=name)
        assert error(raised).code == "AccessDeniedException"
        assert secret in error(raised).message.lower()
