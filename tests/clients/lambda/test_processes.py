"""Processes of functions: they end with the server, and what they write is whole."""

import concurrent.futures
import os

import pytest
from harness import behaviour, eventually
from harness.functions import Functions

PID = "import os\n\ndef handler(event, context):\n    return os.getpid()\n"


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_no_process_outlives_the_server(durable_server, durable, account, how):
    functions = Functions(durable(), account)
    functions.make("f", PID)
    pid = functions.call("f")
    assert not is_gone(pid)
    getattr(durable_server, how)()
    eventually(lambda: is_gone(pid))
    # What it left is removed, and the function runs again.
    durable_server.start()
    functions = Functions(durable(), account)
    assert functions.call("f") != pid
    folder = durable_server.data / "functions" / "sandboxes"
    assert len(os.listdir(folder)) == 1


def test_what_is_deleted_or_changed_runs_no_more(functions, lambdas):
    functions.make("f", PID)
    pid = functions.call("f")
    lambdas.delete_function(FunctionName="f")
    eventually(lambda: is_gone(pid))


@behaviour("LAMBDA-31")
def test_objects_that_functions_write_are_whole(functions, s3, bucket):
    code = """
        import boto3

        def handler(event, context):
            boto3.client("s3").put_object(
                Bucket=event["bucket"], Key="k", Body=event["letter"].encode() * 2_000_000
            )
    """
    for name in ("a", "b"):
        functions.make(name, code, Timeout=60, MemorySize=512)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def write(name):
        functions.call(name, {"bucket": bucket, "letter": name})

    write("a")
    seen = set()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(write, name) for name in "abababab"]
        while not all(one.done() for one in writes):
            body = s3.get_object(Bucket=bucket, Key="k")["Body"].read()
            assert len(body) == 2_000_000 and len(set(body)) == 1
            seen.add(body[:1])
        for one in writes:
            one.result()
    assert seen <= {b"a", b"b"}
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 9
