"""Pages of other sites and other machines do not use a server that takes its own user for its root."""

import socket
import urllib.parse
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import Request, json_call, query_call, signed

# What a browser adds to a request of a page of another site, and to one of the developer's own.
ELSEWHERE = {"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"}
LINK = {"Sec-Fetch-Site": "cross-site"}
DEVELOPED = {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "cross-site"}


def with_host(server, host: str, method: str, path: str, **headers):
    return Request(server.url, method, path, {"Host": host, **headers}).send()


@behaviour("SEC-10")
def test_the_admin_api_answers_to_local_names_only(server):
    port = urllib.parse.urlsplit(server.url).port
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "b.localhost"):
        assert with_host(server, host, "GET", "/_aquifer/clock").status == 200, host
    # A name that its owner points at this machine while the page is open.
    for host in (f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", f"10.0.0.1:{port}"):
        for method in ("GET", "POST"):
            answer = with_host(server, host, method, "/_aquifer/clock")
            assert answer.status == 403, host


@behaviour("SEC-10")
def test_a_page_of_another_site_is_not_taken_for_its_visitor(aws, bucket):
    for headers in (ELSEWHERE, LINK):
        requests = [
            Request(aws.url, "PUT", f"/{bucket}/k", dict(headers)),
            signed(aws, "s3", "PUT", f"/{bucket}/k"),
            query_call(aws, "iam", Action="CreateUser", UserName="u", Version="2010-05-08"),
            json_call(aws, "glue", "AWSGlue.GetDatabases"),
        ]
        for request in requests:
            request.headers |= headers
            answer = request.send()
            assert (answer.status, answer.code()[:12]) == (403, "AccessDenied")
    assert aws.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert aws.client("iam").list_users()["Users"] == []


@behaviour("SEC-10")
def test_a_page_under_development_and_one_with_a_key_of_its_own_go_on(aws, bucket):
    own = signed(aws, "s3", "PUT", f"/{bucket}/own")
    own.headers |= DEVELOPED
    assert own.send().status == 200

    iam = aws.client("iam")
    iam.create_user(UserName="page")
    key = iam.create_access_key(UserName="page")["AccessKey"]
    page = aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])
    known = signed(page, "s3", "GET", f"/{bucket}/own")
    known.headers |= ELSEWHERE
    assert known.send().status == 200


@behaviour("SEC-10")
def test_who_comes_without_a_name_has_no_account(server, aws):
    # The account that such a request would be taken for.
    s3 = aws.elsewhere(account="000000000000").client("s3")
    bucket = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for method, path in (("GET", f"/{bucket}/k"), ("GET", "/"), ("PUT", f"/{bucket}-of-nobody")):
        answer = Request(server.url, method, path).send()
        assert (answer.status, answer.code()) == (403, "AccessDenied"), path
    assert f"{bucket}-of-nobody" not in {b["Name"] for b in s3.list_buckets()["Buckets"]}


def own_address() -> str:
    """An address of this machine that others reach it by; asking sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


@behaviour("SEC-10")
@pytest.mark.serve("--listen", "0.0.0.0")
def test_other_machines_need_a_key_that_is_known(server, aws):
    port = urllib.parse.urlsplit(server.url).port
    aws.url = f"http://127.0.0.1:{port}"
    aws.client("s3").create_bucket(Bucket="b-within")
    aws.client("s3").put_object(Bucket="b-within", Key="k", Body=b"x")
    iam = aws.client("iam")
    iam.create_user(UserName="known")
    key = iam.create_access_key(UserName="known")["AccessKey"]

    far = aws.with_key(aws.access_key, "test")
    far.url = f"http://{own_address()}:{port}"
    for method, path in (("GET", "/b-within/k"), ("GET", "/"), ("PUT", "/b-from-afar")):
        answer = Request(far.url, method, path).send()
        assert (answer.status, answer.code()) == (403, "AccessDenied"), path
    with pytest.raises(ClientError) as raised:
        far.client("s3").list_buckets()
    assert error(raised)[:2] == ("InvalidAccessKeyId", 403)

    known = aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])
    known.url = far.url
    got = known.client("s3").get_object(Bucket="b-within", Key="k")
    assert got["Body"].read() == b"x"
