"""Virtual devices of second factors: made, enabled by two codes, asked for by sessions and buckets."""

import base64
import hashlib
import hmac
import struct
import time
import zlib

import pytest
from botocore.exceptions import ClientError
from harness import error

STEP_SECONDS = 30


def code(seed, step):
    """What a device with this seed shows in a step (RFC 6238)."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">q", step), hashlib.sha1).digest()
    at = digest[19] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Device:
    """An authenticator app. Each code is given once: the next one is of the step after."""

    def __init__(self, iam, name):
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        self.serial, self.seed = made["SerialNumber"], made["Base32StringSeed"]
        self.picture = made["QRCodePNG"]
        self.step = int(time.time()) // STEP_SECONDS

    def enable(self, iam, user):
        iam.enable_mfa_device(
            UserName=user,
            SerialNumber=self.serial,
            AuthenticationCode1=code(self.seed, self.step - 2),
            AuthenticationCode2=code(self.seed, self.step - 1),
        )

    def next(self):
        """A code that was not used: of this step or, after that, of the next one."""
        self.step += 1
        return code(self.seed, self.step - 1)


def session(caller, credentials):
    """The caller with temporary credentials."""
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    return caller.with_key(*(credentials[name] for name in names))


def test_a_device_is_enabled_by_two_codes_and_listed(root, user):
    user("ann")
    iam = root.client("iam")
    device = Device(iam, "phone")
    assert device.serial.endswith(":mfa/phone") and len(device.seed) == 64
    width, height = struct.unpack(">II", device.picture[16:24])
    assert device.picture.startswith(b"\x89PNG\r\n") and width == height
    packed = device.picture[41 : 41 + struct.unpack(">I", device.picture[33:37])[0]]
    assert len(zlib.decompress(packed)) == height * (width + 1)
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    with pytest.raises(ClientError) as refused:
        iam.enable_mfa_device(
            UserName="ann",
            SerialNumber=device.serial,
            AuthenticationCode1=code(device.seed, device.step),
            AuthenticationCode2=code(device.seed, device.step),
        )
    assert error(refused)[:2] == ("InvalidAuthenticationCode", 403)
    unassigned = iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
    assert [one["SerialNumber"] for one in unassigned] == [device.serial]

    device.enable(iam, "ann")
    (listed,) = iam.list_mfa_devices(UserName="ann")["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("ann", device.serial)
    (assigned,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert assigned["User"]["UserName"] == "ann" and "Base32StringSeed" not in assigned
    assert iam.get_mfa_device(SerialNumber=device.serial)["UserName"] == "ann"
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_virtual_mfa_device(SerialNumber=device.serial)

    iam.tag_mfa_device(SerialNumber=device.serial, Tags=[{"Key": "team", "Value": "red"}])
    tags = iam.list_mfa_device_tags(SerialNumber=device.serial)["Tags"]
    assert tags == [{"Key": "team", "Value": "red"}]
    iam.untag_mfa_device(SerialNumber=device.serial, TagKeys=["team"])
    assert iam.list_mfa_device_tags(SerialNumber=device.serial)["Tags"] == []

    iam.deactivate_mfa_device(UserName="ann", SerialNumber=device.serial)
    iam.delete_virtual_mfa_device(SerialNumber=device.serial)
    with pytest.raises(iam.exceptions.NoSuchEntityException) as gone:
        iam.get_mfa_device(SerialNumber=device.serial)
    assert error(gone) == (
        "NoSuchEntity", 404,
        f"VirtualMFADevice with serial number {device.serial} doesn't exist.",
    )


def test_a_session_with_a_code_may_what_asks_for_a_second_factor(root, user):
    """A user who is let list users only with a second factor, and who ends up with one."""
    policy = """{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:GetSessionToken", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
         "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"},
                       "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}}]}"""
    ann = user("ann")
    iam = root.client("iam")
    iam.put_user_policy(UserName="ann", PolicyName="mfa", PolicyDocument=policy)
    device = Device(iam, "phone")
    device.enable(iam, "ann")

    def listed(caller):
        return caller.client("iam").list_users()["Users"]

    sts = ann.client("sts")
    plain = sts.get_session_token()["Credentials"]
    token = device.next()
    with_code = sts.get_session_token(SerialNumber=device.serial, TokenCode=token)["Credentials"]
    for caller in (ann, session(ann, plain)):
        with pytest.raises(ClientError) as refused:
            listed(caller)
        assert error(refused)[0] == "AccessDenied"
    assert [one["UserName"] for one in listed(session(ann, with_code))] == ["ann"]
    with pytest.raises(ClientError) as twice:
        sts.get_session_token(SerialNumber=device.serial, TokenCode=token)
    assert error(twice) == (
        "AccessDenied", 403,
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    )


