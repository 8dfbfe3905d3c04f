"""Presigned URLs: plain HTTP is enough until they expire, in the newer form and the older."""

import urllib.error
import urllib.parse
import urllib.request

import botocore.config
import pytest
from harness import behaviour
from harness.raw import Answer, Request

FORMS = {"newer": "s3v4", "older": "s3"}


@pytest.fixture
def known(aws):
    """A caller whose secret the server knows, so that its signatures are verified."""
    iam = aws.client("iam")
    iam.create_user(UserName="signer")
    key = iam.create_access_key(UserName="signer")["AccessKey"]
    return aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])


def signer(aws, form: str):
    return aws.client("s3", signature_version=FORMS[form], s3={"addressing_style": "path"})


def fetch(url: str, method: str = "GET", body: bytes | None = None, headers=None) -> Answer:
    """With the plainest client there is."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as got:
            headers = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, headers, got.read())
    except urllib.error.HTTPError as failure:
        return Answer(failure.code, dict(failure.headers), failure.read())


@behaviour("S3-14")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", ["k", "a b/ü+&=%.csv"])
def test_a_link_is_enough(known, bucket, form, key):
    s3 = signer(known, form)
    at = {"Bucket": bucket, "Key": key}
    put = s3.generate_presigned_url("put_object", at, ExpiresIn=60)
    # The client adds a type of its own, which was not signed.
    typed = {"Content-Type": "text/csv"} if form == "newer" else {"Content-Type": ""}
    assert fetch(put, "PUT", b"a,b\n", typed).status == 200
    get = s3.generate_presigned_url("get_object", at, ExpiresIn=60)
    answer = fetch(get)
    assert (answer.status, answer.body) == (200, b"a,b\n")
    part = fetch(get, headers={"Range": "bytes=1-2"})
    assert (part.status, part.body) == (206, b",b")
    assert fetch(s3.generate_presigned_url("head_object", at, ExpiresIn=60), "HEAD").status == 200
    gone = s3.generate_presigned_url("delete_object", at, ExpiresIn=60)
    assert fetch(gone, "DELETE").status == 204
    assert fetch(get).code() == "NoSuchKey"


@behaviour("S3-14")
def test_the_default_form_of_the_client_works(known, bucket):
    s3 = known.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert fetch(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})).body == b"x"


@behaviour("S3-14")
@pytest.mark.parametrize("form", FORMS)
def test_a_link_may_say_the_headers_of_its_answer(known, bucket, form):
    s3 = signer(known, form)
    known.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    given = {
        "Bucket": bucket, "Key": "k", "ResponseContentType": "text/plain; charset=utf-8",
        "ResponseContentDisposition": 'attachment; filename="a b.txt"',
    }  # fmt: skip
    answer = fetch(s3.generate_presigned_url("get_object", given, ExpiresIn=60))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="a b.txt"'


@behaviour("S3-14")
@pytest.mark.parametrize("form", FORMS)
def test_a_link_is_for_what_was_signed_only(known, bucket, form):
    s3 = signer(known, form)
    for key in ("k", "l"):
        known.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    assert fetch(url).status == 200
    split = urllib.parse.urlsplit(url)
    other = split._replace(path=split.path[:-1] + "l").geturl()
    more = url + "&versionId=null"
    for touched, method in ((other, "GET"), (url, "PUT"), (url, "DELETE"), (more, "GET")):
        answer = fetch(touched, method, b"y" if method == "PUT" else None, {"Content-Type": ""})
        assert (answer.status, answer.code()) == (403, "SignatureDoesNotMatch"), (method, touched)
    pairs = urllib.parse.parse_qsl(split.query)
    for at, (name, value) in enumerate(pairs):
        if name in ("X-Amz-Expires", "Expires", "X-Amz-Signature", "Signature"):
            changed = value[:-1] + ("1" if value[-1] != "1" else "2")
            query = urllib.parse.urlencode([*pairs[:at], (name, changed), *pairs[at + 1 :]])
            answer = fetch(split._replace(query=query).geturl())
            assert answer.status == 403 and answer.code() in ("SignatureDoesNotMatch", "AccessDenied")


@behaviour("S3-14")
@pytest.mark.parametrize("form", FORMS)
def test_versions_and_uploads_are_signed_too(known, bucket, form):
    s3, plain = signer(known, form), known.client("s3")
    plain.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    old = plain.put_object(Bucket=bucket, Key="k", Body=b"old")["VersionId"]
    plain.put_object(Bucket=bucket, Key="k", Body=b"new")
    at = {"Bucket": bucket, "Key": "k", "VersionId": old}
    assert fetch(s3.generate_presigned_url("get_object", at)).body == b"old"
    upload = {"Bucket": bucket, "Key": "parts"}
    upload["UploadId"] = plain.create_multipart_upload(**upload)["UploadId"]
    url = s3.generate_presigned_url("upload_part", {**upload, "PartNumber": 1})
    sent = fetch(url, "PUT", b"part", {"Content-Type": ""})
    assert sent.status == 200 and sent.headers["etag"]
    listed = fetch(s3.generate_presigned_url("list_objects_v2", {"Bucket": bucket, "Prefix": "k"}))
    assert b"<Key>k</Key>" in listed.body


@behaviour("S3-14")
@pytest.mark.clock
@pytest.mark.parametrize("form", FORMS)
def test_a_link_expires_by_the_clock(aws, clock, form):
    s3, plain = signer(aws, form), aws.client("s3")
    plain.create_bucket(Bucket="b-links")
    plain.put_object(Bucket="b-links", Key="k", Body=b"x")
    at = {"Bucket": "b-links", "Key": "k"}
    get = s3.generate_presigned_url("get_object", at, ExpiresIn=3600)
    put = s3.generate_presigned_url("put_object", at, ExpiresIn=3600)
    clock.advance(minutes=59)
    assert fetch(get).status == 200
    clock.advance(minutes=2)
    for answer in (fetch(get), fetch(put, "PUT", b"late", {"Content-Type": ""})):
        assert (answer.status, answer.code()) == (403, "AccessDenied")
        assert answer.message() == "Request has expired"
    assert plain.get_object(**at)["Body"].read() == b"x"


@behaviour("S3-14")
@pytest.mark.clock
@pytest.mark.parametrize("form", FORMS)
def test_a_checked_link_expires_by_the_clock(known, clock, form):
    s3, plain = signer(known, form), known.client("s3")
    plain.create_bucket(Bucket="b-links")
    plain.put_object(Bucket="b-links", Key="k", Body=b"x")
    get = s3.generate_presigned_url("get_object", {"Bucket": "b-links", "Key": "k"}, ExpiresIn=60)
    assert fetch(get).status == 200
    clock.advance(seconds=90)
    answer = fetch(get)
    assert (answer.status, answer.code()) == (403, "AccessDenied")
    assert answer.message() == "Request has expired"


@behaviour("S3-14")
@pytest.mark.parametrize("seconds", ["604801", "-1", "x", ""])
def test_a_link_lives_a_week_at_most(known, bucket, seconds):
    s3 = signer(known, "newer")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, ExpiresIn=777)
    split = urllib.parse.urlsplit(url.replace("X-Amz-Expires=777", f"X-Amz-Expires={seconds}"))
    answer = Request(known.url, "GET", f"{split.path}?{split.query}").send()
    assert (answer.status, answer.code()) == (400, "AuthorizationQueryParametersError")


@behaviour("S3-14")
def test_a_virtual_host_is_signed_along(known, bucket):
    """As the client writes it by default: the bucket before the host."""
    known.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    port = urllib.parse.urlsplit(known.url).port
    for form in FORMS:
        s3 = known.session.client(
            "s3", endpoint_url=f"http://localhost:{port}",
            config=signer(known, form).meta.config.merge(virtual()),
        )  # fmt: skip
        url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"})
        split = urllib.parse.urlsplit(url)
        assert split.netloc == f"{bucket}.localhost:{port}" and split.path == "/k"
        request = Request(known.url, "GET", f"/k?{split.query}", {"Host": split.netloc})
        answer = request.send()
        assert (answer.status, answer.body) == (200, b"x"), answer.body
        request.headers["Host"] = f"other-{split.netloc}"
        assert request.send().status == 403


def virtual():
    return botocore.config.Config(s3={"addressing_style": "virtual"})


@behaviour("S3-14")
def test_the_command_line_presigns(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"from a link")
    url = aws.cli("s3", "presign", f"s3://{bucket}/k").stdout.strip()
    assert fetch(url).body == b"from a link"


def hoisting(known, server_url: str, method: str, path: str, **headers) -> str:
    """A URL as SDKs sign it that put the headers of a request into its query."""
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    keys = botocore.credentials.Credentials(known.access_key, known.secret)
    query = urllib.parse.urlencode(headers, quote_via=urllib.parse.quote)
    request = botocore.awsrequest.AWSRequest(method, f"{server_url}{path}?{query}")
    botocore.auth.S3SigV4QueryAuth(keys, "s3", "us-east-1", expires=60).add_auth(request)
    return request.url


@behaviour("S3-14", "PLAT-9")
def test_headers_may_stand_in_the_link(known, bucket, s3):
    def link(method, path, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return hoisting(known, known.url, method, path, **names)

    put = link(
        "PUT", f"/{bucket}/a", x_amz_meta_who="ann", x_amz_tagging="a=1",
        x_amz_checksum_crc32="rPd+Iw==", x_amz_sdk_checksum_algorithm="CRC32",
    )  # fmt: skip
    assert fetch(put, "PUT", b"other").code() == "BadDigest"
    assert fetch(put.replace("who=ann", "who=bob"), "PUT", b"x").code() == "SignatureDoesNotMatch"
    put = link("PUT", f"/{bucket}/a", x_amz_meta_who="ann", x_amz_tagging="a=1")
    assert fetch(put, "PUT", b"body").status == 200
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {"who": "ann"}
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [{"Key": "a", "Value": "1"}]
    copy = link("PUT", f"/{bucket}/b", x_amz_copy_source=f"/{bucket}/a")
    assert fetch(copy, "PUT").status == 200
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == b"body"
