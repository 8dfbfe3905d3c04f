"""Lists of grants, where a bucket has them: `aquifer serve --auth enforce`."""

import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


@pytest.fixture
def listed(house, unblocked):
    """A bucket whose objects are their writers', and who may put some there and see them."""
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    house.s3.put_bucket_ownership_controls(Bucket=unblocked, OwnershipControls=controls)
    return unblocked


def id_of(s3) -> str:
    return s3.list_buckets()["Owner"]["ID"]


def grants(answer) -> set:
    return {
        (grant["Grantee"].get("ID") or grant["Grantee"]["URI"], grant["Permission"])
        for grant in answer["Grants"]
    }


@behaviour("S3-58")
def test_a_new_bucket_has_no_lists(house, unblocked, refused):
    s3 = house.s3
    controls = s3.get_bucket_ownership_controls(Bucket=unblocked)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    for call in (
        lambda: s3.put_object_acl(Bucket=unblocked, Key="k", ACL="public-read"),
        lambda: s3.put_object_acl(Bucket=unblocked, Key="k", ACL="private"),
        lambda: s3.put_bucket_acl(Bucket=unblocked, ACL="public-read"),
        lambda: s3.put_object(Bucket=unblocked, Key="n", Body=b"", ACL="public-read"),
        lambda: s3.put_object(Bucket=unblocked, Key="n", Body=b"", ACL="private"),
        lambda: s3.put_object(Bucket=unblocked, Key="n", GrantRead=f'uri="{EVERYONE}"'),
        lambda: s3.create_multipart_upload(Bucket=unblocked, Key="n", ACL="public-read"),
        lambda: s3.copy_object(
            Bucket=unblocked, Key="n", CopySource=f"{unblocked}/k", ACL="public-read"
        ),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised)[:3] == (
            "AccessControlListNotSupported", 400, "The bucket does not allow ACLs",
        )  # fmt: skip
    s3.put_object(Bucket=unblocked, Key="n", Body=b"", ACL="bucket-owner-full-control")
    mine = {(id_of(s3), "FULL_CONTROL")}
    assert grants(s3.get_object_acl(Bucket=unblocked, Key="n")) == mine
    assert grants(s3.get_bucket_acl(Bucket=unblocked)) == mine


@behaviour("S3-58")
def test_where_writers_own_a_list_opens_an_object_to_the_public(house, listed, refused):
    s3, anyone = house.s3, house.anyone()

    def read():
        return refused(lambda: anyone.get_object(Bucket=listed, Key="k"))

    assert read() == "AccessDenied"
    s3.put_object_acl(Bucket=listed, Key="k", ACL="public-read")
    assert grants(s3.get_object_acl(Bucket=listed, Key="k")) == {
        (id_of(s3), "FULL_CONTROL"), (EVERYONE, "READ"),
    }  # fmt: skip
    assert read() == ""
    assert refused(lambda: anyone.put_object(Bucket=listed, Key="k", Body=b"")) == "AccessDenied"
    assert refused(lambda: anyone.get_object_acl(Bucket=listed, Key="k")) == "AccessDenied"
    s3.put_public_access_block(
        Bucket=listed, PublicAccessBlockConfiguration={"IgnorePublicAcls": True}
    )
    assert read() == "AccessDenied"
    s3.put_public_access_block(
        Bucket=listed, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )
    assert read() == ""
    for call in (
        lambda: s3.put_object_acl(Bucket=listed, Key="k", ACL="public-read"),
        lambda: s3.put_bucket_acl(Bucket=listed, ACL="public-read-write"),
        lambda: s3.put_object(Bucket=listed, Key="n", Body=b"", ACL="authenticated-read"),
    ):
        assert refused(call) == "AccessDenied"
    s3.put_object_acl(Bucket=listed, Key="k", ACL="private")
    assert read() == "AccessDenied"
    # Where lists do not count any more, what they granted is gone; it comes back with them.
    s3.delete_public_access_block(Bucket=listed)
    s3.put_object(Bucket=listed, Key="k", Body=b"x", ACL="public-read")
    assert read() == ""
    for ownership, code in (("BucketOwnerEnforced", "AccessDenied"), ("ObjectWriter", "")):
        controls = {"Rules": [{"ObjectOwnership": ownership}]}
        s3.put_bucket_ownership_controls(Bucket=listed, OwnershipControls=controls)
        assert read() == code


