"""Pages of other sites get what the rules of a bucket say, asked in advance or not."""

import xml.etree.ElementTree as ElementTree

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error
from harness.raw import Request, signed

ORIGIN = "https://app.example.com"
RULES = [
    {
        "ID": "app", "AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["PUT", "GET"],
        "AllowedHeaders": ["x-amz-*", "Content-Type"], "ExposeHeaders": ["ETag", "x-amz-meta-a"],
        "MaxAgeSeconds": 3000,
    },
    {"AllowedOrigins": ["*"], "AllowedMethods": ["HEAD"]},
]  # fmt: skip
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@pytest.fixture
def ruled(s3, bucket):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    return bucket


def asked(aws, path, method="PUT", origin=ORIGIN, headers=None, host=None):
    """What a browser asks before it asks."""
    given = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        given["Access-Control-Request-Headers"] = headers
    if host:
        given["Host"] = host
    given = {name: value for name, value in given.items() if value is not None}
    return Request(aws.url, "OPTIONS", path, given).send()


def allowed(answer) -> dict[str, str]:
    prefix = "access-control-"
    return {k.removeprefix(prefix): v for k, v in answer.headers.items() if k.startswith(prefix)}


def refused(answer) -> tuple[int, str, str]:
    return answer.status, answer.code(), answer.message()


@behaviour("S3-62")
def test_rules_are_kept_and_forgotten(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.get_bucket_cors(Bucket=bucket)
    assert error(raised) == (
        "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist",
    )  # fmt: skip
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": RULES[1:]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == RULES[1:]
    s3.delete_bucket_cors(Bucket=bucket)
    s3.delete_bucket_cors(Bucket=bucket)
    with pytest.raises(ClientError):
        s3.get_bucket_cors(Bucket=bucket)


@behaviour("S3-62")
@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"AllowedMethods": ["PATCH"]},
         "Found unsupported HTTP method in CORS config. Unsupported method is PATCH"),
        ({"AllowedOrigins": ["http://*.*"]},
         'AllowedOrigin "http://*.*" can not have more than one wildcard.'),
        ({"AllowedHeaders": ["*-*"]},
         'AllowedHeader "*-*" can not have more than one wildcard.'),
        ({"ExposeHeaders": ["x-*"]},
         'ExposeHeader "x-*" contains wildcard. We currently do not support wildcard for '
         "ExposeHeader."),
    ],
)  # fmt: skip
def test_rules_are_checked(s3, bucket, change, sentence):
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], **change}
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert error(raised) == ("InvalidRequest", 400, sentence)


@behaviour("S3-62")
@pytest.mark.parametrize("rules, code", [(0, "MalformedXML"), (101, "InvalidRequest")])
def test_there_are_some_rules_and_not_too_many(s3, bucket, rules, code):
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule] * rules})
    assert error(raised).code == code


@behaviour("S3-62")
def test_a_page_asks_in_advance(aws, ruled):
    answer = asked(aws, f"/{ruled}/k", headers="X-Amz-Date, content-type")
    assert (answer.status, answer.body) == (200, b"")
    assert allowed(answer) == {
        "allow-origin": ORIGIN, "allow-credentials": "true", "allow-methods": "PUT, GET",
        "allow-headers": "x-amz-date, content-type", "max-age": "3000",
        "expose-headers": "ETag, x-amz-meta-a",
    }  # fmt: skip
    assert answer.headers["vary"] == VARY
    # A rule for anyone does not let pages send what their visitor is known by.
    anyone = asked(aws, f"/{ruled}", "HEAD", "http://elsewhere.test")
    assert allowed(anyone) == {"allow-origin": "*", "allow-methods": "HEAD"}
    port = aws.url.rsplit(":", 1)[1]
    hosted = asked(aws, "/k", host=f"{ruled}.s3.localhost:{port}")
    assert allowed(hosted)["allow-origin"] == ORIGIN


@behaviour("S3-62")
def test_a_page_that_no_rule_allows_is_refused(aws, s3, ruled):
    sentence = (
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of "
        "Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers "
        "are not whitelisted by the resource's CORS spec."
    )
    for answer in (
        asked(aws, f"/{ruled}/k", "DELETE"),
        asked(aws, f"/{ruled}/k", origin="https://example.org"),
        asked(aws, f"/{ruled}/k", headers="authorization"),
    ):
        assert refused(answer) == (403, "AccessForbidden", sentence)
        error = ElementTree.fromstring(answer.body)
        assert error.findtext("ResourceType") == "OBJECT" and error.findtext("Method")
        assert not allowed(answer)
    s3.delete_bucket_cors(Bucket=ruled)
    assert refused(asked(aws, f"/{ruled}/k")) == (
        403, "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.",
    )  # fmt: skip
    assert refused(asked(aws, f"/{ruled}-not-there/k")) == (
        403, "AccessForbidden", "CORSResponse: Bucket not found",
    )  # fmt: skip
    assert refused(asked(aws, f"/{ruled}/k", origin=None)) == (
        400, "BadRequest", "Insufficient information. Origin request header needed.",
    )  # fmt: skip
    assert refused(asked(aws, f"/{ruled}/k", method=None)) == (
        400, "BadRequest", "Invalid Access-Control-Request-Method: null",
    )  # fmt: skip


@behaviour("S3-62")
def test_answers_say_what_a_page_may_read(aws, s3, ruled):
    s3.put_object(Bucket=ruled, Key="k", Body=b"x")

    def get(key, origin=ORIGIN):
        request = signed(aws, "s3", "GET", f"/{ruled}/{key}")
        if origin:
            request.headers |= {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
        return request.send()

    got = get("k")
    assert (got.status, got.body) == (200, b"x")
    assert allowed(got) == {
        "allow-origin": ORIGIN, "allow-credentials": "true", "allow-methods": "PUT, GET",
        "max-age": "3000", "expose-headers": "ETag, x-amz-meta-a",
    }  # fmt: skip
    assert got.headers["vary"] == VARY
    # So do refusals, which a page would not understand otherwise.
    missing = get("missing")
    assert (missing.status, allowed(missing)["allow-origin"]) == (404, ORIGIN)
    # Who is no page reads nothing of it, and a page that no rule allows is none of ours.
    assert not allowed(get("k", origin=None)) and "vary" not in get("k", origin=None).headers
    other = get("k", origin="https://example.org")
    assert other.status == 403 and not allowed(other)
