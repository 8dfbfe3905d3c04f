"""What every service answers to calls that are wrong, unknown or not there, and to plain ones."""

import pathlib
import tomllib

import botocore.session
import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import json_call, query_call, signed

SERVICES = pathlib.Path(__file__).parents[3] / "services"

# A call per service that needs nothing to be there, in boto3's words and the command line's.
SMOKE = {
    "sts": ("get_caller_identity", ["sts", "get-caller-identity"]),
    "iam": ("list_users", ["iam", "list-users"]),
    "s3": ("list_buckets", ["s3api", "list-buckets"]),
    "glue": ("get_databases", ["glue", "get-databases"]),
    "athena": ("list_work_groups", ["athena", "list-work-groups"]),
    "kms": ("list_keys", ["kms", "list-keys"]),
    "events": ("list_event_buses", ["events", "list-event-buses"]),
    "ec2": ("describe_vpcs", ["ec2", "describe-vpcs"]),
    "sqs": ("list_queues", ["sqs", "create-queue", "--queue-name", "smoke"]),
    "lambda": ("list_functions", ["lambda", "list-functions"]),
    "logs": ("describe_log_groups", ["logs", "describe-log-groups"]),
}


def absent_operations(service: str) -> list[str]:
    """Operations of the model that the room does not list."""
    room = tomllib.loads((SERVICES / service / "service.toml").read_text())
    model = botocore.session.Session().get_service_model(service)
    return sorted(set(model.operation_names) - set(room["operations"]))


@behaviour("PLAT-1")
@pytest.mark.parametrize("service", SMOKE)
def test_boto3_needs_the_endpoint_only(session, service):
    operation, _ = SMOKE[service]
    answer = getattr(session.client(service), operation)()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@behaviour("PLAT-1")
@pytest.mark.parametrize("service", SMOKE)
def test_the_command_line_needs_the_endpoint_only(aws, service):
    _, command = SMOKE[service]
    # Of queues the command line puts a host of old in the place of what the environment says.
    said = ["--endpoint-url", aws.url] if service == "sqs" else []
    assert aws.cli(*command, *said, "--output", "json").stdout.lstrip().startswith("{")


# What an answer of each protocol is made of, by botocore's name of the protocol.
CONTENT = {
    "ec2": "text/xml",
    "json": "application/x-amz-json-",
    "query": "text/xml",
    "rest-json": "application/json",
    "rest-xml": "application/xml",
}


@behaviour("PLAT-2")
@pytest.mark.parametrize("service", SMOKE)
def test_a_service_speaks_the_protocols_of_its_model(session, service):
    """As far as there are services: none of these has a model that lists CBOR or streams of
    events among what is there, so those are shown by the codecs' own tests only."""
    client = session.client(service)
    for protocol in client.meta.service_model.metadata["protocols"]:
        operation, _ = SMOKE[service]
        answer = getattr(client, operation)()["ResponseMetadata"]
        assert answer["HTTPHeaders"]["content-type"].startswith(CONTENT[protocol])


@behaviour("PLAT-3")
def test_every_answer_is_held_against_its_model(aws, watcher):
    for service, (operation, _) in SMOKE.items():
        getattr(aws.client(service), operation)()
    assert watcher.seen == len(SMOKE)


@behaviour("PLAT-4")
def test_an_error_has_code_status_request_id_and_its_own_exception(glue, iam, s3, athena):
    with pytest.raises(glue.exceptions.EntityNotFoundException) as raised:
        glue.get_database(Name="absent")
    assert error(raised)[:2] == ("EntityNotFoundException", 400)
    assert raised.value.response["ResponseMetadata"]["RequestId"]

    with pytest.raises(iam.exceptions.NoSuchEntityException) as raised:
        iam.get_user(UserName="absent")
    assert error(raised)[:2] == ("NoSuchEntity", 404)
    assert raised.value.response["ResponseMetadata"]["RequestId"]

    with pytest.raises(s3.exceptions.NoSuchBucket) as raised:
        s3.list_objects_v2(Bucket="absent-for-certain")
    assert error(raised)[:2] == ("NoSuchBucket", 404)
    assert raised.value.response["ResponseMetadata"]["RequestId"]
    assert raised.value.response["Error"]["BucketName"] == "absent-for-certain"

    with pytest.raises(athena.exceptions.InvalidRequestException) as raised:
        athena.get_query_execution(QueryExecutionId="00000000-0000-0000-0000-000000000000")
    assert error(raised)[:2] == ("InvalidRequestException", 400)
    assert raised.value.response["ResponseMetadata"]["RequestId"]


@behaviour("PLAT-5")
@pytest.mark.parametrize("service, target", [("glue", "AWSGlue"), ("athena", "AmazonAthena")])
def test_an_unknown_json_operation_is_refused(aws, service, target):
    answer = json_call(aws, service, f"{target}.MakeCoffee").send()
    assert (answer.status, answer.code()) == (400, "UnknownOperationException")
    assert answer.headers["x-amzn-requestid"]


@behaviour("PLAT-5")
@pytest.mark.parametrize("service, version", [("ec2", "2016-11-15"), ("iam", "2010-05-08"), ("sts", "2011-06-15")])
def test_an_unknown_query_action_is_refused(aws, service, version):
    answer = query_call(aws, service, Action="MakeCoffee", Version=version).send()
    assert (answer.status, answer.code()) == (400, "InvalidAction")
    assert "MakeCoffee" in answer.message()


