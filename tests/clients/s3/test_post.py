"""Uploads by form: what a browser posts is stored if it keeps to the policy that somebody signed."""

import base64
import hashlib
import hmac
import json
import xml.etree.ElementTree as ElementTree
import zlib

import pytest
import requests
from harness import behaviour

FORMS = {"newer": "s3v4", "older": "s3"}


@pytest.fixture
def known(aws):
    """A caller whose secret the server knows, so that its signatures are verified."""
    iam = aws.client("iam")
    iam.create_user(UserName="signer")
    key = iam.create_access_key(UserName="signer")["AccessKey"]
    return aws.with_key(key["AccessKeyId"], key["SecretAccessKey"])


def signer(caller, form="newer"):
    return caller.client("s3", signature_version=FORMS[form], s3={"addressing_style": "path"})


def post(signed, body: bytes = b"a,b\n1,2\n", name="a.csv", **fields):
    """As a browser does: the fields, then the file."""
    fields = {**signed["fields"], **{k.replace("_", "-"): v for k, v in fields.items()}}
    return requests.post(
        signed["url"], data=fields, files={"file": (name, body, "text/csv")}, timeout=30,
        allow_redirects=False,
    )  # fmt: skip


def refusal(answer) -> tuple[int, str, str]:
    error = ElementTree.fromstring(answer.content)
    return answer.status_code, error.findtext("Code"), error.findtext("Message")


def failed(condition: str) -> tuple[int, str, str]:
    return 403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {condition}"


@behaviour("S3-14")
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_enough(known, s3, bucket, form):
    fields = {
        "acl": "bucket-owner-full-control", "Content-Type": "text/csv", "Cache-Control": "no-cache",
        "x-amz-meta-who": "ann", "x-amz-storage-class": "STANDARD_IA",
        "tagging": "<Tagging><TagSet><Tag><Key>a b</Key><Value>1+2</Value></Tag></TagSet></Tagging>",
    }  # fmt: skip
    signed = signer(known, form).generate_presigned_post(
        bucket, "in/${filename}", fields, [{name: value} for name, value in fields.items()]
    )
    answer = post(signed)
    assert (answer.status_code, answer.content) == (204, b""), answer.text
    assert answer.headers["Location"] == f"{known.url}/{bucket}/in%2Fa.csv"
    got = s3.get_object(Bucket=bucket, Key="in/a.csv")
    assert got["Body"].read() == b"a,b\n1,2\n" and got["ETag"] == answer.headers["ETag"]
    assert (got["ContentType"], got["CacheControl"]) == ("text/csv", "no-cache")
    assert (got["Metadata"], got["StorageClass"]) == ({"who": "ann"}, "STANDARD_IA")
    tags = s3.get_object_tagging(Bucket=bucket, Key="in/a.csv")["TagSet"]
    assert tags == [{"Key": "a b", "Value": "1+2"}]


@behaviour("S3-14")
def test_the_default_form_of_the_client_works(known, s3, bucket):
    signed = known.client("s3").generate_presigned_post(bucket, "k")
    assert post(signed, b"x").status_code == 204
    got = s3.get_object(Bucket=bucket, Key="k")
    # The type of the file's own part says nothing.
    assert (got["Body"].read(), got["ContentType"]) == (b"x", "binary/octet-stream")


@behaviour("S3-14")
def test_large_files_are_streamed(known, s3, bucket):
    body = bytes(range(256)) * (96 << 10)
    signed = signer(known).generate_presigned_post(
        bucket, "large", Conditions=[["content-length-range", len(body), len(body)]]
    )
    assert post(signed, body).status_code == 204
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == body