@behaviour("S3-58")
def test_a_list_of_a_bucket_grants_listing_and_writing(house, listed, refused):
    s3 = house.s3
    ann = house.there.user("ann", ALL).client("s3")
    bob = house.there.user("bob").client("s3")
    there = id_of(house.there.admin.client("s3"))
    assert refused(lambda: ann.list_objects_v2(Bucket=listed)) == "AccessDenied"
    s3.put_bucket_acl(Bucket=listed, GrantRead=f"id={there}", GrantReadACP=f'uri="{AUTHENTICATED}"')
    assert refused(lambda: ann.list_objects_v2(Bucket=listed)) == ""
    # His account may, he may not.
    assert refused(lambda: bob.list_objects_v2(Bucket=listed)) == "AccessDenied"
    assert refused(lambda: ann.put_object(Bucket=listed, Key="n", Body=b"")) == "AccessDenied"
    assert refused(lambda: house.anyone().list_objects_v2(Bucket=listed)) == "AccessDenied"
    assert refused(lambda: ann.get_bucket_acl(Bucket=listed)) == ""
    assert refused(lambda: bob.get_bucket_acl(Bucket=listed)) == "AccessDenied"
    assert refused(lambda: house.anyone().get_bucket_acl(Bucket=listed)) == "AccessDenied"
    s3.put_bucket_acl(Bucket=listed, ACL="public-read-write")
    assert refused(lambda: house.anyone().put_object(Bucket=listed, Key="n", Body=b"")) == ""


@behaviour("S3-58")
def test_an_object_is_its_writers_unless_he_leaves_it(house, listed, refused, put_policy, grant):
    s3 = house.s3
    put_policy(listed, grant(listed, ["s3:PutObject", "s3:PutObjectAcl"], house.there.id))
    ann = house.there.user("ann", ALL).client("s3")
    mine, theirs = id_of(s3), id_of(house.there.admin.client("s3"))
    ann.put_object(Bucket=listed, Key="own", Body=b"own")
    assert refused(lambda: s3.get_object(Bucket=listed, Key="own")) == "AccessDenied"
    assert ann.get_object(Bucket=listed, Key="own")["Body"].read() == b"own"
    ann.put_object(Bucket=listed, Key="both", Body=b"both", ACL="bucket-owner-full-control")
    answer = s3.get_object_acl(Bucket=listed, Key="both")
    assert answer["Owner"]["ID"] == theirs
    assert grants(answer) == {(theirs, "FULL_CONTROL"), (mine, "FULL_CONTROL")}
    assert s3.get_object(Bucket=listed, Key="both")["Body"].read() == b"both"
    # A bucket's owner may always delete.
    s3.delete_object(Bucket=listed, Key="own")
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=listed, OwnershipControls=controls)
    ann.put_object(Bucket=listed, Key="left", Body=b"left", ACL="bucket-owner-full-control")
    answer = s3.get_object_acl(Bucket=listed, Key="left")
    assert (answer["Owner"]["ID"], grants(answer)) == (mine, {(mine, "FULL_CONTROL")})
    assert refused(lambda: ann.get_object(Bucket=listed, Key="left")) == "AccessDenied"


