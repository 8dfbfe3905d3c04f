"""Tags of objects, their versions, and buckets."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def tags(**pairs) -> dict:
    return {"TagSet": [{"Key": key, "Value": value} for key, value in pairs.items()]}


def read(answer) -> dict:
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}


@behaviour("S3-13")
def test_tags_of_an_object_come_and_go(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&b+c=%C3%A9%2B&empty=")
    assert read(s3.get_object_tagging(Bucket=bucket, Key="k")) == {
        "a": "1", "b c": "é+", "empty": "",
    }  # fmt: skip
    assert s3.get_object(Bucket=bucket, Key="k")["TagCount"] == 3
    assert s3.head_object(Bucket=bucket, Key="k")["TagCount"] == 3
    modified = s3.head_object(Bucket=bucket, Key="k")["LastModified"]
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags(new="2"))
    assert read(s3.get_object_tagging(Bucket=bucket, Key="k")) == {"new": "2"}
    assert s3.head_object(Bucket=bucket, Key="k")["LastModified"] == modified
    gone = s3.delete_object_tagging(Bucket=bucket, Key="k")
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    assert "TagCount" not in s3.get_object(Bucket=bucket, Key="k")
    # Writing again forgets them.
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags(old="1"))
    s3.put_object(Bucket=bucket, Key="k", Body=b"y")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


@behaviour("S3-13")
def test_tags_belong_to_a_version(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket=bucket, Key="k", Body=b"1", Tagging="v=1")["VersionId"]
    two = s3.put_object(Bucket=bucket, Key="k", Body=b"2", Tagging="v=2")["VersionId"]
    assert read(s3.get_object_tagging(Bucket=bucket, Key="k", VersionId=one)) == {"v": "1"}
    answer = s3.put_object_tagging(Bucket=bucket, Key="k", VersionId=one, Tagging=tags(v="one"))
    assert answer["VersionId"] == one
    assert read(s3.get_object_tagging(Bucket=bucket, Key="k", VersionId=one)) == {"v": "one"}
    current = s3.get_object_tagging(Bucket=bucket, Key="k")
    assert read(current) == {"v": "2"} and current["VersionId"] == two
    s3.delete_object_tagging(Bucket=bucket, Key="k", VersionId=one)
    assert s3.get_object_tagging(Bucket=bucket, Key="k", VersionId=one)["TagSet"] == []
    assert s3.get_object(Bucket=bucket, Key="k", VersionId=one)["Body"].read() == b"1"
    s3.delete_object(Bucket=bucket, Key="k")
    with pytest.raises(ClientError) as raised:
        s3.get_object_tagging(Bucket=bucket, Key="k")
    assert error(raised).status in (404, 405)


@behaviour("S3-13")
def test_an_object_has_ten_tags_at_most(s3, bucket):
    ten = {f"k{n}": "v" for n in range(10)}
    text = "&".join(f"{key}={value}" for key, value in ten.items())
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging=text)
    assert read(s3.get_object_tagging(Bucket=bucket, Key="k")) == ten
    for call in (
        lambda: s3.put_object(Bucket=bucket, Key="k", Body=b"y", Tagging=text + "&more=1"),
        lambda: s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags(**ten, more="1")),
        lambda: s3.create_multipart_upload(Bucket=bucket, Key="k", Tagging=text + "&more=1"),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:2] == ("BadRequest", 400)
        assert error(raised).message == "Object tags cannot be greater than 10"
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


BAD = {
    "long key": ("k" * 129, "v"),
    "long value": ("k", "v" * 257),
    "empty key": ("", "v"),
    "reserved": ("aws:mine", "v"),
    "characters of a key": ("a{b}", "v"),
    "characters of a value": ("k", "v<1>"),
}


@behaviour("S3-13")
@pytest.mark.parametrize("name", BAD)
def test_tags_that_break_the_rules_are_refused(aws, bucket, name):
    s3 = aws.client("s3", parameter_validation=False)
    key, value = BAD[name]
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    for call in (
        lambda **given: s3.put_object_tagging(Bucket=bucket, Key="k", **given),
        lambda **given: s3.put_bucket_tagging(Bucket=bucket, **given),
    ):
        with pytest.raises(ClientError) as raised:
            call(Tagging={"TagSet": [{"Key": key, "Value": value}]})
        assert error(raised)[:2] == ("InvalidTag", 400)
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []


@behaviour("S3-13")
def test_tags_within_the_rules_are_taken(s3, bucket):
    given = {"k" * 128: "v" * 256, "Ключ é 日本": "+-=._:/@ 1", "x": ""}
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=tags(**given))
    assert read(s3.get_object_tagging(Bucket=bucket, Key="k")) == given


@behaviour("S3-13")
def test_a_key_given_twice_is_refused(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    twice = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
    with pytest.raises(ClientError) as raised:
        s3.put_object_tagging(Bucket=bucket, Key="k", Tagging=twice)
    assert error(raised)[:2] == ("InvalidTag", 400)
    assert error(raised).message == "Cannot provide multiple Tags with the same key"
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=1&a=2")
    assert error(raised)[:2] == ("InvalidArgument", 400)
    assert "without tag name duplicates" in error(raised).message


@behaviour("S3-13")
def test_tags_of_a_bucket(s3, bucket):
    with pytest.raises(ClientError) as raised:
        s3.get_bucket_tagging(Bucket=bucket)
    assert error(raised)[:2] == ("NoSuchTagSet", 404)
    assert error(raised).message == "The TagSet does not exist"
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(team="data", cost="7"))
    assert read(s3.get_bucket_tagging(Bucket=bucket)) == {"team": "data", "cost": "7"}
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(team="lake"))
    assert read(s3.get_bucket_tagging(Bucket=bucket)) == {"team": "lake"}
    gone = s3.delete_bucket_tagging(Bucket=bucket)
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(ClientError):
        s3.get_bucket_tagging(Bucket=bucket)


@behaviour("S3-13")
def test_a_bucket_has_fifty_tags_at_most(s3, bucket):
    fifty = {f"k{n}": "v" for n in range(50)}
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(**fifty))
    assert read(s3.get_bucket_tagging(Bucket=bucket)) == fifty
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_tagging(Bucket=bucket, Tagging=tags(**fifty, more="1"))
    assert error(raised).status == 400
    assert read(s3.get_bucket_tagging(Bucket=bucket)) == fifty
