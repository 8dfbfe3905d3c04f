"""Requests byte by byte, for what no client sends: unknown operations, flipped bytes, cut bodies.

Signatures are made by botocore, except the chunked ones, which it does not make over plain HTTP.
"""

import hashlib
import hmac
import http.client
import json
import urllib.parse
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .clients import Aws

EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass
class Answer:
    """What came back, unread."""

    status: int
    headers: dict[str, str]
    body: bytes

    def code(self) -> str:
        """The error's code, whichever protocol it is written in."""
        if self.body.lstrip().startswith(b"<"):
            for node in ElementTree.fromstring(self.body).iter():
                if node.tag.rpartition("}")[2] == "Code":
                    return node.text or ""
            return ""
        body = json.loads(self.body or b"{}")
        code = body.get("__type") or body.get("code") or self.headers.get("x-amzn-errortype", "")
        return code.rpartition("#")[2].partition(":")[0]

    def message(self) -> str:
        """The error's sentence."""
        if self.body.lstrip().startswith(b"<"):
            for node in ElementTree.fromstring(self.body).iter():
                if node.tag.rpartition("}")[2] == "Message":
                    return node.text or ""
            return ""
        body = json.loads(self.body or b"{}")
        return body.get("message") or body.get("Message") or ""


@dataclass
class Request:
    """A request that can be tampered with between signing and sending."""

    url: str
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def send(self, close_after: int | None = None) -> Answer | None:
        """Sends it; with `close_after`, only so many bytes of the body, then hangs up."""
        host = urllib.parse.urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.putrequest(
                self.method, self.path, skip_host=True, skip_accept_encoding=True
            )
            headers = {"Host": host, **self.headers}
            if not any(name.lower() == "content-length" for name in headers):
                headers["Content-Length"] = str(len(self.body))
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(self.body[:close_after])
            if close_after is not None:
                return None
            response = connection.getresponse()
            lower = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, lower, response.read())
        finally:
            connection.close()


def signed(
    aws: Aws,
    service: str,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    payload: str | None = None,
) -> Request:
    """A request with a header signature; `payload` is the value signed as the body's hash."""
    request, _ = _sign(aws, service, method, path, body, headers or {}, payload)
    return request


def json_call(aws: Aws, service: str, target: str, body: bytes = b"{}", version="1.1") -> Request:
    """A call of a JSON protocol, as `X-Amz-Target` names it."""
    headers = {"Content-Type": f"application/x-amz-json-{version}", "X-Amz-Target": target}
    return signed(aws, service, body=body, headers=headers)


def query_call(aws: Aws, service: str, **form: str) -> Request:
    """A call of the query protocol."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    return signed(aws, service, body=urllib.parse.urlencode(form).encode(), headers=headers)


def chunked_put(
    aws: Aws, path: str, chunks: list[bytes], trailer: dict[str, str] | None = None
) -> Request:
    """An S3 upload in signed chunks (`aws-chunked`), with a signed trailer if one is given."""
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Decoded-Content-Length": str(sum(map(len, chunks))),
    }
    if trailer:
        headers["X-Amz-Trailer"] = ",".join(trailer)
    request, seal = _sign(aws, "s3", "PUT", path, b"", headers, kind)
    body = bytearray()
    for chunk in [*chunks, b""]:
        digest = hashlib.sha256(chunk).hexdigest()
        signature = seal.next("AWS4-HMAC-SHA256-PAYLOAD", EMPTY, digest)
        body += b"%x;chunk-signature=%s\r\n" % (len(chunk), signature.encode())
        if chunk or not trailer:
            body += chunk + b"\r\n"
    if trailer:
        lines = "".join(f"{name}:{value}\n" for name, value in trailer.items()).encode()
        signature = seal.next("AWS4-HMAC-SHA256-TRAILER", hashlib.sha256(lines).hexdigest())
        body += lines.replace(b"\n", b"\r\n")
        body += b"x-amz-trailer-signature:%s\r\n\r\n" % signature.encode()
    request.body = bytes(body)
    return request


class _Seal:
    """The chain of signatures that follows the one in the header."""

    def __init__(self, secret: str, stamp: str, region: str, service: str, seed: str):
        key = f"AWS4{secret}".encode()
        for part in (stamp[:8], region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self.key = key
        self.scope = f"{stamp}\n{stamp[:8]}/{region}/{service}/aws4_request"
        self.last = seed

    def next(self, kind: str, *hashes: str) -> str:
        text = "\n".join([kind, self.scope, self.last, *hashes])
        self.last = hmac.digest(self.key, text.encode(), "sha256").hex()
        return self.last


def _sign(aws: Aws, service, method, path, body, headers, payload):
    base = S3SigV4Auth if service == "s3" else SigV4Auth

    class Auth(base):
        def payload(self, request):
            return payload or super().payload(request)

    request = AWSRequest(method, aws.url + path, dict(headers), body)
    request.context["payload_signing_enabled"] = True
    auth = Auth(Credentials(aws.access_key, aws.secret, aws.token), service, aws.region)
    auth.add_auth(request)
    seed = request.headers["Authorization"].rpartition("Signature=")[2]
    stamp = request.headers["X-Amz-Date"]
    seal = _Seal(aws.secret, stamp, aws.region, service, seed)
    return Request(aws.url, method, path, dict(request.headers.items()), body), seal