def test_a_device_of_another_is_of_no_use(root, user):
    ann, bob = user("ann"), user("bob")
    iam = root.client("iam")
    allow = """{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:GetSessionToken", "Resource": "*"}]}"""
    for name in ("ann", "bob"):
        iam.put_user_policy(UserName=name, PolicyName="sts", PolicyDocument=allow)
    device = Device(iam, "phone")
    device.enable(iam, "ann")
    with pytest.raises(ClientError) as refused:
        bob.client("sts").get_session_token(SerialNumber=device.serial, TokenCode=device.next())
    assert error(refused)[0] == "AccessDenied"
    device.step -= 1
    ann.client("sts").get_session_token(SerialNumber=device.serial, TokenCode=device.next())
    with pytest.raises(iam.exceptions.DeleteConflictException):
        for key in iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]:
            iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName="ann", PolicyName="sts")
        iam.delete_user(UserName="ann")


def test_versions_of_a_bucket_go_only_by_who_gives_a_code(aws):
    iam, s3 = aws.client("iam"), aws.client("s3")
    device = Device(iam, "root-account-mfa-device")
    device.enable(iam, "root")
    s3.create_bucket(Bucket="guarded")
    on = {"Status": "Enabled", "MFADelete": "Enabled"}
    with pytest.raises(ClientError) as refused:
        s3.put_bucket_versioning(Bucket="guarded", VersioningConfiguration=on)
    assert error(refused) == (
        "AccessDenied", 403, "Mfa Authentication must be used for this request",
    )
    s3.put_bucket_versioning(
        Bucket="guarded", VersioningConfiguration=on, MFA=f"{device.serial} {device.next()}"
    )
    said = s3.get_bucket_versioning(Bucket="guarded")
    assert (said["Status"], said["MFADelete"]) == ("Enabled", "Enabled")

    version = s3.put_object(Bucket="guarded", Key="k", Body=b"one")["VersionId"]
    # A delete marker needs no code: nothing goes.
    s3.delete_object(Bucket="guarded", Key="k")
    named = {"Bucket": "guarded", "Key": "k", "VersionId": version}
    for proof in ({}, {"MFA": f"{device.serial} 000000x"}):
        with pytest.raises(ClientError) as refused:
            s3.delete_object(**named, **proof)
        assert error(refused)[:2] == ("AccessDenied", 403)
    several = s3.delete_objects(
        Bucket="guarded", Delete={"Objects": [{"Key": "k", "VersionId": version}]}
    )
    assert [one["Code"] for one in several["Errors"]] == ["AccessDenied"]
    with pytest.raises(ClientError) as refused:
        s3.put_bucket_versioning(
            Bucket="guarded", VersioningConfiguration={"Status": "Suspended"}
        )
    assert error(refused)[0] == "AccessDenied"
    rule = {"ID": "r", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}
    with pytest.raises(ClientError) as refused:
        s3.put_bucket_lifecycle_configuration(
            Bucket="guarded", LifecycleConfiguration={"Rules": [rule]}
        )
    assert error(refused)[:2] == ("InvalidBucketState", 409)
    assert s3.get_object(**named)["Body"].read() == b"one"

    s3.delete_object(**named, MFA=f"{device.serial} {device.next()}")
    with pytest.raises(ClientError) as refused:
        s3.head_object(**named)
    assert error(refused)[1] == 404
