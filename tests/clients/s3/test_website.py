"""Buckets as websites: pages, errors and redirects, for anyone who asks by the site's own host."""

import urllib.parse
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.clients import Aws
from harness.raw import Request

INDEX = {"IndexDocument": {"Suffix": "index.html"}}


@pytest.fixture
def site(server, watcher):
    """A bucket whose objects anyone may read: the server does not ask who reads."""
    s3 = Aws(server.url, "000000000000", watcher=watcher).client("s3")
    name = f"site-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return Site(server.url, s3, name)


class Site:
    def __init__(self, url, s3, name):
        self.url, self.s3, self.name = url, s3, name
        self.host = f"{name}.s3-website.localhost:{urllib.parse.urlsplit(url).port}"

    def set(self, **document):
        self.s3.put_bucket_website(Bucket=self.name, WebsiteConfiguration=document)

    def put(self, key, body=b"", **more):
        self.s3.put_object(Bucket=self.name, Key=key, Body=body, **more)

    def get(self, path="/", method="GET", host=None, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        return Request(self.url, method, path, {"Host": host or self.host, **headers}).send()

    def sent(self, path, **headers):
        answer = self.get(path, **headers)
        assert answer.body == b""
        return answer.status, answer.headers["location"]


open_to_all = pytest.mark.serve("--auth", "off")


def test_no_site_is_set_unless_it_is_sound(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.get_bucket_website(Bucket=bucket)
    assert error(raised) == (
        "NoSuchWebsiteConfiguration", 404,
        "The specified bucket does not have a website configuration",
    )  # fmt: skip
    goes = {"RedirectAllRequestsTo": {"HostName": "example.com"}}

    def ruled(**rule):
        return INDEX | {"RoutingRules": [{"Redirect": {"HostName": "a.example"}, **rule}]}

    for document, code, sentence in (
        ({}, "InvalidArgument",
         "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"),
        (goes | INDEX, "InvalidArgument",
         "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."),
        ({"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument",
         "The IndexDocument Suffix is not well formed"),
        (ruled(Condition={}), "InvalidRequest",
         "Condition cannot be empty. To redirect all requests without a condition, the condition "
         "element shouldn't be present."),
        (ruled(Condition={"HttpErrorCodeReturnedEquals": "200"}), "InvalidRequest",
         "The provided HTTP error code (200) is not valid. Valid codes are 4XX or 5XX."),
        (ruled(Redirect={"HttpRedirectCode": "300"}), "InvalidRequest",
         "The provided HTTP redirect code (300) is not valid. Valid codes are 3XX except 300."),
        (ruled(Redirect={"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}), "InvalidRequest",
         "You can only define ReplaceKeyPrefix or ReplaceKey but not both."),
        (INDEX | {"RoutingRules": [{"Redirect": {"HostName": "a"}}] * 51}, "InvalidRequest",
         "51 routing rules provided, the number of routing rules in a website configuration is "
         "limited to 50."),
    ):  # fmt: skip
        with pytest.raises(ClientError) as raised:
            s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=document)
        assert error(raised) == (code, 400, sentence)
    whole = ruled(Condition={"KeyPrefixEquals": "a/", "HttpErrorCodeReturnedEquals": "404"})
    whole["ErrorDocument"] = {"Key": "error.html"}
    for document in (whole, goes):
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=document)
        got = s3.get_bucket_website(Bucket=bucket)
        assert {name: value for name, value in got.items() if name != "ResponseMetadata"} == document
    s3.delete_bucket_website(Bucket=bucket)
    with pytest.raises(ClientError):
        s3.get_bucket_website(Bucket=bucket)


@behaviour("S3-62")
@open_to_all
def test_indexes_and_errors_are_pages(site):
    site.put("index.html", b"<h1>home</h1>", ContentType="text/html")
    site.put("docs/index.html", b"docs")
    site.put("a b.txt", b"text", ContentType="text/plain", Metadata={"who": "ann"})
    assert b"NoSuchWebsiteConfiguration" in site.get().body
    site.set(**INDEX, ErrorDocument={"Key": "errors/none.html"})
    home = site.get()
    assert (home.status, home.body, home.headers["content-type"]) == (
        200, b"<h1>home</h1>", "text/html",
    )  # fmt: skip
    text = site.get("/a%20b.txt")
    assert (text.body, text.headers["x-amz-meta-who"]) == (b"text", "ann")
    assert site.get("/docs/").body == b"docs"
    assert site.sent("/docs") == (302, "/docs/")
    head = site.get("/a%20b.txt", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "4")
    assert site.get("/a%20b.txt", If_None_Match=text.headers["etag"]).status == 304
    part = site.get("/a%20b.txt", Range="bytes=1-2")
    assert (part.status, part.body) == (206, b"ex")

    # The document for errors is missing itself.
    missing = site.get("/missing%3C%3E")
    assert (missing.status, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert missing.headers["x-amz-error-code"] == "NoSuchKey"
    for text in (
        b"<h1>404 Not Found</h1>", b"<li>Code: NoSuchKey</li>",
        b"<li>Message: The specified key does not exist.</li>", b"<li>Key: missing&lt;&gt;</li>",
        b"An Error Occurred While Attempting to Retrieve a Custom Error Document",
        b"<li>Key: errors/none.html</li>",
    ):  # fmt: skip
        assert text in missing.body, missing.body
    site.put("errors/none.html", b"nothing here", ContentType="text/html")
    missing = site.get("/missing")
    assert (missing.status, missing.body) == (404, b"nothing here")
    site.set(**INDEX)
    assert b"Custom Error Document" not in site.get("/missing").body
    for method in ("PUT", "POST", "DELETE"):
        answer = site.get("/index.html", method)
        assert answer.status == 405 and b"MethodNotAllowed" in answer.body
    assert site.s3.get_object(Bucket=site.name, Key="index.html")["Body"].read()


@behaviour("S3-62")
@open_to_all
def test_sites_have_hosts_of_several_forms(site):
    site.put("index.html", b"home")
    site.set(**INDEX)
    name = site.name
    for host in (
        f"{name}.s3-website-us-east-1.amazonaws.com", f"{name}.s3-website.eu-central-1.amazonaws.com",
        f"{name}.s3-website.localhost",
    ):  # fmt: skip
        assert site.get(host=host).body == b"home", host
    nobody = site.get(host="not-there-at-all.s3-website.localhost")
    assert nobody.status == 404 and b"NoSuchBucket" in nobody.body


@behaviour("S3-62")
@open_to_all
def test_rules_send_readers_elsewhere(site):
    site.put("index.html", b"home")
    site.put("moved.html", WebsiteRedirectLocation="/index.html")
    site.put("away.html", WebsiteRedirectLocation="https://example.com/x")
    site.set(
        **INDEX,
        ErrorDocument={"Key": "index.html"},
        RoutingRules=[
            {"Condition": {"KeyPrefixEquals": "docs/"},
             "Redirect": {"ReplaceKeyPrefixWith": "documents/"}},
            {"Condition": {"KeyPrefixEquals": "app/", "HttpErrorCodeReturnedEquals": "404"},
             "Redirect": {"ReplaceKeyPrefixWith": "#!/", "HttpRedirectCode": "302"}},
            {"Condition": {"KeyPrefixEquals": "old.html"},
             "Redirect": {"HostName": "example.com", "Protocol": "https",
                          "ReplaceKeyWith": "new.html", "HttpRedirectCode": "307"}},
        ],
    )  # fmt: skip
    here = f"http://{site.host}"
    assert site.sent("/docs/a%20b") == (301, f"{here}/documents/a%20b")
    assert site.sent("/app/one") == (302, f"{here}/#!/one")
    assert site.sent("/old.html") == (307, "https://example.com/new.html")
    assert site.get("/other").body == b"home"
    assert site.sent("/moved.html") == (301, "/index.html")
    assert site.sent("/away.html") == (301, "https://example.com/x")
    site.set(RedirectAllRequestsTo={"HostName": "www.example.com", "Protocol": "https"})
    assert site.sent("/a/b") == (301, "https://www.example.com/a/b")
    site.set(RedirectAllRequestsTo={"HostName": "www.example.com"})
    assert site.sent("/") == (301, "http://www.example.com/")


@behaviour("S3-62")
def test_who_reads_a_site_has_no_name(site):
    """Where who asks counts, a site shows what is open to everyone; nothing is, of a new bucket."""
    site.put("index.html", b"home")
    site.set(**INDEX)
    answer = site.get()
    assert answer.status == 403
    assert b"<li>Code: AccessDenied</li>" in answer.body and b"home" not in answer.body


@open_to_all
def test_other_pages_of_a_site_are_asked_in_advance(site):
    site.put("data.json", b"{}")
    site.set(**INDEX)
    rule = {"AllowedOrigins": ["https://app.example"], "AllowedMethods": ["GET"]}
    site.s3.put_bucket_cors(Bucket=site.name, CORSConfiguration={"CORSRules": [rule]})
    page = {"Origin": "https://app.example"}
    asked = site.get("/data.json", "OPTIONS", **page, Access_Control_Request_Method="GET")
    assert asked.headers["access-control-allow-origin"] == "https://app.example"
    got = site.get("/data.json", **page)
    assert (got.body, got.headers["access-control-allow-origin"]) == (b"{}", "https://app.example")
