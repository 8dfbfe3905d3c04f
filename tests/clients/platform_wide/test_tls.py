"""TLS on the port of plain HTTP, with a certificate of the server's own or a given one."""

import json
import ssl
import urllib.request

import pytest
from botocore.exceptions import ClientError, SSLError

from harness import error
from harness.server import Server


def https(server: Server) -> str:
    return server.url.replace("http://", "https://")


@pytest.mark.serve("--tls")
def test_both_are_spoken_on_one_port(server, aws, tmp_path):
    trusted = tmp_path / "certificate.pem"
    trusted.write_bytes(server.admin("GET", "certificate.pem").content)
    secure = aws.session.client("sts", endpoint_url=https(server), verify=str(trusted))
    plain = aws.client("sts")
    assert secure.get_caller_identity()["Account"] == plain.get_caller_identity()["Account"]
    for name in ("localhost", "127.0.0.1"):
        url = https(server).replace("127.0.0.1", name) + "/_aquifer/health"
        context = ssl.create_default_context(cafile=str(trusted))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        assert json.load(opener.open(url))["status"] == "running"
    with pytest.raises(SSLError):
        aws.session.client("sts", endpoint_url=https(server)).get_caller_identity()


def test_without_the_option_there_is_no_certificate(server):
    assert server.admin("GET", "certificate.pem").status_code == 404


def test_a_given_certificate_is_shown(durable_server, tmp_path):
    durable_server.args = ("--tls",)
    durable_server.restart()
    made = durable_server.data / "tls"
    assert (made / "key.pem").stat().st_mode & 0o777 == 0o600
    first = (made / "certificate.pem").read_bytes()
    durable_server.restart()
    assert (made / "certificate.pem").read_bytes() == first, "clients trust it on"
    files = ("--tls-certificate", str(made / "certificate.pem"), "--tls-key", str(made / "key.pem"))
    server = Server(tmp_path / "given.log", *files).start()
    try:
        assert server.admin("GET", "certificate.pem").content == first
    finally:
        server.stop()


@pytest.mark.serve("--tls")
def test_big_bodies_go_both_ways(server, aws, tmp_path):
    trusted = tmp_path / "certificate.pem"
    trusted.write_bytes(server.admin("GET", "certificate.pem").content)
    s3 = aws.session.client("s3", endpoint_url=https(server), verify=str(trusted))
    s3.create_bucket(Bucket="over-tls")
    body = bytes(range(256)) * 20_000
    s3.put_object(Bucket="over-tls", Key="k", Body=body)
    assert s3.get_object(Bucket="over-tls", Key="k")["Body"].read() == body
    with pytest.raises(ClientError) as raised:
        s3.get_object(Bucket="over-tls", Key="gone")
    assert error(raised)[:2] == ("NoSuchKey", 404)