@behaviour("S3-14")
def test_forms_are_answered_as_they_ask(known, s3, bucket):
    def ask(**fields):
        fields = {name: value for name, value in fields.items()}
        conditions = [{name: value} for name, value in fields.items()]
        return post(signer(known).generate_presigned_post(bucket, "a/b c", fields, conditions))

    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = ask(success_action_status="201")
    assert made.status_code == 201 and made.headers["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(made.content)
    place = f"{known.url}/{bucket}/a%2Fb%20c"
    assert root.tag == "PostResponse" and root.findtext("Location") == place
    assert (root.findtext("Bucket"), root.findtext("Key")) == (bucket, "a/b c")
    assert root.findtext("ETag") == made.headers["ETag"]
    assert made.headers["x-amz-version-id"]
    assert ask(success_action_status="200").status_code == 200
    assert ask(success_action_status="302").status_code == 204
    sent = ask(success_action_redirect="https://example.com/done?a=1", success_action_status="201")
    etag = made.headers["ETag"].strip('"')
    assert (sent.status_code, sent.content) == (303, b"")
    assert sent.headers["Location"] == (
        f"https://example.com/done?a=1&bucket={bucket}&key=a%2Fb+c&etag=%22{etag}%22"
    )
    # An address that is none is passed over.
    assert ask(success_action_redirect="nowhere").status_code == 204


@behaviour("S3-14")
def test_a_form_keeps_to_its_policy(known, s3, bucket):
    s3v4 = signer(known)
    signed = s3v4.generate_presigned_post(
        bucket, "in/${filename}", {"Content-Type": "image/png"},
        [["starts-with", "$Content-Type", "image/"], ["eq", "$x-amz-meta-a", "1"]],
    )  # fmt: skip
    assert refusal(post(signed)) == failed('["eq", "$x-amz-meta-a", "1"]')
    assert post(signed, x_amz_meta_a="1", Content_Type="image/gif,image/png").status_code == 204
    for kind in ("text/html", "image/gif,text/html"):
        answer = post(signed, x_amz_meta_a="1", Content_Type=kind)
        assert refusal(answer) == failed('["starts-with", "$Content-Type", "image/"]'), kind
    answer = post(signed, x_amz_meta_a="1", key="out/x")
    assert refusal(answer) == failed('["starts-with", "$key", "in/"]')
    extra = post(signed, x_amz_meta_a="1", x_amz_meta_b="2")
    assert refusal(extra)[1:] == (
        "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-b",
    )  # fmt: skip
    assert post(signed, x_amz_meta_a="1", x_ignore_this="2").status_code == 204
    # The bucket is the one it is posted to.
    other = f"{bucket}-2"
    s3.create_bucket(Bucket=other)
    elsewhere = {**signed, "url": signed["url"].replace(bucket, other)}
    answer = post(elsewhere, x_amz_meta_a="1")
    assert refusal(answer) == failed(f'["eq", "$bucket", "{bucket}"]')
    assert s3.list_objects_v2(Bucket=other)["KeyCount"] == 0


@behaviour("S3-14")
def test_files_are_as_small_and_large_as_allowed(known, s3, bucket):
    signed = signer(known).generate_presigned_post(
        bucket, "k", Conditions=[["content-length-range", 2, 4]]
    )
    small, large = post(signed, b"1"), post(signed, b"12345")
    assert refusal(small)[:2] == (400, "EntityTooSmall")
    assert refusal(large) == (
        400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
    )  # fmt: skip
    error = ElementTree.fromstring(small.content)
    assert (error.findtext("ProposedSize"), error.findtext("MinSizeAllowed")) == ("1", "2")
    error = ElementTree.fromstring(large.content)
    assert (error.findtext("ProposedSize"), error.findtext("MaxSizeAllowed")) == ("5", "4")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert post(signed, b"12").status_code == post(signed, b"1234").status_code == 204


@behaviour("S3-14")
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_signed(known, bucket, form):
    signed = signer(known, form).generate_presigned_post(bucket, "k")
    policy = json.loads(base64.b64decode(signed["fields"]["policy"]))
    policy["expiration"] = "2999-01-01T00:00:00Z"
    changed = base64.b64encode(json.dumps(policy).encode()).decode()
    assert refusal(post(signed, policy=changed))[:2] == (403, "SignatureDoesNotMatch")
    part = "x-amz-signature" if form == "newer" else "signature"
    name = "X-Amz-Signature" if form == "newer" else "Signature"
    del signed["fields"][part]
    assert refusal(post(signed)) == (
        400, "InvalidArgument",
        f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the "
        "order of the fields.",
    )  # fmt: skip
    only = {"url": signed["url"], "fields": {"key": "k", "policy": signed["fields"]["policy"]}}
    assert refusal(post(only)) == (403, "AccessDenied", "Access Denied")


@behaviour("S3-14")
@pytest.mark.clock
def test_a_form_expires_by_the_clock(known, s3, clock):
    s3.create_bucket(Bucket="b-forms")
    signed = signer(known).generate_presigned_post("b-forms", "k", ExpiresIn=3600)
    clock.advance(minutes=59)
    assert post(signed).status_code == 204
    clock.advance(minutes=2)
    assert refusal(post(signed)) == (
        403, "AccessDenied", "Invalid according to Policy: Policy expired.",
    )  # fmt: skip


@behaviour("S3-14")
def test_temporary_keys_bring_their_token(known, s3, bucket):
    given = known.client("sts").get_session_token()["Credentials"]
    session = known.with_key(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    )
    signed = signer(session).generate_presigned_post(bucket, "k")
    assert post(signed).status_code == 204
    del signed["fields"]["x-amz-security-token"]
    assert refusal(post(signed))[1] == "InvalidToken"


@behaviour("S3-14")
def test_what_is_no_form_is_refused(known, s3, bucket):
    url = f"{known.url}/{bucket}"
    signed = signer(known).generate_presigned_post(bucket, "k")
    plain = requests.post(url, data=signed["fields"], timeout=30)
    assert refusal(plain)[:2] == (412, "PreconditionFailed")
    broken = requests.post(
        url, data=b"nothing", headers={"Content-Type": "multipart/form-data; boundary=x"}, timeout=30
    )
    assert refusal(broken)[:2] == (400, "MalformedPOSTRequest")
    cut = requests.post(
        url, data=b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nk',
        headers={"Content-Type": "multipart/form-data; boundary=x"}, timeout=30,
    )  # fmt: skip
    assert refusal(cut)[:2] == (400, "MalformedPOSTRequest")
    without = requests.post(url, files={"key": (None, "k")}, timeout=30)
    assert refusal(without) == (
        400, "InvalidArgument", "POST requires exactly one file upload per request.",
    )  # fmt: skip
    large = post(signed, x_ignore_much="x" * (20 << 10))
    assert refusal(large)[1] == "MaxPostPreDataLengthExceededError"
    late = requests.post(
        url, files=[("file", ("f", b"x")), *((k, (None, v)) for k, v in signed["fields"].items())],
        timeout=30,
    )  # fmt: skip
    assert late.status_code in (400, 403)
    for policy in (b"{", b'{"expiration": "2999-01-01T00:00:00Z"}'):
        text = base64.b64encode(policy).decode()
        mac = hmac.new(known.secret.encode(), text.encode(), hashlib.sha1).digest()
        fields = {
            "key": "k", "AWSAccessKeyId": known.access_key, "policy": text,
            "signature": base64.b64encode(mac).decode(),
        }  # fmt: skip
        answer = post({"url": url, "fields": fields})
        assert refusal(answer)[:2] == (400, "InvalidPolicyDocument")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12", "S3-14")
def test_checksums_of_forms_are_checked(known, s3, bucket):
    fields = {"x-amz-checksum-crc32": "rPd+Iw==", "x-amz-checksum-algorithm": "CRC32"}
    conditions = [{name: value} for name, value in fields.items()]
    signed = signer(known).generate_presigned_post(bucket, "k", fields, conditions)
    assert refusal(post(signed))[:2] == (400, "BadDigest")
    body = b"a,b\n1,2\n"
    fields["x-amz-checksum-crc32"] = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    conditions = [{name: value} for name, value in fields.items()]
    signed = signer(known).generate_presigned_post(bucket, "k", fields, conditions)
    assert post(signed, body).status_code == 204
    kept = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert kept["ChecksumCRC32"] == fields["x-amz-checksum-crc32"]


@behaviour("S3-14")
def test_a_form_may_be_posted_to_a_virtual_host(known, s3, bucket):
    signed = signer(known).generate_presigned_post(bucket, "k", {"success_action_status": "201"},
                                                   [{"success_action_status": "201"}])
    port = known.url.rsplit(":", 1)[1]
    host = f"{bucket}.s3.localhost:{port}"
    answer = requests.post(
        known.url, data=signed["fields"], files={"file": b"x"}, headers={"Host": host}, timeout=30
    )
    place = ElementTree.fromstring(answer.content).findtext("Location")
    assert (answer.status_code, place) == (201, f"http://{host}/k")


def test_policies_of_identities_decide(user, root):
    root.client("s3").create_bucket(Bucket="b-forms-of-users")
    allow = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b-forms-of-users/in/*"}
    ann = user("ann", allow)
    for key, status in (("in/k", 204), ("out/k", 403)):
        signed = signer(ann).generate_presigned_post("b-forms-of-users", key)
        assert post(signed).status_code == status, key
    nobody = {"url": f"{root.url}/b-forms-of-users", "fields": {"key": "in/k"}}
    assert refusal(post(nobody))[:2] == (403, "AccessDenied")
