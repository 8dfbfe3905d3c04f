"""Versions that do not change, and names that lead to them."""

import collections

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.functions import package

VERSION = """
    import os

    def handler(event, context):
        return os.environ["AWS_LAMBDA_FUNCTION_VERSION"], os.environ.get("STAGE")
"""


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


def stage(lambdas, name):
    lambdas.update_function_configuration(
        FunctionName="f", Environment={"Variables": {"STAGE": name}}
    )


@behaviour("LAMBDA-7")
def test_versions_stay_as_they_were(functions, lambdas):
    arn = functions.make("f", VERSION, Publish=True)
    assert arn.endswith(":function:f:1")
    # Nothing changed: nothing new is published.
    assert lambdas.publish_version(FunctionName="f")["Version"] == "1"
    stage(lambdas, "two")
    second = lambdas.publish_version(FunctionName="f", Description="the second")
    assert (second["Version"], second["Description"]) == ("2", "the second")
    assert second["FunctionArn"].endswith(":function:f:2")
    assert functions.call("f") == ["$LATEST", "two"]
    assert functions.call("f", Qualifier="1") == ["1", None]
    assert functions.call("f:2") == ["2", "two"]
    archive = package({"code.py": "def handler(event, context):\n    return 'other'\n"})
    lambdas.update_function_code(FunctionName="f", ZipFile=archive)
    assert functions.call("f") == "other"
    assert functions.call("f", Qualifier="2") == ["2", "two"]
    listed = lambdas.list_versions_by_function(FunctionName="f")["Versions"]
    assert [one["Version"] for one in listed] == ["$LATEST", "1", "2"]
    pages = lambdas.list_versions_by_function(FunctionName="f", MaxItems=2)
    rest = lambdas.list_versions_by_function(FunctionName="f", Marker=pages["NextMarker"])
    assert [one["Version"] for one in rest["Versions"]] == ["2"]
    # A version is not changed.
    for call, given in (
        (lambdas.update_function_configuration, {"Timeout": 5}),
        (lambdas.update_function_code, {"ZipFile": archive}),
    ):
        assert refused(call, FunctionName="f:1", **given)[:2] == (
            "InvalidParameterValueException", 400,
        )
    lambdas.delete_function(FunctionName="f", Qualifier="1")
    assert refused(functions.invoke, "f", Qualifier="1")[0] == "ResourceNotFoundException"
    assert functions.call("f", Qualifier="2") == ["2", "two"]


@behaviour("LAMBDA-7")
def test_an_alias_splits_traffic(functions, lambdas):
    functions.make("f", VERSION, Publish=True)
    stage(lambdas, "two")
    lambdas.publish_version(FunctionName="f")
    alias = lambdas.create_alias(
        FunctionName="f", Name="live", FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
    )
    assert alias["AliasArn"].endswith(":function:f:live")
    answers = [functions.invoke("f", Qualifier="live") for _ in range(1_000)]
    counts = collections.Counter(answer["ExecutedVersion"] for answer in answers)
    assert set(counts) == {"1", "2"} and 60 <= counts["2"] <= 140
    assert answers[0]["Payload"][0] == answers[0]["ExecutedVersion"]
    lambdas.update_alias(
        FunctionName="f", Name="live", FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    assert "RoutingConfig" not in lambdas.get_alias(FunctionName="f", Name="live")
    assert functions.call("f:live") == ["2", "two"]
    conflict = refused(lambdas.delete_function, FunctionName="f", Qualifier="2")
    assert conflict[:2] == ("ResourceConflictException", 409)


@behaviour("LAMBDA-7")
def test_what_aliases_are_refused(functions, lambdas):
    functions.make("f", VERSION, Publish=True)

    def make(name="a", version="1", **weights):
        routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
        return lambdas.create_alias(
            FunctionName="f", Name=name, FunctionVersion=version, **routing
        )

    invalid = ("InvalidParameterValueException", 400)
    assert refused(make, version="7")[:2] == ("ResourceNotFoundException", 404)
    assert refused(make, version="$LATEST", **{"1": 0.5})[:2] == invalid
    assert refused(make, **{"1": 0.5})[:2] == invalid
    assert refused(make, **{"9": 0.5})[:2] == ("ResourceNotFoundException", 404)
    assert refused(make, name="12")[0] == "ValidationException"
    made = make()
    assert refused(make)[:2] == ("ResourceConflictException", 409)
    make(name="b", version="$LATEST")
    assert [one["Name"] for one in lambdas.list_aliases(FunctionName="f")["Aliases"]] == ["a", "b"]
    only = lambdas.list_aliases(FunctionName="f", FunctionVersion="1")["Aliases"]
    assert [one["Name"] for one in only] == ["a"]
    stale = {"FunctionName": "f", "Name": "a", "RevisionId": "x", "FunctionVersion": "1"}
    assert refused(lambdas.update_alias, **stale)[0] == "PreconditionFailedException"
    fresh = {**stale, "RevisionId": made["RevisionId"]}
    lambdas.update_alias(**fresh)
    lambdas.delete_alias(FunctionName="f", Name="a")
    assert refused(lambdas.get_alias, FunctionName="f", Name="a")[:2] == (
        "ResourceNotFoundException", 404,
    )


def test_policies_are_of_what_they_name(functions, lambdas, aws):
    arn = functions.make("f", VERSION, Publish=True).rsplit(":", 1)[0]
    lambdas.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    lambdas.add_permission(
        FunctionName="f", StatementId="s", Action="lambda:InvokeFunction",
        Principal="777777777777", Qualifier="live",
    )
    other = aws.elsewhere(account="777777777777").client("lambda")
    assert other.invoke(FunctionName=f"{arn}:live")["StatusCode"] == 200
    for name in (arn, f"{arn}:1"):
        assert refused(other.invoke, FunctionName=name)[0] == "AccessDeniedException"
