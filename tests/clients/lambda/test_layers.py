"""Layers: packages that functions share."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.functions import package

CODE = """
    import os, shared

    def handler(event, context):
        return shared.NAME, os.path.exists(shared.__file__)
"""


def refused(call, *arguments, **named):
    with pytest.raises(ClientError) as raised:
        call(*arguments, **named)
    return error(raised)


@pytest.fixture
def publish(lambdas):
    """`publish("name", text)`: the ARN of a new version of a layer with a module."""

    def make(name, text, **more):
        archive = package({"python/shared.py": text})
        return lambdas.publish_layer_version(
            LayerName=name, Content={"ZipFile": archive}, **more
        )["LayerVersionArn"]

    return make


@behaviour("LAMBDA-29")
def test_functions_find_what_layers_hold(functions, lambdas, publish):
    first = publish("shared", "NAME = 'first'\n")
    assert first.endswith(":layer:shared:1")
    functions.make("f", CODE, Layers=[first])
    assert functions.call("f") == ["first", True]
    # A version does not change: there is a second one, and who has the first keeps it.
    second = publish("shared", "NAME = 'second'\n")
    assert second.endswith(":layer:shared:2")
    assert functions.call("f") == ["first", True]
    lambdas.delete_layer_version(LayerName="shared", VersionNumber=1)
    assert functions.call("f") == ["first", True]
    config = lambdas.update_function_configuration(FunctionName="f", Layers=[second])
    assert [layer["Arn"] for layer in config["Layers"]] == [second]
    assert functions.call("f") == ["second", True]
    # Of what several hold, the later one counts.
    other = publish("other", "NAME = 'other'\n")
    lambdas.update_function_configuration(FunctionName="f", Layers=[second, other])
    assert functions.call("f") == ["other", True]
    lambdas.update_function_configuration(FunctionName="f", Layers=[])
    assert functions.failure("f")["errorType"] == "Runtime.ImportModuleError"
    assert publish("shared", "NAME = 'third'\n").endswith(":3")


@behaviour("LAMBDA-29")
def test_what_layers_are_refused(functions, lambdas, publish):
    six = [publish(f"l{at}", f"NAME = {at}\n") for at in range(6)]
    invalid = ("InvalidParameterValueException", 400)
    functions.make("five", CODE, Layers=six[:5])
    assert refused(functions.make, "f", CODE, Layers=six) == (
        *invalid, "Cannot reference more than 5 layers.",
    )
    again = publish("l0", "NAME = 'again'\n")
    assert refused(functions.make, "f", CODE, Layers=[six[0], again])[:2] == invalid
    absent = six[0].rsplit(":", 1)[0] + ":99"
    assert refused(functions.make, "f", CODE, Layers=[absent])[:2] == invalid
    large = lambdas.publish_layer_version(
        LayerName="large", Content={"ZipFile": package({"zeros": b"\0" * 200_000_000})}
    )["LayerVersionArn"]
    zeros = package({"code.py": CODE, "zeros": b"\0" * 70_000_000})
    more = {"Layers": [large], "Code": {"ZipFile": zeros}}
    code, status, sentence = refused(functions.make, "f", CODE, **more)
    assert (code, status) == invalid and "262144000" in sentence


def test_layers_are_read_and_listed(lambdas, publish):
    publish("b", "X = 1\n", CompatibleRuntimes=["python3.12"], Description="the first")
    publish("b", "X = 2\n", CompatibleRuntimes=["nodejs22.x"])
    publish("a", "X = 3\n")
    found = lambdas.get_layer_version(LayerName="b", VersionNumber=1)
    assert (found["Version"], found["Description"]) == (1, "the first")
    assert found["CompatibleRuntimes"] == ["python3.12"]
    by_arn = lambdas.get_layer_version_by_arn(Arn=found["LayerVersionArn"])
    assert by_arn["Content"] == found["Content"]
    listed = lambdas.list_layer_versions(LayerName="b")["LayerVersions"]
    assert [one["Version"] for one in listed] == [2, 1]
    first = lambdas.list_layers(MaxItems=1)
    rest = lambdas.list_layers(Marker=first["NextMarker"])
    names = [(one["LayerName"], one["LatestMatchingVersion"]["Version"])
             for one in first["Layers"] + rest["Layers"]]
    assert names == [("a", 1), ("b", 2)]
    python = lambdas.list_layers(CompatibleRuntime="python3.12")["Layers"]
    assert [one["LatestMatchingVersion"]["Version"] for one in python] == [1]
    assert refused(lambdas.get_layer_version, LayerName="b", VersionNumber=9)[:2] == (
        "ResourceNotFoundException", 404,
    )
