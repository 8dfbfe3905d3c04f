"""What policies of buckets let in and keep out: `aquifer serve --auth enforce`."""

import json

import pytest
import requests
from botocore.exceptions import ClientError
from harness import behaviour, error

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@behaviour("S3-56")
def test_a_user_may_what_its_policies_say_and_there_only(house, closed, refused):
    ann = house.here.user("ann")
    for call in (
        lambda s3: s3.get_object(Bucket=closed, Key="k"),
        lambda s3: s3.list_objects_v2(Bucket=closed),
        lambda s3: s3.put_object(Bucket=closed, Key="n", Body=b""),
        lambda s3: s3.delete_object(Bucket=closed, Key="k"),
        lambda s3: s3.get_bucket_policy(Bucket=closed),
        lambda s3: s3.put_bucket_policy(Bucket=closed, Policy="{}"),
        lambda s3: s3.get_object_acl(Bucket=closed, Key="k"),
    ):
        assert refused(lambda call=call: call(ann.client("s3"))) == "AccessDenied"
    prefix = {
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{closed}/ann/*"
    }  # fmt: skip
    bob = house.here.user("bob", prefix).client("s3")
    house.s3.put_object(Bucket=closed, Key="ann/k", Body=b"ann")
    assert bob.get_object(Bucket=closed, Key="ann/k")["Body"].read() == b"ann"
    with pytest.raises(ClientError) as denied:
        bob.get_object(Bucket=closed, Key="k")
    assert error(denied)[:2] == ("AccessDenied", 403)
    assert error(denied).message == (
        f"User: arn:aws:iam::{house.here.id}:user/bob is not authorized to perform: s3:GetObject "
        f'on resource: "arn:aws:s3:::{closed}/k" because no identity-based policy allows the '
        "s3:GetObject action"
    )


@behaviour("S3-56")
def test_who_may_not_list_is_not_told_that_a_key_is_missing(house, closed, refused):
    objects = {
        "Effect": "Allow", "Action": ["s3:GetObject*"], "Resource": f"arn:aws:s3:::{closed}/*"
    }  # fmt: skip
    listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{closed}"}
    ann = house.here.user("ann", objects).client("s3")
    bob = house.here.user("bob", objects, listing).client("s3")
    for call, code in (
        (lambda s3: s3.get_object(Bucket=closed, Key="no"), "NoSuchKey"),
        (lambda s3: s3.get_object_tagging(Bucket=closed, Key="no"), "NoSuchKey"),
        (lambda s3: s3.get_object_acl(Bucket=closed, Key="no"), "NoSuchKey"),
        (lambda s3: s3.head_object(Bucket=closed, Key="no"), "404"),
    ):
        assert refused(lambda call=call: call(ann)) in ("AccessDenied", "403")
        assert refused(lambda call=call: call(bob)) == code


@behaviour("S3-56")
def test_configurations_of_a_bucket_are_of_that_bucket(house, closed, refused):
    actions = [
        f"s3:{verb}{what}Configuration" for verb in ("Get", "Put")
        for what in ("Analytics", "Inventory", "Metrics", "IntelligentTiering")
    ]  # fmt: skip

    def may(bucket):
        return {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{bucket}"}

    tier = [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]
    to = {"S3BucketDestination": {"Bucket": f"arn:aws:s3:::{closed}", "Format": "CSV"}}
    documents = {
        "analytics": {"Id": "x", "StorageClassAnalysis": {}},
        "inventory": {
            "Id": "x", "IsEnabled": False, "Destination": to, "IncludedObjectVersions": "Current",
            "Schedule": {"Frequency": "Daily"},
        },
        "metrics": {"Id": "x"},
        "intelligent_tiering": {"Id": "x", "Status": "Enabled", "Tierings": tier},
    }  # fmt: skip
    ann = house.here.user("ann", may(closed)).client("s3")
    bob = house.here.user("bob", may("elsewhere")).client("s3")
    for kind, document in documents.items():
        name = f"{kind.title().replace('_', '')}Configuration"
        at = {"Bucket": closed, "Id": "x"}
        calls = (
            (f"put_bucket_{kind}_configuration", {**at, name: document}),
            (f"get_bucket_{kind}_configuration", at),
            (f"list_bucket_{kind}_configurations", {"Bucket": closed}),
            (f"delete_bucket_{kind}_configuration", at),
        )
        for call, given in calls:
            assert refused(lambda c=call, g=given: getattr(bob, c)(**g)) == "AccessDenied", call
            assert refused(lambda c=call, g=given: getattr(ann, c)(**g)) == "", call


@behaviour("S3-57")
def test_another_account_is_let_in_by_both_sides(house, closed, refused, put_policy, grant):
    ann = house.there.user("ann", ALL).client("s3")
    bob = house.there.user("bob").client("s3")

    def read(s3):
        return refused(lambda: s3.get_object(Bucket=closed, Key="k"))

    assert (read(ann), read(bob)) == ("AccessDenied", "AccessDenied")
    put_policy(closed, grant(closed, "s3:GetObject", house.there.id))
    assert (read(ann), read(bob)) == ("", "AccessDenied")
    assert refused(lambda: ann.put_object(Bucket=closed, Key="n", Body=b"")) == "AccessDenied"
    # By name, and only that name.
    arn = f"arn:aws:iam::{house.there.id}:user/bob"
    put_policy(closed, grant(closed, "s3:GetObject", arn))
    assert (read(ann), read(bob)) == ("AccessDenied", "AccessDenied")
    house.s3.delete_bucket_policy(Bucket=closed)
    assert read(ann) == "AccessDenied"


@behaviour("S3-57")
def test_within_the_account_the_bucket_alone_can_let_in(house, closed, refused, put_policy, grant):
    ann, bob = (house.here.user(name).client("s3") for name in ("ann", "bob"))
    put_policy(closed, grant(closed, "s3:GetObject", f"arn:aws:iam::{house.here.id}:user/ann"))
    assert refused(lambda: ann.get_object(Bucket=closed, Key="k")) == ""
    assert refused(lambda: bob.get_object(Bucket=closed, Key="k")) == "AccessDenied"
    # The account is named: its own policies must agree.
    put_policy(closed, grant(closed, "s3:GetObject", house.here.id))
    assert refused(lambda: ann.get_object(Bucket=closed, Key="k")) == "AccessDenied"


@behaviour("S3-57")
def test_what_is_denied_is_denied_to_all(house, closed, refused, put_policy, grant):
    ann = house.here.user("ann", ALL).client("s3")
    deny = {"Effect": "Deny"}
    house.s3.delete_public_access_block(Bucket=closed)
    put_policy(
        closed,
        grant(closed, "s3:*"),
        grant(closed, "s3:DeleteObject", key="kept/*", **deny),
        grant(
            closed, "s3:GetObject", key="tls/*", **deny,
            Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
        grant(
            closed, "s3:PutObject", key="sealed/*", **deny,
            Condition={"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
        ),
    )  # fmt: skip
    for key in ("kept/k", "tls/k", "k"):
        ann.put_object(Bucket=closed, Key=key, Body=b"")
    assert refused(lambda: ann.delete_object(Bucket=closed, Key="kept/k")) == "AccessDenied"
    assert refused(lambda: ann.delete_object(Bucket=closed, Key="k")) == ""
    with pytest.raises(ClientError) as denied:
        ann.get_object(Bucket=closed, Key="tls/k")
    assert error(denied).message.endswith("with an explicit deny in a resource-based policy")
    unsealed = {"Bucket": closed, "Key": "sealed/k", "Body": b""}
    assert refused(lambda: ann.put_object(**unsealed)) == "AccessDenied"


@behaviour("S3-57")
def test_who_comes_by_tls_is_let_in_where_plain_http_is_denied(
    house, closed, put_policy, grant, durable_server, durable
):
    ann = house.here.user("ann", ALL)
    put_policy(
        closed,
        grant(
            closed, "s3:*", Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
    )  # fmt: skip
    durable_server.args = ("--auth", "enforce", "--tls")
    durable_server.restart()
    ann = durable().with_key(ann.access_key, ann.secret)
    trusted = durable_server.data / "tls" / "certificate.pem"
    url = durable_server.url.replace("http://", "https://")
    secure = ann.session.client("s3", endpoint_url=url, verify=str(trusted))
    secure.put_object(Bucket=closed, Key="tls/k", Body=b"x")
    assert secure.get_object(Bucket=closed, Key="tls/k")["Body"].read() == b"x"
    plain = ann.client("s3")
    for call in (
        lambda: plain.get_object(Bucket=closed, Key="tls/k"),
        lambda: plain.put_object(Bucket=closed, Key="tls/k", Body=b"y"),
    ):
        with pytest.raises(ClientError) as denied:
            call()
        assert error(denied)[:2] == ("AccessDenied", 403)
        assert error(denied).message.endswith("with an explicit deny in a resource-based policy")
    # A URL that was signed for either is judged by how it is fetched.
    signed = secure.generate_presigned_url("get_object", {"Bucket": closed, "Key": "tls/k"})
    assert requests.get(signed, verify=str(trusted), timeout=30).content == b"x"
    signed = plain.generate_presigned_url("get_object", {"Bucket": closed, "Key": "tls/k"})
    assert requests.get(signed, timeout=30).status_code == 403


@behaviour("S3-57")
def test_conditions_know_the_request_and_the_object(house, closed, refused, put_policy, grant):
    ann = house.here.user("ann").client("s3")
    arn = f"arn:aws:iam::{house.here.id}:user/ann"
    house.s3.put_object(Bucket=closed, Key="blue", Body=b"", Tagging="team=blue")
    put_policy(
        closed,
        grant(
            closed, "s3:GetObject", arn,
            Condition={"StringEquals": {"s3:ExistingObjectTag/team": "red"}},
        ),
        grant(
            closed, "s3:ListBucket", arn, key=None,
            Condition={"StringLike": {"s3:prefix": "a/*"}, "NumericLessThan": {"s3:max-keys": 10}},
        ),
        grant(
            closed, ["s3:PutObject", "s3:PutObjectTagging"], arn,
            Condition={
                "StringEquals": {"s3:RequestObjectTag/team": "red"},
                "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
                "StringEqualsIfExists": {"s3:ResourceAccount": house.here.id},
            },
        ),
    )  # fmt: skip
    assert refused(lambda: ann.get_object(Bucket=closed, Key="k")) == ""
    assert refused(lambda: ann.get_object(Bucket=closed, Key="blue")) == "AccessDenied"
    asked = {"Bucket": closed, "MaxKeys": 5}
    assert refused(lambda: ann.list_objects_v2(**asked, Prefix="a/b")) == ""
    assert refused(lambda: ann.list_objects_v2(**asked, Prefix="b/")) == "AccessDenied"
    assert refused(lambda: ann.list_objects_v2(Bucket=closed, Prefix="a/")) == "AccessDenied"
    new = {"Bucket": closed, "Key": "n", "Body": b""}
    assert refused(lambda: ann.put_object(**new, Tagging="team=red")) == ""
    assert refused(lambda: ann.put_object(**new, Tagging="team=blue")) == "AccessDenied"
    assert refused(lambda: ann.put_object(**new)) == "AccessDenied"


@behaviour("S3-57")
def test_a_policy_is_kept_as_it_was_given(house, closed, refused, grant):
    s3 = house.s3
    assert refused(lambda: s3.get_bucket_policy(Bucket=closed)) == "NoSuchBucketPolicy"
    assert refused(lambda: s3.get_bucket_policy_status(Bucket=closed)) == "NoSuchBucketPolicy"
    statement = grant(closed, "s3:GetObject", house.there.id)
    text = json.dumps({"Version": "2012-10-17", "Id": "x", "Statement": [statement]}, indent=3)
    s3.put_bucket_policy(Bucket=closed, Policy=text)
    assert s3.get_bucket_policy(Bucket=closed)["Policy"] == text
    assert s3.get_bucket_policy_status(Bucket=closed)["PolicyStatus"] == {"IsPublic": False}
    s3.delete_bucket_policy(Bucket=closed)
    s3.delete_bucket_policy(Bucket=closed)
    assert refused(lambda: s3.get_bucket_policy(Bucket=closed)) == "NoSuchBucketPolicy"


@behaviour("S3-57")
def test_what_is_no_policy_of_the_bucket_is_refused(house, closed, grant):
    def told(*statements, text=None):
        text = text or json.dumps({"Version": "2012-10-17", "Statement": statements})
        with pytest.raises(ClientError) as raised:
            house.s3.put_bucket_policy(Bucket=closed, Policy=text)
        assert error(raised)[:2] == ("MalformedPolicy", 400)
        return error(raised).message

    there = house.there.id
    assert told(grant("other", "s3:GetObject", there)) == "Policy has invalid resource"
    assert told(grant(closed, "s3:Fly", there)) == "Policy has invalid action"
    assert told(grant(closed, "s3:GetObject", there, key=None)) == (
        "Action does not apply to any resource(s) in statement"
    )
    assert told(grant(closed, "s3:GetObject", "nobody")) == "Invalid principal in policy"
    assert told(text="x") == "Policies must be valid JSON and the first byte must be '{'"
    with pytest.raises(ClientError) as raised:
        house.s3.put_bucket_policy(Bucket=closed, Policy="{" + " " * 20_480 + "}")
    assert error(raised)[:2] == ("PolicyTooLarge", 400)


@behaviour("S3-57")
def test_policies_are_their_owners_matter(house, closed, refused, put_policy, grant):
    put_policy(closed, grant(closed, "s3:*", house.there.id, key=None))
    ann = house.there.user("ann", ALL).client("s3")
    assert refused(lambda: ann.list_objects_v2(Bucket=closed)) == ""
    assert refused(lambda: ann.get_bucket_policy(Bucket=closed)) == "MethodNotAllowed"
    assert refused(lambda: ann.delete_bucket_policy(Bucket=closed)) == "MethodNotAllowed"
    expecting = {"Bucket": closed, "ExpectedBucketOwner": house.there.id}
    assert refused(lambda: ann.list_objects_v2(**expecting)) == "AccessDenied"
    expecting["ExpectedBucketOwner"] = house.here.id
    assert refused(lambda: ann.list_objects_v2(**expecting)) == ""


@behaviour("S3-57", "S3-59")
def test_where_nobody_is_asked_a_policy_still_lets_others_in(s3, bucket, aws, refused, grant):
    """As `verify` does, the default: signatures are checked, identities are not asked."""
    other = aws.elsewhere(account="999900000007").client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    assert refused(lambda: other.get_object(Bucket=bucket, Key="k")) == "AccessDenied"
    policy = {
        "Version": "2012-10-17", "Statement": [grant(bucket, "s3:GetObject", "999900000007")]
    }  # fmt: skip
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert refused(lambda: other.get_object(Bucket=bucket, Key="k")) == ""
    assert refused(lambda: other.delete_object(Bucket=bucket, Key="k")) == "AccessDenied"
    third = aws.elsewhere(account="999900000008").client("s3")
    assert refused(lambda: third.get_object(Bucket=bucket, Key="k")) == "AccessDenied"
