"""Names of any kind: keys with every character, and buckets in hosts and paths."""

import re
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree

import pytest
from harness import behaviour
from harness.raw import Request, signed

KEYS = {
    "a space": "a b  c ",
    "a plus": "a+b",
    "percent": "100%",
    "what looks encoded": "a%20b%2Fc",
    "delimiters": "?&=#;:@!$'()*,[]|\\^`{}~\"<>",
    "slashes": "//a///b//",
    "one slash": "/",
    "dots": "..",
    "a dot": ".",
    "up and away": "../../etc/passwd",
    "dots within": "a/../b/./c",
    "an emoji": "🦀/🦀",
    "accents": "Ünïcödé/日本語/العربية",
    "not normal": "e\u0301/\u00e9",
    "controls": "a\x01b\tc\nd\re\x1f\x7f",
    "a byte order mark": "\ufeffk",
    "not a character": "\ufffe\uffff",
    "the last one": "\U0010ffff",
    "quotes": "\"'&lt;",
    "looks like a query": "k?versionId=null&uploads",
    "looks like metadata": "x-amz-meta-a: b",
}


@behaviour("S3-1", "S3-2")
@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_any_text(s3, bucket, name):
    key = KEYS[name]
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    for listing in (s3.list_objects_v2, s3.list_objects):
        assert [item["Key"] for item in listing(Bucket=bucket)["Contents"]] == [key]
    assert s3.list_object_versions(Bucket=bucket)["Versions"][0]["Key"] == key
    prefixed = s3.list_objects_v2(Bucket=bucket, Prefix=key)
    assert prefixed["KeyCount"] == 1 and prefixed["Prefix"] == key
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s3.head_object(Bucket=bucket, Key=key)["TagCount"] == 1
    # Answers that name keys as they are need keys that XML can hold.
    if not re.search("[\0-\x08\x0b-\x1f\ufffe\uffff]", key):
        upload = s3.create_multipart_upload(Bucket=bucket, Key=key)
        assert upload["Key"] == key
        assert [u["Key"] for u in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [key]
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload["UploadId"])
        gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
        assert [item["Key"] for item in gone["Deleted"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-1")
def test_keys_that_differ_a_little_are_different(s3, bucket):
    keys = ["a", "A", "a ", " a", "a/", "/a", "a//", "a/.", "a%20", "a+", "\u00e9", "e\u0301"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    for key in keys:
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    listed = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(keys, key=str.encode)


@behaviour("S3-1")
def test_a_plus_in_a_path_is_a_plus(aws, s3, bucket):
    assert signed(aws, "s3", "PUT", f"/{bucket}/a+b", b"x").send().status == 200
    assert s3.get_object(Bucket=bucket, Key="a+b")["Body"].read() == b"x"


@behaviour("S3-1")
@pytest.mark.parametrize("path", ["%ff", "%c3", "a%zz", "a%2", "%", "%ed%a0%80"])
def test_a_path_that_is_no_text_is_refused(aws, bucket, path):
    answer = signed(aws, "s3", "PUT", f"/{bucket}/{path}", b"x").send()
    assert (answer.status, answer.code()) == (400, "InvalidURI")


@behaviour("S3-2")
def test_listings_encode_names_on_request(aws, s3, bucket):
    for key in ("a b+c/d%é/🦀", "x\x01y"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    query = f"/{bucket}?list-type=2&encoding-type=url&delimiter=%2F&start-after=%20%2B"
    root = ElementTree.fromstring(signed(aws, "s3", "GET", query).send().body)
    text = {node.tag.rpartition("}")[2]: node.text for node in root.iter()}
    assert text["EncodingType"] == "url"
    assert urllib.parse.unquote_plus(text["StartAfter"]) == " +" != text["StartAfter"]
    prefixes = [n.text for n in root.iter() if n.tag.endswith("}Prefix") and n.text]
    assert prefixes in (["a%20b%2Bc/"], ["a+b%2Bc/"])
    assert text["Key"] == "x%01y"

    plain = ElementTree.fromstring(
        signed(aws, "s3", "GET", f"/{bucket}?list-type=2&prefix=a").send().body
    )
    (key,) = [node.text for node in plain.iter() if node.tag.endswith("}Key")]
    assert key == "a b+c/d%é/🦀"


@behaviour("S3-2")
def test_a_key_that_xml_cannot_hold_is_written_as_s3_does(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a\x01b\rc", Body=b"")
    body = signed(aws, "s3", "GET", f"/{bucket}?list-type=2").send().body
    # Not XML 1.0, but that is what clients of S3 are used to.
    assert b"<Key>a&#x1;b&#13;c</Key>" in body or b"<Key>a&#x1;b&#xD;c</Key>" in body


@behaviour("S3-2")
def test_an_unknown_encoding_is_refused(aws, bucket):
    answer = signed(aws, "s3", "GET", f"/{bucket}?list-type=2&encoding-type=rot13").send()
    assert (answer.status, answer.code()) == (400, "InvalidArgument")


HOSTS = [
    "{bucket}.localhost:{port}",
    "{bucket}.s3.localhost:{port}",
    "{bucket}.s3.us-east-1.localhost:{port}",
    "{bucket}.s3.localhost.localstack.cloud:{port}",
    "{bucket}.s3.amazonaws.com",
    "{bucket}.s3.us-east-1.amazonaws.com",
    "{bucket}.s3.dualstack.eu-west-1.amazonaws.com",
]


@behaviour("S3-1")
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("dotted", [False, True])
def test_the_bucket_may_be_in_the_host(aws, s3, bucket, host, dotted):
    name = f"a.{bucket}.z" if dotted else bucket
    if dotted:
        s3.create_bucket(Bucket=name)
    host = host.format(bucket=name, port=urllib.parse.urlsplit(aws.url).port)

    def call(method: str, path: str, body: bytes = b""):
        return signed(aws, "s3", method, path, body, {"Host": host}).send()

    assert call("PUT", "/deep/key%20%2B", b"x").status == 200
    assert s3.get_object(Bucket=name, Key="deep/key +")["Body"].read() == b"x"
    answer = call("GET", "/deep/key%20%2B")
    assert (answer.status, answer.body) == (200, b"x")
    listed = call("GET", "/?list-type=2")
    assert b"<Key>deep/key +</Key>" in listed.body
    assert call("HEAD", "/").status == 200
    assert call("GET", "/?location").status == 200
    assert call("PUT", "//slashes//", b"y").status == 200
    assert s3.get_object(Bucket=name, Key="/slashes//")["Body"].read() == b"y"


@behaviour("S3-1")
@pytest.mark.parametrize(
    "host", ["s3.localhost:{port}", "s3.us-east-1.amazonaws.com", "localhost:{port}", "[::1]:{port}"]
)
def test_a_host_without_a_bucket_has_it_in_the_path(aws, s3, bucket, host):
    host = host.format(port=urllib.parse.urlsplit(aws.url).port)
    request = signed(aws, "s3", "PUT", f"/{bucket}/k", b"x", {"Host": host})
    assert request.send().status == 200
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    listed = signed(aws, "s3", "GET", "/", headers={"Host": host}).send()
    assert f"<Name>{bucket}</Name>".encode() in listed.body


@behaviour("S3-1")
def test_a_bucket_is_made_by_its_host(aws, s3):
    name = f"b-{uuid.uuid4().hex}"
    host = {"Host": f"{name}.s3.amazonaws.com"}
    assert signed(aws, "s3", "PUT", "/", headers=host).send().status == 200
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == [name]
    assert signed(aws, "s3", "DELETE", "/", headers=host).send().status == 204


@behaviour("S3-1")
def test_a_key_without_a_name_is_the_bucket(aws, bucket):
    for path in (f"/{bucket}", f"/{bucket}/"):
        assert b"<ListBucketResult" in signed(aws, "s3", "GET", path).send().body
        assert Request(aws.url, "GET", path).send().status == 403


@behaviour("S3-1")
def test_the_command_line_takes_any_name(aws, s3, bucket, tmp_path):
    names = ["a b.txt", "plus+.txt", "100%.txt", "ünï.txt", "deep/er/x.txt"]
    for name in names:
        (tmp_path / "up" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "up" / name).write_text(name)
    aws.cli("s3", "sync", str(tmp_path / "up"), f"s3://{bucket}")
    assert [i["Key"] for i in s3.list_objects_v2(Bucket=bucket)["Contents"]] == sorted(
        names, key=str.encode
    )
    aws.cli("s3", "sync", f"s3://{bucket}", str(tmp_path / "down"))
    for name in names:
        assert (tmp_path / "down" / name).read_text() == name
    aws.cli("s3", "rm", f"s3://{bucket}", "--recursive")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@behaviour("S3-12")
@pytest.mark.parametrize("word", ["enabled", "ENABLED", "Enabled"])
def test_words_about_checksums_are_read_in_any_case(aws, s3, bucket, word):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    headers = {"x-amz-checksum-mode": word}
    answer = signed(aws, "s3", "GET", f"/{bucket}/k", headers=headers).send()
    assert answer.status == 200 and answer.headers["x-amz-checksum-crc32"]