@behaviour("S3-58")
def test_a_list_needs_a_right_of_its_own(house, listed, refused):
    objects = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{listed}/*"}
    ann = house.here.user("ann", objects).client("s3")
    new = {"Bucket": listed, "Key": "n", "Body": b""}
    assert refused(lambda: ann.put_object(**new)) == ""
    assert refused(lambda: ann.put_object(**new, ACL="private")) == "AccessDenied"
    assert refused(lambda: ann.put_object_acl(Bucket=listed, Key="n", ACL="private")) == (
        "AccessDenied"
    )
    assert refused(lambda: ann.get_object_acl(Bucket=listed, Key="n")) == "AccessDenied"
    assert refused(lambda: ann.put_bucket_acl(Bucket=listed, ACL="private")) == "AccessDenied"
    assert refused(lambda: ann.get_bucket_acl(Bucket=listed)) == "AccessDenied"
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    for call in (
        lambda: ann.put_bucket_ownership_controls(Bucket=listed, OwnershipControls=controls),
        lambda: ann.get_bucket_ownership_controls(Bucket=listed),
        lambda: ann.delete_bucket_ownership_controls(Bucket=listed),
    ):
        assert refused(call) == "AccessDenied"


@behaviour("S3-58")
def test_what_is_no_list_is_refused(house, listed, refused):
    s3 = house.s3
    mine = id_of(s3)
    at = {"Bucket": listed, "Key": "k"}
    someone = {"Type": "CanonicalUser", "ID": mine}

    def document(owner=mine, **grant):
        grant = {"Grantee": someone, "Permission": "READ", **grant}
        return {"Owner": {"ID": owner}, "Grants": [grant]}

    s3.put_object_acl(**at, AccessControlPolicy=document())
    assert grants(s3.get_object_acl(**at)) == {(mine, "READ")}
    for more, code in (
        ({"AccessControlPolicy": document(owner="0" * 64)}, "AccessDenied"),
        ({"AccessControlPolicy": {"Grants": []}}, "MalformedACLError"),
        (
            {"AccessControlPolicy": document(Grantee={"Type": "CanonicalUser", "ID": "me"})},
            "InvalidArgument",
        ),
        ({"AccessControlPolicy": document(), "ACL": "private"}, "UnexpectedContent"),
        ({"GrantRead": f"id={mine}", "ACL": "private"}, "InvalidRequest"),
        ({"GrantRead": "someone"}, "InvalidArgument"),
        ({"GrantRead": 'uri="http://example.com"'}, "InvalidArgument"),
        ({"GrantRead": 'emailAddress="a@example.com"'}, "UnresolvableGrantByEmailAddress"),
        ({}, "MissingSecurityHeader"),
    ):
        assert refused(lambda more=more: s3.put_object_acl(**at, **more)) == code, more
    assert grants(s3.get_object_acl(**at)) == {(mine, "READ")}


@behaviour("S3-58")
def test_a_bucket_is_created_with_its_list(house, refused):
    s3 = house.s3
    mine = id_of(s3)

    def create(**more):
        name = f"listed-{uuid.uuid4().hex}"
        return name, refused(lambda: s3.create_bucket(Bucket=name, **more))

    assert create(ACL="public-read")[1] == "InvalidBucketAclWithObjectOwnership"
    code = create(ACL="public-read", ObjectOwnership="ObjectWriter")[1]
    assert code == "InvalidBucketAclWithBlockPublicAccessError"
    name, code = create(GrantRead=f"id={'1f' * 32}", ObjectOwnership="BucketOwnerPreferred")
    assert (code, grants(s3.get_bucket_acl(Bucket=name))) == ("", {("1f" * 32, "READ")})
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    code = refused(
        lambda: s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=enforced)
    )
    assert code == "InvalidBucketAclWithObjectOwnership"
    s3.put_bucket_acl(Bucket=name, ACL="private")
    assert grants(s3.get_bucket_acl(Bucket=name)) == {(mine, "FULL_CONTROL")}
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=enforced)
    s3.delete_bucket_ownership_controls(Bucket=name)
    code = refused(lambda: s3.get_bucket_ownership_controls(Bucket=name))
    assert code == "OwnershipControlsNotFoundError"


@behaviour("S3-58")
def test_an_upload_in_parts_has_the_list_it_began_with(house, listed, refused):
    s3 = house.s3
    at = {"Bucket": listed, "Key": "parts"}
    upload = s3.create_multipart_upload(**at, ACL="public-read")["UploadId"]
    part = s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"parts")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**at, UploadId=upload, MultipartUpload=parts)
    assert house.anyone().get_object(**at)["Body"].read() == b"parts"
    s3.copy_object(Bucket=listed, Key="copy", CopySource=f"{listed}/parts")
    assert refused(lambda: house.anyone().get_object(Bucket=listed, Key="copy")) == "AccessDenied"
