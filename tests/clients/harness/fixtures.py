"""The fixtures of every client test.

Each test has an account of its own on a server that the tests of one worker share, so tests never see
each other. A test that turns the clock, or asks for arguments by `@pytest.mark.serve(...)`, has a
server of its own.
"""

import itertools
import json
import os
import uuid

import pytest

from .clients import Aws
from .responses import Watcher
from .server import Clock, Server

_ACCOUNTS = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _clean_environment():
    """No setting of the machine reaches a client: neither credentials nor proxies."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["NO_PROXY"] = "*"
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory):
    """The server that most tests of this worker share."""
    server = Server(tmp_path_factory.mktemp("shared") / "server.log").start()
    yield server
    assert server.running, f"the server ended by itself:\n{server.tail()}"
    assert server.stop() == 0, f"the server did not stop cleanly:\n{server.tail()}"


@pytest.fixture
def server(request, tmp_path):
    """The server under test: shared, unless the test turns its clock or sets its arguments."""
    serve = request.node.get_closest_marker("serve")
    if not serve and not request.node.get_closest_marker("clock"):
        yield request.getfixturevalue("shared_server")
        return
    own = Server(tmp_path / "server.log", *(serve.args if serve else ())).start()
    yield own
    assert own.running, f"the server ended by itself:\n{own.tail()}"
    own.stop()


@pytest.fixture
def account():
    """An account that no other test has."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"{1 + worker:04}{next(_ACCOUNTS):08}"


@pytest.fixture
def watcher():
    """Holds every response against the service's model; the test fails if one does not fit."""
    watcher = Watcher()
    yield watcher
    assert not watcher.misfits, "responses that do not fit the model:\n" + "\n".join(
        watcher.misfits
    )


@pytest.fixture
def aws(server, account, watcher):
    """The caller: `aws.client("s3")`, `aws.session`, `aws.cli("s3", "ls")`, `aws.env()`."""
    return Aws(server.url, account, watcher=watcher)


@pytest.fixture
def client(aws):
    """`client("s3")`: a boto3 client of the test's own account."""
    return aws.client


@pytest.fixture
def session(aws, monkeypatch):
    """A boto3 session of the test's own account, which finds the server as users say it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
    return aws.session


@pytest.fixture
def s3(aws):
    return aws.client("s3")


@pytest.fixture
def s3control(aws):
    return aws.s3control()


@pytest.fixture
def glue(aws):
    return aws.client("glue")


@pytest.fixture
def athena(aws):
    return aws.client("athena")


@pytest.fixture
def iam(aws):
    return aws.client("iam")


@pytest.fixture
def sts(aws):
    return aws.client("sts")


@pytest.fixture
def bucket(s3):
    """A new, empty bucket. Bucket names are global, so it is named for this test alone."""
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def clock(request, server):
    """The clock of the test's own server; the test must be marked `clock`."""
    assert request.node.get_closest_marker("clock"), "mark the test: @pytest.mark.clock"
    return Clock(server)


@pytest.fixture
def durable_server(tmp_path):
    """A server with a data directory: `.kill()`, `.restart()`, `.stop()`, `.start()`."""
    server = Server(tmp_path / "server.log", data=tmp_path / "data").start()
    yield server
    if server.running:
        server.stop()


@pytest.fixture
def durable(durable_server, account, watcher):
    """`durable()` is the test's caller at the durable server, wherever it listens now."""
    return lambda: Aws(durable_server.url, account, watcher=watcher)


ROOT_KEY, ROOT_SECRET = "AKIAAQUIFERTESTSROOT", "the-first-secret-of-the-house"


@pytest.fixture
def enforce_server(tmp_path, account):
    """A server that asks the policies: `--auth enforce`. It knows one key, that of the root of the
    test's account; see `root`."""
    env = {
        "AQUIFER_ROOT_ACCESS_KEY_ID": ROOT_KEY,
        "AQUIFER_ROOT_SECRET_ACCESS_KEY": ROOT_SECRET,
        "AQUIFER_ROOT_ACCOUNT": account,
    }
    server = Server(tmp_path / "server.log", "--auth", "enforce", env=env).start()
    yield server
    assert server.running, f"the server ended by itself:\n{server.tail()}"
    server.stop()


@pytest.fixture
def root(enforce_server, account, watcher):
    """The root of the test's account at the server that asks the policies."""
    return Aws(enforce_server.url, ROOT_KEY, ROOT_SECRET, watcher=watcher, account=account)


@pytest.fixture
def user(root):
    """`user("ann", statement, …)`: the caller that a new user is, whom an inline policy of these
    statements allows what it may do; nothing without any."""

    def make(name: str, *statements: dict) -> Aws:
        iam = root.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return root.with_key(key["AccessKeyId"], key["SecretAccessKey"])

    return make


@pytest.fixture
def enforce_clock(enforce_server):
    """The clock of the server that asks the policies, which is the test's own."""
    return Clock(enforce_server)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what its server logged."""
    report = yield
    if report.failed:
        funcargs = getattr(item, "funcargs", {})
        servers = {id(value): value for value in funcargs.values() if isinstance(value, Server)}
        for server in servers.values():
            if server.tail():
                report.sections.append(("server log (end)", server.tail()))
    return report
