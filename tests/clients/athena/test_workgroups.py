"""Workgroups: settings, histories and limits of their own; named queries and prepared statements."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("ATH-24", "ATH-25")
def test_workgroups_have_their_own_history(lake):
    for name in ("a", "b"):
        lake.athena.create_work_group(Name=name, Description=f"group {name}")
    assert [g["Name"] for g in lake.athena.list_work_groups()["WorkGroups"]] == ["a", "b", "primary"]
    first = lake.ask("SELECT 1", WorkGroup="a").id
    second = lake.ask("SELECT 2", WorkGroup="b").id
    history = lambda group: lake.athena.list_query_executions(WorkGroup=group)["QueryExecutionIds"]
    assert (history("a"), history("b"), history("primary")) == ([first], [second], [])
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1", WorkGroup="absent")
    assert error(refused)[::2] == ("InvalidRequestException", "WorkGroup absent is not found.")
    with pytest.raises(ClientError) as refused:
        lake.athena.create_work_group(Name="a")
    assert error(refused)[::2] == ("InvalidRequestException", "WorkGroup is already created")


@behaviour("ATH-24")
def test_a_workgroup_keeps_its_settings(lake):
    where = f"s3://{lake.bucket}/a/"
    lake.athena.create_work_group(
        Name="a",
        Configuration={"ResultConfiguration": {"OutputLocation": where}, "BytesScannedCutoffPerQuery": 10_000_000},
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    group = lake.athena.get_work_group(WorkGroup="a")["WorkGroup"]
    settings = group["Configuration"]
    assert group["State"] == "ENABLED"
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert settings["EngineVersion"] == {
        "SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3",
    }
    arn = f"arn:aws:athena:us-east-1:{lake.aws.account}:workgroup/a"
    lake.athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "cost", "Value": "7"}])
    lake.athena.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert lake.athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "cost", "Value": "7"}]

    lake.athena.update_work_group(
        WorkGroup="a", Description="new",
        ConfigurationUpdates={
            "RemoveBytesScannedCutoffPerQuery": True, "EnforceWorkGroupConfiguration": False,
            "ResultConfigurationUpdates": {"OutputLocation": f"s3://{lake.bucket}/b/"},
        },
    )
    settings = lake.athena.get_work_group(WorkGroup="a")["WorkGroup"]["Configuration"]
    assert "BytesScannedCutoffPerQuery" not in settings
    assert settings["ResultConfiguration"]["OutputLocation"] == f"s3://{lake.bucket}/b/"
    for wrong in (
        {"BytesScannedCutoffPerQuery": 9_999_999},
        {"EngineVersion": {"SelectedEngineVersion": "Athena engine version 1"}},
    ):
        unchecked = lake.aws.client("athena", parameter_validation=False)
        with pytest.raises(ClientError) as refused:
            unchecked.create_work_group(Name="wrong", Configuration=wrong)
        assert error(refused).code == "InvalidRequestException"
    with pytest.raises(ClientError) as refused:
        lake.athena.create_work_group(Name="wrong", Configuration={"ExecutionRole": "arn:aws:iam::123456789012:role/r"})
    assert error(refused).status == 501 and "ExecutionRole" in error(refused).message


@behaviour("ATH-28")
def test_enforced_settings_override_the_clients(lake):
    own = {"ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/own/"}}
    lake.athena.create_work_group(Name="strict", Configuration={**own, "EnforceWorkGroupConfiguration": True})
    lake.athena.create_work_group(Name="loose", Configuration={**own, "EnforceWorkGroupConfiguration": False})
    assert lake.ask("SELECT 1", WorkGroup="strict").output.startswith(f"s3://{lake.bucket}/own/")
    assert lake.ask("SELECT 1", WorkGroup="loose").output.startswith(f"s3://{lake.bucket}/results/")
    unsaid = lake.ask("SELECT 1", WorkGroup="loose", ResultConfiguration=None)
    assert unsaid.output.startswith(f"s3://{lake.bucket}/own/")


@behaviour("ATH-28", "ATH-45")
def test_tables_go_where_an_enforced_workgroup_says(lake):
    own = {"ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/own/"}}
    for name, enforced in (("strict", True), ("loose", False)):
        lake.athena.create_work_group(
            Name=name, Configuration={**own, "EnforceWorkGroupConfiguration": enforced}
        )
    lake.athena.create_work_group(Name="nowhere", Configuration={"EnforceWorkGroupConfiguration": True})
    sql = "CREATE TABLE {0} WITH (external_location = 's3://{{bucket}}/{0}/') AS SELECT 1 AS a"
    with pytest.raises(ClientError) as refused:
        lake.start(sql.format("t"), WorkGroup="strict")
    assert error(refused)[::2] == (
        "InvalidRequestException",
        "The Create Table As Select query failed because it was submitted with an "
        "'external_location' property to an Athena Workgroup that enforces a centralized output "
        "location for all queries. Please remove the 'external_location' property and resubmit the "
        "query.",
    )
    lake.ask("CREATE TABLE t AS SELECT 1 AS a", WorkGroup="strict")
    assert lake.keys("own/tables/")
    for group in ("loose", "nowhere", "primary"):
        lake.ask(sql.format(f"of_{group}"), WorkGroup=group)
        assert lake.keys(f"of_{group}/")


@behaviour("ATH-30")
@pytest.mark.serve()
def test_what_waits_in_a_workgroup_goes_with_it(lake, server):
    lake.put("t/a.csv", "1\n")
    lake.ask("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://{bucket}/t/'")
    lake.athena.create_work_group(Name="a")
    slow = {"service": "glue", "operation": "GetTables", "kind": "latency", "millis": 2_000}
    assert server.admin("POST", "faults", json=slow).status_code == 200
    for _ in range(40):
        lake.start("SHOW TABLES")
    waiting = lake.start("DROP TABLE t", WorkGroup="a")
    assert lake.get(waiting)["Status"]["State"] == "QUEUED"
    lake.athena.delete_work_group(WorkGroup="a", RecursiveDeleteOption=True)
    assert server.admin("DELETE", "faults").status_code == 200
    # It would have had its turn before these.
    for _ in range(2):
        assert lake.ask("SHOW TABLES").lines() == ["t"]


@behaviour("ATH-30")
def test_disabled_workgroups_refuse_queries_and_full_ones_stay(lake):
    lake.athena.create_work_group(Name="a")
    lake.athena.update_work_group(WorkGroup="a", State="DISABLED")
    with pytest.raises(ClientError) as refused:
        lake.start("SELECT 1", WorkGroup="a")
    assert error(refused)[::2] == ("InvalidRequestException", "WorkGroup a is disabled.")
    lake.athena.update_work_group(WorkGroup="a", State="ENABLED")
    query = lake.ask("SELECT 1", WorkGroup="a").id
    with pytest.raises(ClientError) as refused:
        lake.athena.delete_work_group(WorkGroup="a")
    assert error(refused)[::2] == ("InvalidRequestException", "WorkGroup a is not empty")
    lake.athena.delete_work_group(WorkGroup="a", RecursiveDeleteOption=True)
    for gone in (lambda: lake.athena.get_work_group(WorkGroup="a"), lambda: lake.get(query)):
        with pytest.raises(ClientError) as refused:
            gone()
        assert error(refused).code == "InvalidRequestException"
    lake.athena.create_work_group(Name="empty")
    lake.athena.delete_work_group(WorkGroup="empty")
    with pytest.raises(ClientError):
        lake.athena.delete_work_group(WorkGroup="primary", RecursiveDeleteOption=True)


def test_named_queries(lake):
    make = {"Name": "daily", "Database": "d", "QueryString": "SELECT 1", "Description": "every day"}
    first = lake.athena.create_named_query(**make, ClientRequestToken="t" * 32)["NamedQueryId"]
    assert lake.athena.create_named_query(**make, ClientRequestToken="t" * 32)["NamedQueryId"] == first
    second = lake.athena.create_named_query(**make)["NamedQueryId"]
    assert sorted(lake.athena.list_named_queries()["NamedQueryIds"]) == sorted([first, second])
    page = lake.athena.list_named_queries(MaxResults=1)
    rest = lake.athena.list_named_queries(MaxResults=1, NextToken=page["NextToken"])
    assert {*page["NamedQueryIds"], *rest["NamedQueryIds"]} == {first, second}

    lake.athena.update_named_query(NamedQueryId=first, Name="weekly", QueryString="SELECT 7")
    got = lake.athena.get_named_query(NamedQueryId=first)["NamedQuery"]
    assert got == {
        "Name": "weekly", "Description": "every day", "Database": "d", "QueryString": "SELECT 7",
        "NamedQueryId": first, "WorkGroup": "primary",
    }
    lake.athena.delete_named_query(NamedQueryId=second)
    answer = lake.athena.batch_get_named_query(NamedQueryIds=[first, second])
    assert [q["NamedQueryId"] for q in answer["NamedQueries"]] == [first]
    assert [q["NamedQueryId"] for q in answer["UnprocessedNamedQueryIds"]] == [second]
    with pytest.raises(ClientError) as refused:
        lake.athena.get_named_query(NamedQueryId=second)
    assert error(refused).code == "InvalidRequestException"


@behaviour("ATH-48")
def test_prepared_statements(lake):
    make = {"WorkGroup": "primary", "QueryStatement": "SELECT ? + 1 AS n"}
    for name in ("pp", "qq"):
        lake.athena.create_prepared_statement(StatementName=name, **make)
    with pytest.raises(ClientError) as refused:
        lake.athena.create_prepared_statement(StatementName="pp", **make)
    assert error(refused).code == "InvalidRequestException"
    assert lake.ask("EXECUTE pp USING 41").rows() == [(42,)]
    lake.athena.update_prepared_statement(
        StatementName="pp", WorkGroup="primary", QueryStatement="SELECT ? * 2 AS n"
    )
    assert lake.ask("EXECUTE pp USING 21").rows() == [(42,)]
    listed = lake.athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert [statement["StatementName"] for statement in listed] == ["pp", "qq"]
    lake.athena.delete_prepared_statement(StatementName="qq", WorkGroup="primary")
    answer = lake.athena.batch_get_prepared_statement(PreparedStatementNames=["pp", "qq"], WorkGroup="primary")
    assert [s["StatementName"] for s in answer["PreparedStatements"]] == ["pp"]
    assert [s["StatementName"] for s in answer["UnprocessedPreparedStatementNames"]] == ["qq"]
    with pytest.raises(ClientError) as refused:
        lake.athena.get_prepared_statement(StatementName="qq", WorkGroup="primary")
    assert error(refused).code == "ResourceNotFoundException"


def test_the_catalog_as_athena_tells_of_it(orders):
    athena = orders.athena
    (catalog,) = athena.list_data_catalogs()["DataCatalogsSummary"]
    assert (catalog["CatalogName"], catalog["Type"]) == ("AwsDataCatalog", "GLUE")
    assert athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]["Type"] == "GLUE"
    names = athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert [database["Name"] for database in names] == ["d"]
    assert athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="d")["Database"]["Name"] == "d"
    place = {"CatalogName": "AwsDataCatalog", "DatabaseName": "d"}
    (table,) = athena.list_table_metadata(**place)["TableMetadataList"]
    assert table["Name"] == "orders" and table["PartitionKeys"][0]["Name"] == "month"
    got = athena.get_table_metadata(**place, TableName="orders")["TableMetadata"]
    assert [c["Type"] for c in got["Columns"]] == ["int", "string", "double", "boolean"]
    assert got["Parameters"]["serde.param.field.delim"] == ","
    with pytest.raises(ClientError) as refused:
        athena.get_table_metadata(**place, TableName="absent")
    assert error(refused).code == "MetadataException"
    with pytest.raises(ClientError) as refused:
        athena.list_databases(CatalogName="other")
    assert error(refused).code == "InvalidRequestException"
    versions = athena.list_engine_versions()["EngineVersions"]
    assert {v["EffectiveEngineVersion"] for v in versions} == {"Athena engine version 3"}
