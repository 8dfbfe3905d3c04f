"""What policies say of single keys, of versions, and of listings: `aquifer serve --auth enforce`."""

import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@pytest.fixture
def lake(root):
    """A bucket that keeps versions, with `ann/x` and `bob/x`, and its name."""
    name = f"lake-{uuid.uuid4().hex}"
    s3 = root.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in ("ann/x", "bob/x"):
        s3.put_object(Bucket=name, Key=key, Body=b"x", Tagging="a=1")
    return name


def allow(action, *resources, **more) -> dict:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources) or "*", **more}


def deny(action, *resources, **more) -> dict:
    return {**allow(action, *resources, **more), "Effect": "Deny"}


def refused(call) -> str:
    """The code of the refusal; empty where there is none."""
    try:
        call()
    except ClientError as failure:
        return error(failure).code or str(error(failure).status)
    return ""


def keys(s3, bucket) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def version_of(s3, bucket, key) -> str:
    return s3.head_object(Bucket=bucket, Key=key)["VersionId"]


@behaviour("IAM-2", "S3-11")
def test_a_batch_deletes_the_keys_that_may_be_deleted(root, user, lake):
    kept = f"arn:aws:s3:::{lake}/bob/*"
    ann = user("ann", allow("s3:*"), deny("s3:DeleteObject", kept)).client("s3")
    answer = ann.delete_objects(
        Bucket=lake, Delete={"Objects": [{"Key": "bob/x"}, {"Key": "ann/x"}, {"Key": "bob/y"}]}
    )
    assert [item["Key"] for item in answer["Deleted"]] == ["ann/x"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [
        ("bob/x", "AccessDenied"), ("bob/y", "AccessDenied"),
    ]  # fmt: skip
    assert keys(root.client("s3"), lake) == ["bob/x"]


@behaviour("IAM-2", "S3-11")
def test_a_batch_needs_no_right_on_the_whole_bucket(root, user, lake):
    ann = user("ann", allow("s3:DeleteObject", f"arn:aws:s3:::{lake}/ann/*")).client("s3")
    answer = ann.delete_objects(Bucket=lake, Delete={"Objects": [{"Key": "ann/x"}]})
    assert [item["Key"] for item in answer["Deleted"]] == ["ann/x"]
    nobody = user("nobody").client("s3")
    answer = nobody.delete_objects(Bucket=lake, Delete={"Objects": [{"Key": "bob/x"}]})
    assert [item["Code"] for item in answer["Errors"]] == ["AccessDenied"]
    assert keys(root.client("s3"), lake) == ["bob/x"]


@behaviour("IAM-2", "S3-36")
def test_naming_a_version_asks_for_another_right(root, user, lake):
    id = version_of(root.client("s3"), lake, "ann/x")
    plain = [
        "s3:GetObject", "s3:GetObjectAttributes", "s3:GetObjectTagging", "s3:PutObjectTagging",
        "s3:DeleteObjectTagging", "s3:PutObject", "s3:DeleteObject",
    ]  # fmt: skip
    ann = user("ann", allow(plain)).client("s3")
    versioned = [
        "s3:GetObjectVersion", "s3:GetObjectVersionAttributes", "s3:GetObjectVersionTagging",
        "s3:PutObjectVersionTagging", "s3:DeleteObjectVersionTagging", "s3:DeleteObjectVersion",
    ]  # fmt: skip
    bob = user("bob", allow([*versioned, "s3:PutObject"])).client("s3")
    at = {"Bucket": lake, "Key": "ann/x"}
    tags = {"TagSet": [{"Key": "b", "Value": "2"}]}
    calls = [
        lambda s3, **which: s3.get_object(**at, **which),
        lambda s3, **which: s3.head_object(**at, **which),
        lambda s3, **which: s3.get_object_attributes(
            **at, **which, ObjectAttributes=["ObjectSize"]
        ),
        lambda s3, **which: s3.get_object_tagging(**at, **which),
        lambda s3, **which: s3.put_object_tagging(**at, **which, Tagging=tags),
        lambda s3, **which: s3.delete_object_tagging(**at, **which),
        lambda s3, **which: s3.copy_object(Bucket=lake, Key="copy", CopySource={**at, **which}),
        lambda s3, **which: s3.delete_object(**at, **which),
    ]
    # HEAD has no body to tell a code in.
    denials = ("AccessDenied", "403")
    for number, call in enumerate(calls):
        assert refused(lambda: call(ann, VersionId=id)) in denials, number
        assert refused(lambda: call(bob)) in denials, number
    answer = ann.delete_objects(
        Bucket=lake, Delete={"Objects": [{"Key": "ann/x", "VersionId": id}]}
    )
    assert [item["Code"] for item in answer["Errors"]] == ["AccessDenied"]
    for number, call in enumerate(calls[:-1]):
        assert refused(lambda: call(ann)) == "", number
        assert refused(lambda: call(bob, VersionId=id)) == "", number
    calls[-1](bob, VersionId=id)
    assert "ann/x" not in keys(root.client("s3"), lake)


@behaviour("IAM-5", "S3-2")
def test_a_home_folder_is_all_that_is_listed(user, lake):
    condition = {"StringLike": {"s3:prefix": "${aws:username}/*"}}
    bucket = f"arn:aws:s3:::{lake}"
    listing = ["s3:ListBucket", "s3:ListBucketVersions"]
    ann = user("ann", allow(listing, bucket, Condition=condition)).client("s3")
    for call in (ann.list_objects_v2, ann.list_objects, ann.list_object_versions):
        answer = call(Bucket=lake, Prefix="ann/")
        found = answer.get("Contents") or answer.get("Versions")
        assert [item["Key"] for item in found] == ["ann/x"]
        assert refused(lambda: call(Bucket=lake, Prefix="bob/")) == "AccessDenied"
        assert refused(lambda: call(Bucket=lake)) == "AccessDenied"


@behaviour("IAM-5", "S3-2")
@pytest.mark.parametrize(
    "condition, fits, unfit",
    [
        ({"StringEquals": {"s3:delimiter": "/"}}, {"Delimiter": "/"}, {"Delimiter": "x"}),
        ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"MaxKeys": 10}, {"MaxKeys": 11}),
        ({"StringEquals": {"s3:prefix": ["", "ann/"]}}, {"Prefix": ""}, {"Prefix": "a"}),
    ],
    ids=["delimiter", "max-keys", "prefix"],
)
def test_conditions_on_listings(user, lake, condition, fits, unfit):
    ann = user("ann", allow("s3:ListBucket", Condition=condition)).client("s3")
    ann.list_objects_v2(Bucket=lake, **fits)
    assert refused(lambda: ann.list_objects_v2(Bucket=lake, **unfit)) == "AccessDenied"
    assert refused(lambda: ann.list_objects_v2(Bucket=lake)) == "AccessDenied"


