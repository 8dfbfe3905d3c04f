"""The schema registry: registries, schemas, versions and what may follow what."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def record(*fields, name="order"):
    return json.dumps({"type": "record", "name": name, "fields": list(fields)})


ID = {"name": "id", "type": "long"}
NAME = {"name": "name", "type": "string"}
NAME_OR_NOT = {**NAME, "default": ""}


@pytest.fixture
def registry(glue):
    glue.create_registry(RegistryName="shop", Description="of the shop", Tags={"team": "a"})
    return glue


def create(glue, definition, compatibility="BACKWARD", data="AVRO", name="orders"):
    return glue.create_schema(
        RegistryId={"RegistryName": "shop"}, SchemaName=name, DataFormat=data,
        Compatibility=compatibility, SchemaDefinition=definition,
    )


SCHEMA = {"SchemaId": {"RegistryName": "shop", "SchemaName": "orders"}}
LATEST = {"SchemaVersionNumber": {"LatestVersion": True}}


def register(glue, definition, name="orders"):
    named = {"RegistryName": "shop", "SchemaName": name}
    answer = glue.register_schema_version(SchemaId=named, SchemaDefinition=definition)
    return answer["Status"], answer["VersionNumber"]


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


@behaviour("GLUE-13")
def test_registries_are_made_described_listed_and_removed(registry, account):
    glue = registry
    arn = f"arn:aws:glue:us-east-1:{account}:registry/shop"
    found = glue.get_registry(RegistryId={"RegistryArn": arn})
    assert (found["RegistryName"], found["Description"], found["Status"]) == (
        "shop", "of the shop", "AVAILABLE",
    )
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "a"}
    again = refused(glue.create_registry, RegistryName="shop")
    assert again.code == "AlreadyExistsException"
    assert again.message == "Registry already exists. RegistryName: shop"
    glue.update_registry(RegistryId={"RegistryName": "shop"}, Description="new")
    assert glue.get_registry(RegistryId={"RegistryName": "shop"})["Description"] == "new"
    for name in ("b", "a"):
        glue.create_registry(RegistryName=name)
    pages = glue.get_paginator("list_registries").paginate(PaginationConfig={"PageSize": 2})
    listed = [one["RegistryName"] for page in pages for one in page["Registries"]]
    assert listed == ["a", "b", "shop"]
    create(glue, record(ID))
    glue.delete_registry(RegistryId={"RegistryName": "shop"})
    gone = refused(glue.get_registry, RegistryId={"RegistryName": "shop"})
    assert gone == ("EntityNotFoundException", 400,
                    "Registry is not found. RegistryName: shop, RegistryArn: null")
    assert refused(glue.get_schema, **SCHEMA).code == "EntityNotFoundException"
    glue.create_registry(RegistryName="shop")
    assert glue.list_schemas(RegistryId={"RegistryName": "shop"})["Schemas"] == []
    both = {"RegistryName": "a", "RegistryArn": arn}
    assert refused(glue.get_registry, RegistryId=both).code == "InvalidInputException"


@behaviour("GLUE-13")
def test_schemas_without_a_registry_are_in_the_default_one(glue, account):
    made = glue.create_schema(
        SchemaName="s", DataFormat="AVRO", SchemaDefinition=record(ID), Tags={"a": "1"}
    )
    assert made["RegistryName"] == "default-registry"
    assert made["SchemaArn"] == f"arn:aws:glue:us-east-1:{account}:schema/default-registry/s"
    assert (made["Compatibility"], made["SchemaVersionStatus"]) == ("BACKWARD", "AVAILABLE")
    assert (made["LatestSchemaVersion"], made["NextSchemaVersion"]) == (1, 2)
    assert glue.get_tags(ResourceArn=made["SchemaArn"])["Tags"] == {"a": "1"}
    found = glue.get_schema(SchemaId={"SchemaArn": made["SchemaArn"]})
    assert (found["DataFormat"], found["SchemaCheckpoint"]) == ("AVRO", 1)
    by_id = glue.get_schema_version(SchemaVersionId=made["SchemaVersionId"])
    assert by_id["SchemaDefinition"] == record(ID)
    glue.delete_schema(SchemaId={"SchemaArn": made["SchemaArn"]})
    assert refused(
        glue.get_schema_version, SchemaVersionId=made["SchemaVersionId"]
    ).code == "EntityNotFoundException"


@behaviour("GLUE-13")
@pytest.mark.parametrize(
    ("compatibility", "first", "second", "status"),
    [
        ("BACKWARD", [ID], [ID, NAME], "FAILURE"),
        ("BACKWARD", [ID], [ID, NAME_OR_NOT], "AVAILABLE"),
        ("BACKWARD", [ID, NAME], [ID], "AVAILABLE"),
        ("FORWARD", [ID, NAME], [ID], "FAILURE"),
        ("FORWARD", [ID], [ID, NAME], "AVAILABLE"),
        ("FULL", [ID], [ID, NAME], "FAILURE"),
        ("FULL", [ID], [ID, NAME_OR_NOT], "AVAILABLE"),
        ("NONE", [ID], [NAME], "AVAILABLE"),
    ],
)
def test_a_version_follows_the_last_one_as_the_mode_has_it(
    registry, compatibility, first, second, status
):
    create(registry, record(*first), compatibility)
    assert register(registry, record(*second)) == (status, 2)
    found = registry.get_schema_version(
        **SCHEMA, SchemaVersionNumber={"VersionNumber": 2}
    )
    assert found["Status"] == status
    latest = registry.get_schema_version(**SCHEMA, **LATEST)
    assert latest["VersionNumber"] == (2 if status == "AVAILABLE" else 1)


@behaviour("GLUE-13")
def test_modes_of_all_versions_look_behind_the_last_one(registry):
    glue = registry
    for name, mode in (("orders", "BACKWARD_ALL"), ("last", "BACKWARD")):
        create(glue, record(ID), mode, name=name)
        assert register(glue, record(ID, NAME_OR_NOT), name) == ("AVAILABLE", 2)
    # Readers of it understand the second version and not the first.
    assert register(glue, record(ID, NAME), "last") == ("AVAILABLE", 3)
    assert register(glue, record(ID, NAME)) == ("FAILURE", 3)
    # From a checkpoint on, what was before does not count.
    glue.update_schema(**SCHEMA, SchemaVersionNumber={"VersionNumber": 2})
    assert glue.get_schema(**SCHEMA)["SchemaCheckpoint"] == 2
    assert register(glue, record(ID, NAME)) == ("AVAILABLE", 4)
    versions = glue.list_schema_versions(**SCHEMA)["Schemas"]
    assert [(one["VersionNumber"], one["Status"]) for one in versions] == [
        (1, "AVAILABLE"), (2, "AVAILABLE"), (3, "FAILURE"), (4, "AVAILABLE"),
    ]
    create(glue, record(ID), "FORWARD_ALL", name="f")
    assert register(glue, record(ID, NAME), "f")[0] == "AVAILABLE"
    create(glue, record(ID), "FULL_ALL", name="full")
    assert register(glue, record(ID, NAME_OR_NOT), "full")[0] == "AVAILABLE"
    assert register(glue, record(ID, NAME), "full")[0] == "FAILURE"


@behaviour("GLUE-13")
def test_a_definition_that_is_there_is_not_registered_again(registry):
    glue = registry
    first = create(glue, record(ID))["SchemaVersionId"]
    spaced = json.dumps(json.loads(record(ID)), indent=4)
    same = glue.register_schema_version(**SCHEMA, SchemaDefinition=spaced)
    assert (same["SchemaVersionId"], same["VersionNumber"]) == (first, 1)
    by_definition = glue.get_schema_by_definition(**SCHEMA, SchemaDefinition=spaced)
    assert by_definition["SchemaVersionId"] == first
    other = refused(glue.get_schema_by_definition, **SCHEMA, SchemaDefinition=record(NAME))
    assert other.code == "EntityNotFoundException"


@behaviour("GLUE-13")
def test_versioning_is_disabled_and_enabled(registry):
    glue = registry
    create(glue, record(ID), "DISABLED")
    why = refused(glue.register_schema_version, **SCHEMA, SchemaDefinition=record(NAME))
    assert why.code == "InvalidInputException"
    assert why.message.startswith("Compatibility DISABLED does not allow versioning.")
    alone = refused(glue.update_schema, **SCHEMA, Compatibility="NONE")
    assert alone.code == "InvalidInputException"
    glue.update_schema(**SCHEMA, Compatibility="NONE", **LATEST, Description="open")
    assert register(glue, record(NAME)) == ("AVAILABLE", 2)
    assert glue.get_schema(**SCHEMA)["Description"] == "open"


@behaviour("GLUE-13")
def test_json_and_protobuf_evolve_too(registry):
    glue = registry

    def closed(**properties):
        return json.dumps({
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "properties": properties, "additionalProperties": False,
        })

    create(glue, closed(a={"type": "integer"}), data="JSON", name="j")
    wider = closed(a={"type": "number"}, b={"type": "string"})
    assert register(glue, wider, "j")[0] == "AVAILABLE"
    assert register(glue, closed(a={"type": "number"}), "j")[0] == "FAILURE"

    def message(fields):
        return f'syntax = "proto3";\nmessage Order {{ {fields} }}'

    create(glue, message("int32 id = 1;"), data="PROTOBUF", name="p", compatibility="FULL")
    assert register(glue, message("int64 id = 1; string name = 2;"), "p")[0] == "AVAILABLE"
    assert register(glue, message("string id = 1;"), "p")[0] == "FAILURE"


@behaviour("GLUE-13")
def test_definitions_are_checked(registry):
    glue = registry
    for data, good, bad in (
        ("AVRO", record(ID), '{"type":"record","name":"r"}'),
        ("JSON", '{"type":"object"}', '{"type":"colour"}'),
        ("PROTOBUF", 'syntax = "proto3"; message M { int32 a = 1; }', "message M {"),
    ):
        check = glue.check_schema_version_validity
        assert check(DataFormat=data, SchemaDefinition=good)["Valid"] is True
        told = check(DataFormat=data, SchemaDefinition=bad)
        assert told["Valid"] is False and told["Error"]
        with pytest.raises(ClientError) as raised:
            create(glue, bad, data=data)
        why = error(raised)
        assert why.code == "InvalidInputException"
        assert why.message.startswith(f"Schema definition of {data} data format is invalid")


@behaviour("GLUE-13")
def test_versions_are_compared_and_removed(registry):
    glue = registry
    create(glue, record(ID), "NONE")
    for n in range(2, 7):
        register(glue, record({"name": f"f{n}", "type": "int"}))
    numbers = {
        "FirstSchemaVersionNumber": {"VersionNumber": 1},
        "SecondSchemaVersionNumber": {"LatestVersion": True},
    }
    diff = glue.get_schema_versions_diff(**SCHEMA, **numbers, SchemaDiffType="SYNTAX_DIFF")["Diff"]
    assert '-      "name": "id"' in diff and '+      "name": "f6"' in diff
    errors = glue.delete_schema_versions(**SCHEMA, Versions="1-3")["SchemaVersionErrors"]
    assert [one["VersionNumber"] for one in errors] == [1]
    left = [one["VersionNumber"] for one in glue.list_schema_versions(**SCHEMA)["Schemas"]]
    assert left == [1, 4, 5, 6]
    [absent] = glue.delete_schema_versions(**SCHEMA, Versions="2")["SchemaVersionErrors"]
    assert absent["ErrorDetails"]["ErrorCode"] == "EntityNotFoundException"
    glue.delete_schema_versions(**SCHEMA, Versions="6")
    assert glue.get_schema(**SCHEMA)["LatestSchemaVersion"] == 5
    assert register(glue, record(NAME)) == ("AVAILABLE", 7)
    glue.update_schema(**SCHEMA, SchemaVersionNumber={"VersionNumber": 5})
    assert refused(
        glue.delete_schema_versions, **SCHEMA, Versions="4-7"
    ).code == "InvalidInputException"
    pages = glue.get_paginator("list_schema_versions").paginate(
        **SCHEMA, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Schemas"]) for page in pages] == [2, 2]


@behaviour("GLUE-13")
def test_versions_carry_metadata(registry):
    glue = registry
    version = create(glue, record(ID))["SchemaVersionId"]

    def pair(key, value):
        return {"MetadataKeyValue": {"MetadataKey": key, "MetadataValue": value}}

    put = glue.put_schema_version_metadata(**SCHEMA, **LATEST, **pair("owner", "ann"))
    assert (put["SchemaVersionId"], put["LatestVersion"], put["VersionNumber"]) == (
        version, True, 1,
    )
    glue.put_schema_version_metadata(SchemaVersionId=version, **pair("owner", "bob"))
    twice = refused(
        glue.put_schema_version_metadata, SchemaVersionId=version, **pair("owner", "bob")
    )
    assert twice.code == "AlreadyExistsException"
    glue.put_schema_version_metadata(SchemaVersionId=version, **pair("stage", "test"))
    known = glue.query_schema_version_metadata(SchemaVersionId=version)["MetadataInfoMap"]
    assert known["owner"]["MetadataValue"] == "bob"
    assert [o["MetadataValue"] for o in known["owner"]["OtherMetadataValueList"]] == ["ann"]
    only = glue.query_schema_version_metadata(
        SchemaVersionId=version, MetadataList=[{"MetadataKey": "stage"}]
    )["MetadataInfoMap"]
    assert list(only) == ["stage"]
    glue.remove_schema_version_metadata(SchemaVersionId=version, **pair("owner", "bob"))
    known = glue.query_schema_version_metadata(SchemaVersionId=version)["MetadataInfoMap"]
    assert known["owner"]["MetadataValue"] == "ann"
    for n in range(8):
        glue.put_schema_version_metadata(SchemaVersionId=version, **pair("k", str(n)))
    eleventh = refused(
        glue.put_schema_version_metadata, SchemaVersionId=version, **pair("k", "more")
    )
    assert eleventh.code == "ResourceNumberLimitExceededException"


@behaviour("GLUE-13")
def test_schemas_are_listed_by_registry(registry):
    glue = registry
    glue.create_registry(RegistryName="a")
    for name in ("y", "x"):
        create(glue, record(ID), name=name)
    glue.create_schema(
        RegistryId={"RegistryName": "a"}, SchemaName="z", DataFormat="AVRO",
        SchemaDefinition=record(ID),
    )
    pages = glue.get_paginator("list_schemas").paginate(PaginationConfig={"PageSize": 2})
    listed = [(s["RegistryName"], s["SchemaName"]) for page in pages for s in page["Schemas"]]
    assert listed == [("a", "z"), ("shop", "x"), ("shop", "y")]
    only = glue.list_schemas(RegistryId={"RegistryName": "shop"})["Schemas"]
    assert [s["SchemaName"] for s in only] == ["x", "y"]
    missing = refused(
        glue.create_schema, RegistryId={"RegistryName": "absent"}, SchemaName="s",
        DataFormat="AVRO", SchemaDefinition=record(ID),
    )
    assert missing.code == "EntityNotFoundException"


@behaviour("GLUE-13", "IAM-8")
def test_a_policy_lets_one_registry_be_used(user, root, account):
    glue = root.client("glue")
    for name in ("open", "closed"):
        glue.create_registry(RegistryName=name)
    allowed = [f"arn:aws:glue:us-east-1:{account}:{what}" for what in (
        "registry/open", "schema/open/*",
    )]
    ann = user(
        "ann", {"Effect": "Allow", "Action": "glue:*", "Resource": allowed}
    ).client("glue")
    given = {"SchemaName": "s", "DataFormat": "AVRO", "SchemaDefinition": record(ID)}
    made = ann.create_schema(RegistryId={"RegistryName": "open"}, **given)
    ann.get_schema_version(SchemaVersionId=made["SchemaVersionId"])
    closed = {"RegistryName": "closed"}
    assert refused(ann.create_schema, RegistryId=closed, **given).code == "AccessDeniedException"
    theirs = glue.create_schema(RegistryId=closed, **given)["SchemaVersionId"]
    assert refused(
        ann.get_schema_version, SchemaVersionId=theirs
    ).code == "AccessDeniedException"
