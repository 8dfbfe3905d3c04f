"""Functions: what they are made of, and what is refused."""

import base64
import hashlib
import io
import zipfile

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.functions import package

CODE = "def handler(event, context):\n    return event\n"


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


@behaviour("LAMBDA-1")
def test_a_function_is_made_read_listed_and_deleted(functions, lambdas, account):
    archive = package({"code.py": CODE})
    made = lambdas.create_function(
        FunctionName="f", Role=functions.role, Runtime="python3.12", Handler="code.handler",
        Code={"ZipFile": archive}, Description="echo", Tags={"team": "data"},
        Environment={"Variables": {"STAGE": "test"}},
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["FunctionArn"] == f"arn:aws:lambda:us-east-1:{account}:function:f"
    assert (made["Version"], made["State"], made["PackageType"]) == ("$LATEST", "Active", "Zip")
    assert (made["Timeout"], made["MemorySize"], made["EphemeralStorage"]) == (3, 128, {"Size": 512})
    assert made["Architectures"] == ["x86_64"]
    assert made["CodeSize"] == len(archive)
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(archive).digest()).decode()
    assert made["Environment"] == {"Variables": {"STAGE": "test"}}
    for name in ("f", made["FunctionArn"], f"{account}:function:f"):
        found = lambdas.get_function(FunctionName=name)
        assert found["Configuration"]["RevisionId"] == made["RevisionId"]
        assert found["Tags"] == {"team": "data"}
    for at in range(3):
        functions.make(f"g{at}", CODE)
    first = lambdas.list_functions(MaxItems=3)
    rest = lambdas.list_functions(Marker=first["NextMarker"])
    names = [one["FunctionName"] for one in first["Functions"] + rest["Functions"]]
    assert names == ["f", "g0", "g1", "g2"]
    assert refused(functions.make, "f", CODE) == (
        "ResourceConflictException", 409, "Function already exist: f",
    )
    lambdas.delete_function(FunctionName="f")
    assert refused(lambdas.get_function, FunctionName="f") == (
        "ResourceNotFoundException", 404, f"Function not found: {made['FunctionArn']}",
    )


@behaviour("LAMBDA-5")
def test_timeouts_and_memory_have_bounds(functions, unchecked):
    functions.make("f", CODE, Timeout=900, MemorySize=10_240)
    functions.client = unchecked
    for wrong in ({"Timeout": 901}, {"Timeout": 0}, {"MemorySize": 127}, {"MemorySize": 10_241}):
        code, status, sentence = refused(functions.make, "g", CODE, **wrong)
        assert (code, status) == ("ValidationException", 400) and "constraint" in sentence
        update = unchecked.update_function_configuration
        assert refused(update, FunctionName="f", **wrong)[0] == "ValidationException"
    for wrong in (511, 10_241):
        storage = {"EphemeralStorage": {"Size": wrong}}
        assert refused(functions.make, "g", CODE, **storage)[0] == "ValidationException"


def test_settings_change_under_revisions(functions, lambdas):
    functions.make("f", CODE)
    before = lambdas.get_function_configuration(FunctionName="f")
    changed = lambdas.update_function_configuration(
        FunctionName="f", Timeout=7, RevisionId=before["RevisionId"],
        Environment={"Variables": {"KEY": "b"}},
    )
    assert (changed["Timeout"], changed["MemorySize"]) == (7, 128)
    assert changed["LastUpdateStatus"] == "Successful"
    again = {"FunctionName": "f", "Timeout": 8, "RevisionId": before["RevisionId"]}
    assert refused(lambdas.update_function_configuration, **again)[:2] == (
        "PreconditionFailedException", 412,
    )
    archive = package({"code.py": CODE + "\n"})
    dry = lambdas.update_function_code(FunctionName="f", ZipFile=archive, DryRun=True)
    assert dry["CodeSha256"] != before["CodeSha256"]
    assert lambdas.get_function_configuration(FunctionName="f")["CodeSha256"] == before["CodeSha256"]
    lambdas.update_function_code(FunctionName="f", ZipFile=archive)
    assert lambdas.get_function_configuration(FunctionName="f")["CodeSha256"] == dry["CodeSha256"]


def test_code_comes_from_s3(functions, lambdas, s3, bucket):
    s3.put_object(Bucket=bucket, Key="code.zip", Body=package({"code.py": CODE}))
    functions.make("f", CODE, Code={"S3Bucket": bucket, "S3Key": "code.zip"})
    assert functions.call("f", {"a": 1}) == {"a": 1}
    absent = {"S3Bucket": bucket, "S3Key": "absent.zip"}
    assert refused(functions.make, "g", CODE, Code=absent) == (
        "InvalidParameterValueException", 400,
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified "
        "key does not exist.",
    )


def test_what_is_no_package_is_refused(functions):
    unzip = "Could not unzip uploaded file. Please check your file, then try to upload again."
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../outside.py", CODE)
    for wrong in (b"no archive", out.getvalue()):
        assert refused(functions.make, "f", CODE, Code={"ZipFile": wrong}) == (
            "InvalidParameterValueException", 400, unzip,
        )
    zeros = package({"large": b"\0" * 262_144_001})
    assert refused(functions.make, "f", CODE, Code={"ZipFile": zeros}) == (
        "InvalidParameterValueException", 400, "Unzipped size must be smaller than 262144000 bytes",
    )


def test_what_settings_are_refused(functions, unchecked):
    functions.client = unchecked
    invalid = "InvalidParameterValueException"
    reserved = {"Environment": {"Variables": {"AWS_REGION": "x"}}}
    assert refused(functions.make, "f", CODE, **reserved)[0] == invalid
    large = {"Environment": {"Variables": {"LARGE": "x" * 4_097}}}
    assert refused(functions.make, "f", CODE, **large)[0] == invalid
    assert refused(functions.make, "f", CODE, Runtime="python3.6")[0] == invalid
    foreign = {"Role": "arn:aws:iam::999999999999:role/lambda"}
    assert refused(functions.make, "f", CODE, **foreign)[:2] == ("AccessDeniedException", 403)
    for name in ("f" * 65, "a.b"):
        assert refused(functions.make, name, CODE)[0] == "ValidationException"


def test_tags_come_and_go(functions, lambdas):
    arn = functions.make("f", CODE, Tags={"a": "1"})
    lambdas.tag_resource(Resource=arn, Tags={"b": "2"})
    assert lambdas.list_tags(Resource=arn)["Tags"] == {"a": "1", "b": "2"}
    lambdas.untag_resource(Resource=arn, TagKeys=["a"])
    assert lambdas.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    many = {f"k{at}": "v" for at in range(50)}
    assert refused(lambdas.tag_resource, Resource=arn, Tags=many)[0] == (
        "InvalidParameterValueException"
    )


def test_functions_outlive_the_server(durable_server, durable, account):
    from harness.functions import Functions

    functions = Functions(durable(), account)
    functions.make("f", CODE)
    assert functions.call("f", [1]) == [1]
    durable_server.kill()
    durable_server.start()
    functions = Functions(durable(), account)
    assert functions.call("f", [2]) == [2]