@behaviour("IAM-5", "S3-36")
def test_conditions_on_a_version(root, user, lake):
    id = version_of(root.client("s3"), lake, "ann/x")
    other = version_of(root.client("s3"), lake, "bob/x")
    condition = {"StringEquals": {"s3:VersionId": id}}
    ann = user("ann", allow("s3:*"), deny("s3:*Version", Condition=condition)).client("s3")
    at = {"Bucket": lake, "Key": "ann/x", "VersionId": id}
    assert refused(lambda: ann.get_object(**at)) == "AccessDenied"
    assert refused(lambda: ann.copy_object(Bucket=lake, Key="c", CopySource=at)) == "AccessDenied"
    batch = [{"Key": "ann/x", "VersionId": id}, {"Key": "bob/x", "VersionId": other}]
    answer = ann.delete_objects(Bucket=lake, Delete={"Objects": batch})
    assert [item["Key"] for item in answer["Errors"]] == ["ann/x"]
    assert [item["Key"] for item in answer["Deleted"]] == ["bob/x"]


@behaviour("IAM-2", "S3-13")
def test_storing_tags_asks_for_the_right_to_tag(root, user, lake):
    objects = f"arn:aws:s3:::{lake}/*"
    plain = allow(["s3:PutObject", "s3:GetObject"], objects)
    only_red = {"StringEquals": {"s3:RequestObjectTag/colour": "red"}}
    only_colour = {"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["colour"]}}
    ann = user("ann", plain).client("s3")
    bob = user(
        "bob", plain, allow("s3:GetObjectTagging", objects),
        allow("s3:PutObjectTagging", objects, Condition={**only_red, **only_colour}),
    ).client("s3")  # fmt: skip
    red, blue = {"Tagging": "colour=red"}, {"Tagging": "colour=blue"}
    more = {"Tagging": "colour=red&size=1"}
    for name, s3, tags, code in [
        ("a", ann, {}, ""), ("b", ann, red, "AccessDenied"), ("c", bob, red, ""),
        ("d", bob, blue, "AccessDenied"), ("e", bob, more, "AccessDenied"),
    ]:  # fmt: skip
        at = {"Bucket": lake, "Key": name}
        assert refused(lambda: s3.put_object(**at, Body=b"x", **tags)) == code, name
        assert refused(lambda: s3.create_multipart_upload(**at, **tags)) == code, name
        replace = {"CopySource": f"{lake}/ann/x", "TaggingDirective": "REPLACE"}
        assert refused(lambda: s3.copy_object(**at, **replace, **tags)) == code, name
    # The source is tagged a=1, which goes along.
    copy = {"Bucket": lake, "Key": "f", "CopySource": f"{lake}/ann/x"}
    assert refused(lambda: ann.copy_object(**copy)) == "AccessDenied"
    assert refused(lambda: bob.copy_object(**copy)) == "AccessDenied"
    assert sorted(keys(root.client("s3"), lake)) == ["a", "ann/x", "bob/x", "c"]
