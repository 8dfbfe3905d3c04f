"""Crawlers of lakes and of the catalog: Delta, Iceberg, Hudi, tables that are there."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def crawl(lake, targets, name="c", **more):
    lake.glue.create_crawler(
        Name=name, Role=lake.ROLE, DatabaseName=lake.DATABASE, Targets=targets, **more
    )
    return lake.run(name)


def spark(*fields):
    return json.dumps({
        "type": "struct",
        "fields": [
            {"name": name, "type": ty, "nullable": True, "metadata": {}} for name, ty in fields
        ],
    })


def commit(lake, table, number, *actions):
    text = "\n".join(json.dumps(action) for action in actions)
    lake.put(f"{table}/_delta_log/{number:020}.json", text)


@behaviour("GLUE-22")
def test_a_delta_table_is_described_as_its_log_has_it(lake):
    metadata = {
        "id": "x", "format": {"provider": "parquet", "options": {}}, "partitionColumns": ["Day"],
        "configuration": {},
        "schemaString": spark(
            ("id", "long"), ("tags", {"type": "array", "elementType": "integer"}),
            ("price", "decimal(10,2)"), ("Day", "date"),
        ),
    }
    protocol = {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}
    commit(lake, "d/orders", 0, {"commitInfo": {}}, protocol, {"metaData": metadata})
    commit(lake, "d/orders", 1, {"add": {"path": "Day=2024-01-01/a.parquet"}})
    target = {"DeltaTables": [lake.url("d/orders")], "CreateNativeDeltaTable": True}
    crawl(lake, {"DeltaTargets": [target]})
    table = lake.table("orders")
    assert table["Parameters"]["classification"] == "delta"
    assert table["Parameters"]["table_type"] == "DELTA"
    assert lake.columns("orders") == [
        ("id", "bigint"), ("tags", "array<int>"), ("price", "decimal(10,2)"),
    ]
    assert table["PartitionKeys"] == [{"Name": "day", "Type": "date"}]
    assert table["StorageDescriptor"]["Location"] == lake.url("d/orders/")

    # A later commit describes it anew.
    wider = {**metadata, "schemaString": spark(("id", "long"), ("note", "string"), ("Day", "date"))}
    commit(lake, "d/orders", 2, {"metaData": wider})
    lake.run()
    assert lake.columns("orders") == [("id", "bigint"), ("note", "string")]
    # What has no log is reported, and the run goes on.
    lake.glue.update_crawler(
        Name="c", Targets={"DeltaTargets": [{**target, "DeltaTables": [
            lake.url("d/orders"), lake.url("d/none"),
        ]}]},
    )
    lake.run()
    assert "d/none" in json.dumps(lake.summary())


@behaviour("GLUE-22")
def test_a_delta_table_is_described_by_its_manifest_for_those_who_know_no_delta(lake):
    commit(lake, "orders", 0, {"metaData": {
        "partitionColumns": [], "schemaString": spark(("id", "long")),
    }})
    crawl(lake, {"DeltaTargets": [{"DeltaTables": [lake.url("orders/")]}]})
    storage = lake.table("orders")["StorageDescriptor"]
    assert storage["Location"] == lake.url("orders/_symlink_format_manifest/")
    assert storage["InputFormat"].endswith("SymlinkTextInputFormat")


def iceberg(location, *fields, schema=1):
    return json.dumps({
        "format-version": 2, "table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1",
        "location": location, "current-schema-id": schema,
        "schemas": [
            {"type": "struct", "schema-id": 0, "fields": []},
            {"type": "struct", "schema-id": schema, "fields": [
                {"id": n, "name": name, "required": n == 1, "type": ty}
                for n, (name, ty) in enumerate(fields, 1)
            ]},
        ],
    })


@behaviour("GLUE-22")
def test_iceberg_tables_are_found_below_a_folder(lake):
    one = lake.url("w/shop.db/orders")
    lake.put("w/shop.db/orders/metadata/00000-a.metadata.json", iceberg(one, ("id", "int")))
    newest = iceberg(
        one, ("id", "long"), ("at", "timestamptz"), ("price", "decimal(9, 2)"),
        ("tags", {"type": "list", "element-id": 9, "element": "string", "element-required": False}),
    )
    lake.put("w/shop.db/orders/metadata/00001-b.metadata.json", newest)
    lake.put("w/shop.db/orders/data/a.parquet", "PAR1")
    two = lake.url("w/shop.db/people")
    lake.put("w/shop.db/people/metadata/v1.metadata.json", iceberg(two, ("id", "uuid")))
    lake.put("w/shop.db/people/metadata/v2.metadata.json", iceberg(two, ("name", "string")))
    lake.put("w/shop.db/people/metadata/version-hint.text", "1")
    lake.put("w/skipped/t/metadata/v1.metadata.json", iceberg(two, ("x", "int")))
    crawl(lake, {"IcebergTargets": [{"Paths": [lake.url("w/")], "Exclusions": ["skipped/**"]}]})
    assert sorted(lake.tables()) == ["orders", "people"]
    table = lake.table("orders")
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert table["Parameters"]["classification"] == "iceberg"
    assert table["Parameters"]["metadata_location"] == lake.url(
        "w/shop.db/orders/metadata/00001-b.metadata.json"
    )
    assert lake.columns("orders") == [
        ("id", "bigint"), ("at", "timestamp"), ("price", "decimal(9,2)"), ("tags", "array<string>"),
    ]
    first = table["StorageDescriptor"]["Columns"][0]["Parameters"]
    assert (first["iceberg.field.id"], first["iceberg.field.optional"]) == ("1", "false")
    assert lake.columns("people") == [("id", "string")]
    # Another commit; and a table that is gone.
    lake.put("w/shop.db/orders/metadata/00002-c.metadata.json", iceberg(one, ("id", "long")))
    lake.delete(*(f"w/shop.db/people/metadata/{name}" for name in (
        "v1.metadata.json", "v2.metadata.json", "version-hint.text",
    )))
    lake.glue.update_crawler(
        Name="c",
        SchemaChangePolicy={
            "UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DELETE_FROM_DATABASE",
        },
    )
    lake.run()
    assert sorted(lake.tables()) == ["orders"]
    assert lake.columns("orders") == [("id", "bigint")]
    assert lake.table("orders")["Parameters"]["metadata_location"].endswith("00002-c.metadata.json")


@behaviour("GLUE-22")
def test_iceberg_tables_are_not_found_too_deep(lake):
    lake.put("w/a/b/t/metadata/v1.metadata.json", iceberg(lake.url("w/a/b/t"), ("x", "int")))
    target = {"Paths": [lake.url("w/")], "MaximumTraversalDepth": 2}
    crawl(lake, {"IcebergTargets": [target]})
    assert lake.tables() == {}
    lake.glue.update_crawler(
        Name="c", Targets={"IcebergTargets": [{**target, "MaximumTraversalDepth": 3}]}
    )
    lake.run()
    assert sorted(lake.tables()) == ["t"]


TRIP = json.dumps({
    "type": "record", "name": "trip",
    "fields": [
        {"name": "id", "type": "string"}, {"name": "fare", "type": ["null", "double"]},
        {"name": "city", "type": "string"},
    ],
})


def hudi(lake, path, kind):
    properties = (
        "#Properties\nhoodie.table.name=trips\n"
        f"hoodie.table.type={kind}\nhoodie.table.partition.fields=city\n"
    )
    lake.put(f"{path}/.hoodie/hoodie.properties", properties)
    done = json.dumps({"extraMetadata": {"schema": TRIP}})
    lake.put(f"{path}/.hoodie/20240101000000000.commit", done)
    for city in ("oslo", "rome"):
        lake.put(f"{path}/city={city}/.hoodie_partition_metadata", "depth=1\n")
        lake.put(f"{path}/city={city}/a.parquet", "PAR1")


@behaviour("GLUE-22")
def test_a_hudi_table_is_described_with_its_partitions(lake):
    hudi(lake, "h/trips", "COPY_ON_WRITE")
    crawl(lake, {"HudiTargets": [{"Paths": [lake.url("h/")]}]})
    table = lake.table("trips")
    assert table["Parameters"]["classification"] == "hudi"
    assert lake.columns("trips")[0] == ("_hoodie_commit_time", "string")
    assert lake.columns("trips")[-2:] == [("id", "string"), ("fare", "double")]
    assert lake.keys("trips") == ["city"]
    assert sorted(lake.partitions("trips")) == [("oslo",), ("rome",)]
    assert table["StorageDescriptor"]["InputFormat"].endswith("HoodieParquetInputFormat")
    lake.put("h/trips/city=kyiv/.hoodie_partition_metadata", "depth=1\n")
    lake.run()
    assert sorted(lake.partitions("trips")) == [("kyiv",), ("oslo",), ("rome",)]


@behaviour("GLUE-22")
def test_a_hudi_table_merged_on_read_is_two(lake):
    hudi(lake, "trips", "MERGE_ON_READ")
    crawl(lake, {"HudiTargets": [{"Paths": [lake.url("trips")]}]})
    tables = lake.tables()
    assert sorted(tables) == ["trips_ro", "trips_rt"]
    formats = {n: t["StorageDescriptor"]["InputFormat"].split(".")[-1] for n, t in tables.items()}
    assert formats == {
        "trips_ro": "HoodieParquetInputFormat", "trips_rt": "HoodieParquetRealtimeInputFormat",
    }


LOG_DELETES = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}


@behaviour("GLUE-22")
def test_tables_of_the_catalog_are_brought_up_to_date(lake):
    glue = lake.glue
    glue.create_database(DatabaseInput={"Name": "own"})
    for name in ("people", "other"):
        glue.create_table(
            DatabaseName="own",
            TableInput={
                "Name": name, "PartitionKeys": [{"Name": "dt", "Type": "string"}],
                "StorageDescriptor": {
                    "Location": lake.url(f"raw/{name}"),
                    "Columns": [{"Name": "id", "Type": "int"}],
                },
            },
        )
    lake.put("raw/people/dt=1/a.csv", "id,name\n1,a\n2,b\n")
    lake.put("raw/people/dt=2/a.csv", "id,name\n1,a\n2,b\n")
    lake.put("raw/other/dt=1/a.csv", "id,name\n1,a\n2,b\n")
    targets = {"CatalogTargets": [{"DatabaseName": "own", "Tables": ["people"]}]}
    for wrong in (
        {"Targets": targets},
        {"Targets": {**targets, "S3Targets": [{"Path": lake.url("raw/")}]},
         "SchemaChangePolicy": LOG_DELETES},
    ):
        with pytest.raises(ClientError) as raised:
            glue.create_crawler(Name="c", Role=lake.ROLE, **wrong)
        assert error(raised).code == "InvalidInputException"
    glue.create_crawler(
        Name="c", Role=lake.ROLE, Targets=targets, SchemaChangePolicy=LOG_DELETES
    )
    lake.run("c")
    people = glue.get_table(DatabaseName="own", Name="people")["Table"]
    columns = people["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"]) for c in columns] == [("id", "bigint"), ("name", "string")]
    assert people["StorageDescriptor"]["Location"] == lake.url("raw/people")
    found = glue.get_partitions(DatabaseName="own", TableName="people")["Partitions"]
    assert sorted(p["Values"][0] for p in found) == ["1", "2"]
    other = glue.get_table(DatabaseName="own", Name="other")["Table"]
    assert other["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "int"}]
    # A table that is not there fails the run.
    glue.update_crawler(
        Name="c", Targets={"CatalogTargets": [{"DatabaseName": "own", "Tables": ["absent"]}]}
    )
    lake.run("c", status="FAILED")
