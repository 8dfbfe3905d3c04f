"""Connections, and the keys that passwords and the catalog are under."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

URL = "jdbc:postgresql://db.example:5432/shop"


def described(name="shop", **properties):
    return {
        "Name": name, "ConnectionType": "JDBC", "Description": "the shop",
        "MatchCriteria": ["a"],
        "ConnectionProperties": {
            "JDBC_CONNECTION_URL": URL, "USERNAME": "ann", "PASSWORD": "hidden", **properties,
        },
    }


def code(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised).code


@behaviour("GLUE-2")
def test_connections_are_made_read_changed_listed_and_removed(glue, account):
    glue.create_connection(ConnectionInput=described(), Tags={"team": "a"})
    found = glue.get_connection(Name="shop")["Connection"]
    assert found["ConnectionProperties"] == described()["ConnectionProperties"]
    assert (found["ConnectionType"], found["Status"]) == ("JDBC", "READY")
    hidden = glue.get_connection(Name="shop", HidePassword=True)["Connection"]
    assert "PASSWORD" not in hidden["ConnectionProperties"]
    arn = f"arn:aws:glue:us-east-1:{account}:connection/shop"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"team": "a"}
    assert code(glue.create_connection, ConnectionInput=described()) == "AlreadyExistsException"
    glue.update_connection(Name="shop", ConnectionInput=described(PASSWORD="other"))
    changed = glue.get_connection(Name="shop")["Connection"]
    assert changed["ConnectionProperties"]["PASSWORD"] == "other"
    assert changed["CreationTime"] == found["CreationTime"]
    network = {
        "Name": "net", "ConnectionType": "NETWORK", "ConnectionProperties": {},
        "PhysicalConnectionRequirements": {"SubnetId": "subnet-1"},
    }
    glue.create_connection(ConnectionInput=network)

    def names(**given):
        return [one["Name"] for one in glue.get_connections(**given)["ConnectionList"]]

    assert names() == ["net", "shop"]
    assert names(Filter={"ConnectionType": "JDBC"}) == ["shop"]
    assert names(Filter={"MatchCriteria": ["b"]}) == []
    pages = glue.get_paginator("get_connections").paginate(PaginationConfig={"PageSize": 1})
    assert [len(page["ConnectionList"]) for page in pages] == [1, 1]
    done = glue.batch_delete_connection(ConnectionNameList=["net", "absent"])
    assert done["Succeeded"] == ["net"]
    assert done["Errors"]["absent"]["ErrorCode"] == "EntityNotFoundException"
    glue.delete_connection(ConnectionName="shop")
    assert code(glue.get_connection, Name="shop") == "EntityNotFoundException"


@behaviour("GLUE-2")
def test_connections_that_cannot_be_are_refused(glue):
    for wrong in (
        {"Name": "c", "ConnectionType": "JDBC", "ConnectionProperties": {"USERNAME": "x"}},
        {"Name": "c", "ConnectionType": "NETWORK", "ConnectionProperties": {}},
        {"Name": "c", "ConnectionType": "KAFKA", "ConnectionProperties": {}},
        described(JDBC_CONNECTION_URL="http://x"),
        described(SECRET_ID="s"),
    ):
        assert code(glue.create_connection, ConnectionInput=wrong) == "InvalidInputException"


@behaviour("GLUE-11")
def test_passwords_are_returned_sealed_by_a_key(glue, aws):
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = {
        "ConnectionPasswordEncryption": {
            "ReturnConnectionPasswordEncrypted": True, "AwsKmsKeyId": key,
        },
    }
    glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=sealed)
    read = glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]
    assert read["ConnectionPasswordEncryption"] == sealed["ConnectionPasswordEncryption"]
    glue.create_connection(ConnectionInput=described())
    properties = glue.get_connection(Name="shop")["Connection"]["ConnectionProperties"]
    assert "PASSWORD" not in properties and properties["ENCRYPTED_PASSWORD"] != "hidden"
    # Where they are not to be sealed any more, who may use the key reads them.
    plain = {"ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": False}}
    glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=plain)
    properties = glue.get_connection(Name="shop")["Connection"]["ConnectionProperties"]
    assert properties["PASSWORD"] == "hidden"
    kms.disable_key(KeyId=key)
    assert code(glue.get_connection, Name="shop") == "GlueEncryptionException"
    glue.get_connection(Name="shop", HidePassword=True)
    lame = {"ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": True}}
    assert code(
        glue.put_data_catalog_encryption_settings, DataCatalogEncryptionSettings=lame
    ) == "InvalidInputException"


@behaviour("GLUE-11")
def test_a_catalog_under_a_key_is_for_those_who_may_use_the_key(user, root, account):
    glue, kms = root.client("glue"), root.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    everything = {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    ann = user("ann", everything, decrypt).client("glue")
    bob = user("bob", everything).client("glue")
    glue.create_database(DatabaseInput={"Name": "d"})
    bob.get_database(Name="d")

    def put(**settings):
        at_rest = {"EncryptionAtRest": settings}
        glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings=at_rest)

    put(CatalogEncryptionMode="SSE-KMS", SseAwsKmsKeyId=key)
    ann.create_table(DatabaseName="d", TableInput={"Name": "t"})
    assert ann.get_table(DatabaseName="d", Name="t")["Table"]["Name"] == "t"
    for call, given in (
        (bob.get_table, {"DatabaseName": "d", "Name": "t"}),
        (bob.get_databases, {}),
        (bob.search_tables, {}),
        (bob.get_partitions, {"DatabaseName": "d", "TableName": "t"}),
        (bob.create_table, {"DatabaseName": "d", "TableInput": {"Name": "u"}}),
    ):
        assert code(call, **given) == "GlueEncryptionException"
    # A role uses the key for everybody.
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    iam = root.client("iam")
    iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(
        RoleName="keeper", PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": decrypt}),
    )
    put(
        CatalogEncryptionMode="SSE-KMS-WITH-SERVICE-ROLE", SseAwsKmsKeyId=key,
        CatalogEncryptionServiceRole=f"arn:aws:iam::{account}:role/keeper",
    )
    bob.get_table(DatabaseName="d", Name="t")
    put(CatalogEncryptionMode="DISABLED")
    bob.get_databases()


@behaviour("GLUE-11")
def test_security_configurations_are_kept(glue, account):
    key = f"arn:aws:kms:us-east-1:{account}:key/00000000-0000-0000-0000-000000000000"
    given = {
        "S3Encryption": [{"S3EncryptionMode": "SSE-KMS", "KmsKeyArn": key}],
        "CloudWatchEncryption": {"CloudWatchEncryptionMode": "DISABLED"},
        "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS", "KmsKeyArn": key},
    }
    glue.create_security_configuration(Name="s", EncryptionConfiguration=given)
    found = glue.get_security_configuration(Name="s")["SecurityConfiguration"]
    assert found["EncryptionConfiguration"] == given
    listed = glue.get_security_configurations()["SecurityConfigurations"]
    assert [one["Name"] for one in listed] == ["s"]
    again = {"Name": "s", "EncryptionConfiguration": given}
    assert code(glue.create_security_configuration, **again) == "AlreadyExistsException"
    keyless = {"S3Encryption": [{"S3EncryptionMode": "SSE-KMS"}]}
    assert code(
        glue.create_security_configuration, Name="x", EncryptionConfiguration=keyless
    ) == "InvalidInputException"
    glue.delete_security_configuration(Name="s")
    assert code(glue.get_security_configuration, Name="s") == "EntityNotFoundException"


@behaviour("GLUE-9")
def test_an_older_catalog_is_imported_once(glue):
    assert glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"] is False
    glue.import_catalog_to_glue()
    status = glue.get_catalog_import_status()["ImportStatus"]
    assert status["ImportCompleted"] is True and status["ImportedBy"]
    glue.import_catalog_to_glue()
    assert glue.get_catalog_import_status()["ImportStatus"] == status