@behaviour("PLAT-5")
@pytest.mark.parametrize("service", ["glue", "athena", "ec2", "iam", "sts"])
def test_an_absent_operation_answers_501_and_names_itself(aws, service):
    operations = absent_operations(service)
    if not operations:
        pytest.skip(f"{service} has every operation of its model")
    model = botocore.session.Session().get_service_model(service)
    for name in {operations[0], operations[-1]}:
        if model.protocol == "json":
            prefix = model.metadata["targetPrefix"]
            answer = json_call(aws, service, f"{prefix}.{name}").send()
        else:
            answer = query_call(aws, service, Action=name, Version=model.api_version).send()
        assert (answer.status, answer.code()) == (501, "NotImplemented")
        assert name in answer.message()


@behaviour("PLAT-5")
def test_an_absent_operation_of_s3_answers_501_and_names_itself(aws, bucket):
    # Operations are told apart by their query; each of these is in the model.
    known = {
        "accelerate": "GetBucketAccelerateConfiguration",
        "analytics": "ListBucketAnalyticsConfigurations",
        "inventory": "ListBucketInventoryConfigurations",
        "intelligent-tiering": "ListBucketIntelligentTieringConfigurations",
        "logging": "GetBucketLogging",
        "metadataTable": "GetBucketMetadataTableConfiguration",
    }
    absent = [q for q, name in known.items() if name in absent_operations("s3")]
    assert absent, "all of these are there now: name others"
    for query in absent:
        answer = signed(aws, "s3", "GET", f"/{bucket}?{query}").send()
        assert (answer.status, answer.code()) == (501, "NotImplemented")
        assert known[query] in answer.message()


@behaviour("PLAT-6")
def test_a_missing_member_is_refused_before_anything_is_done(aws):
    # The service's own word for "this input is not valid".
    glue = json_call(aws, "glue", "AWSGlue.CreateDatabase", b'{"DatabaseInput": {}}').send()
    assert (glue.status, glue.code()) == (400, "ValidationException")
    assert "Member must not be null" in glue.message()
    assert aws.client("glue").get_databases()["DatabaseList"] == []

    athena = json_call(aws, "athena", "AmazonAthena.CreateWorkGroup").send()
    assert (athena.status, athena.code()) == (400, "InvalidRequestException")

    iam = query_call(aws, "iam", Action="CreateUser", Version="2010-05-08").send()
    assert (iam.status, iam.code()) == (400, "ValidationError")
    assert aws.client("iam").list_users()["Users"] == []


@behaviour("PLAT-6")
def test_a_value_outside_its_limits_is_refused_before_anything_is_done(aws):
    iam = aws.client("iam", parameter_validation=False)
    with pytest.raises(ClientError) as raised:
        iam.create_user(UserName="a" * 65)
    assert error(raised)[:2] == ("ValidationError", 400)
    assert "length less than or equal to 64" in error(raised).message
    with pytest.raises(ClientError) as raised:
        iam.create_user(UserName="no spaces")
    assert error(raised).code == "ValidationError"
    assert "must contain only alphanumeric characters" in error(
        raised
    ).message or "regular expression pattern" in error(raised).message
    assert iam.list_users()["Users"] == []


@behaviour("PLAT-6")
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"Name": }', b'{"Name": ' + b"[" * 5000]
)
def test_malformed_json_is_refused(aws, body):
    answer = json_call(aws, "glue", "AWSGlue.GetDatabase", body).send()
    assert answer.status == 400
    assert answer.code() in ("SerializationException", "ValidationException")


@behaviour("PLAT-6")
@pytest.mark.parametrize(
    "body",
    [b"<Delete>", b"<Delete><Object></Delete>", b"not xml", b"<Delete/>", b"<a>" * 5000],
)
def test_malformed_xml_is_refused(aws, bucket, body):
    import base64
    import hashlib

    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    answer = signed(
        aws, "s3", "POST", f"/{bucket}?delete", body, {"Content-MD5": digest}
    ).send()
    assert (answer.status, answer.code()) == (400, "MalformedXML")


@behaviour("PLAT-15")
def test_hard_limits_hold(s3, bucket, aws):
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")
    assert error(raised)[:2] == ("KeyTooLongError", 400)

    # The length is announced and never sent: the refusal must not wait for five gibibytes.
    request = signed(
        aws, "s3", "PUT", f"/{bucket}/large", payload="UNSIGNED-PAYLOAD",
        headers={"Content-Length": str(5 * 2**30 + 1)},
    )
    answer = request.send()
    assert (answer.status, answer.code()) == (400, "EntityTooLarge")

    with pytest.raises(ClientError) as raised:
        s3.delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]}
        )
    assert error(raised)[:2] == ("MalformedXML", 400)


@behaviour("PLAT-15")
def test_a_batch_longer_than_the_limit_is_refused(aws):
    glue = aws.client("glue", parameter_validation=False)
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(
        DatabaseName="d",
        TableInput={"Name": "t", "PartitionKeys": [{"Name": "p", "Type": "string"}]},
    )
    batch = [{"Values": [str(n)]} for n in range(101)]
    with pytest.raises(ClientError) as raised:
        glue.batch_create_partition(
            DatabaseName="d", TableName="t", PartitionInputList=batch
        )
    assert error(raised)[:2] == ("ValidationException", 400)
    assert "length less than or equal to 100" in error(raised).message
    assert glue.get_partitions(DatabaseName="d", TableName="t")["Partitions"] == []
