"""Databases of the data catalog: made, described anew, listed, removed; and their tags."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("GLUE-1")
def test_a_database_is_as_it_was_described(glue, account):
    glue.create_database(
        DatabaseInput={
            "Name": "sales",
            "Description": "What was sold",
            "LocationUri": "s3://lake/sales/",
            "Parameters": {"team": "data"},
        }
    )
    database = glue.get_database(Name="sales")["Database"]
    assert database["Name"] == "sales"
    assert database["Description"] == "What was sold"
    assert database["LocationUri"] == "s3://lake/sales/"
    assert database["Parameters"] == {"team": "data"}
    assert database["CatalogId"] == account
    assert database["CreateTime"]
    everyone = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    assert database["CreateTableDefaultPermissions"] == [
        {"Principal": everyone, "Permissions": ["ALL"]}
    ]

    made = database["CreateTime"]
    glue.update_database(Name="sales", DatabaseInput={"Name": "sales", "Description": "new"})
    database = glue.get_database(Name="sales")["Database"]
    assert database["Description"] == "new"
    assert "Parameters" not in database
    assert database["CreateTime"] == made


@behaviour("GLUE-3")
def test_names_fold_and_duplicates_and_missing_ones_are_refused(glue):
    glue.create_database(DatabaseInput={"Name": "Sales"})
    assert glue.get_database(Name="SALES")["Database"]["Name"] == "sales"
    with pytest.raises(glue.exceptions.AlreadyExistsException) as raised:
        glue.create_database(DatabaseInput={"Name": "sales"})
    assert error(raised) == ("AlreadyExistsException", 400, "Database already exists.")
    for call in (
        lambda: glue.get_database(Name="Absent"),
        lambda: glue.delete_database(Name="absent"),
        lambda: glue.update_database(Name="absent", DatabaseInput={"Name": "absent"}),
        lambda: glue.get_tables(DatabaseName="absent"),
        lambda: glue.create_table(DatabaseName="absent", TableInput={"Name": "t"}),
    ):
        with pytest.raises(glue.exceptions.EntityNotFoundException) as raised:
            call()
        assert error(raised) == ("EntityNotFoundException", 400, "Database absent not found.")


@behaviour("GLUE-1")
def test_a_removed_database_takes_its_tables_along_and_a_new_one_begins_empty(glue):
    key = [{"Name": "p", "Type": "string"}]
    for _ in range(2):
        glue.create_database(DatabaseInput={"Name": "d"})
        assert glue.get_tables(DatabaseName="d")["TableList"] == []
        glue.create_table(DatabaseName="d", TableInput={"Name": "t", "PartitionKeys": key})
        batch = [{"Values": [f"{at}"]} for at in range(100)]
        glue.batch_create_partition(DatabaseName="d", TableName="t", PartitionInputList=batch)
        assert len(glue.get_partitions(DatabaseName="d", TableName="t")["Partitions"]) == 100
        glue.delete_database(Name="d")
        with pytest.raises(glue.exceptions.EntityNotFoundException):
            glue.get_table(DatabaseName="d", Name="t")


@behaviour("GLUE-3")
def test_another_accounts_catalog_is_refused(glue, account):
    other = str(int(account) + 500_000_000_000)
    with pytest.raises(ClientError) as raised:
        glue.get_databases(CatalogId=other)
    code, status, message = error(raised)
    assert (code, status) == ("AccessDeniedException", 400)
    assert f"arn:aws:glue:us-east-1:{other}:catalog" in message
    assert glue.get_databases(CatalogId=account)["DatabaseList"] == []


@behaviour("GLUE-1")
def test_databases_are_listed_by_name_with_only_what_is_asked_for(glue):
    for name in ("b", "a", "c"):
        glue.create_database(DatabaseInput={"Name": name, "Description": name})
    pages = glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 2})
    names = [[database["Name"] for database in page["DatabaseList"]] for page in pages]
    assert names == [["a", "b"], ["c"]]
    only = glue.get_databases(AttributesToGet=["NAME"])["DatabaseList"]
    assert only == [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]
    assert glue.get_databases(ResourceShareType="FOREIGN")["DatabaseList"] == []


@behaviour("GLUE-1")
def test_a_database_carries_tags(glue, account):
    glue.create_database(DatabaseInput={"Name": "d"}, Tags={"team": "data", "stage": "test"})
    arn = f"arn:aws:glue:us-east-1:{account}:database/d"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "data", "stage": "test"}
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"stage": "live", "x": "1"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["team", "unknown"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"stage": "live", "x": "1"}
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_tags(ResourceArn=arn + "x")
    glue.delete_database(Name="d")
    glue.create_database(DatabaseInput={"Name": "d"})
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {}


@behaviour("GLUE-1")
def test_what_is_not_there_is_refused_by_name(glue):
    with pytest.raises(ClientError) as raised:
        glue.create_database(
            DatabaseInput={"Name": "d", "TargetDatabase": {"DatabaseName": "x"}}
        )
    code, status, message = error(raised)
    assert (code, status) == ("NotImplemented", 501)
    assert "TargetDatabase" in message
