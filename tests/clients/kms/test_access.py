"""Who may do what with a key, where policies are enforced: key policies, identities' own, grants."""

import json

import pytest
from harness import behaviour

EVERYTHING = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}


@pytest.fixture
def owner(root):
    return root.client("kms")


def arn(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:{name}"


@behaviour("KMS-3")
def test_the_key_policy_decides_and_leaves_to_identities_what_it_says(
    owner, user, account, policy, let, refusal
):
    admin = user("admin", EVERYTHING).client("kms")
    ann = user("ann").client("kms")
    key = owner.create_key()["KeyMetadata"]["Arn"]
    # The policy a key comes with leaves it to the account.
    admin.encrypt(KeyId=key, Plaintext=b"a")
    refused = refusal(ann.encrypt, KeyId=key, Plaintext=b"a")
    assert refused.code == "AccessDeniedException" and refused.status == 400
    assert refused.message == (
        f"User: {arn(account, 'user/ann')} is not authorized to perform: kms:Encrypt on resource:"
        f" {key} because no identity-based policy allows the kms:Encrypt action"
    )
    # One that names who may, and leaves nothing to the account.
    only = policy(
        let(arn(account, "user/ann"), "kms:Encrypt", "kms:Decrypt"),
        let(arn(account, "user/admin"), "kms:PutKeyPolicy"),
    )
    locked = refusal(owner.put_key_policy, KeyId=key, Policy=only)
    assert locked.code == "MalformedPolicyDocumentException"
    assert locked.message == (
        "The new key policy will not allow you to update the key policy in the future."
    )
    admin.put_key_policy(KeyId=key, Policy=only)
    assert ann.decrypt(
        CiphertextBlob=ann.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    )["Plaintext"] == b"a"
    for caller in (admin, owner):
        refused = refusal(caller.encrypt, KeyId=key, Plaintext=b"a")
        assert refused.code == "AccessDeniedException"
        assert "because no resource-based policy allows the kms:Encrypt action" in refused.message
    # Who may put policies may give the account its say back.
    admin.put_key_policy(KeyId=key, Policy=policy(let(arn(account, "root"))))
    assert json.loads(owner.get_key_policy(KeyId=key)["Policy"])["Statement"]
    assert owner.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    admin.encrypt(KeyId=key, Plaintext=b"a")


@behaviour("KMS-3")
def test_a_policy_that_locks_its_maker_out_is_refused_unless_that_is_meant(
    owner, user, account, policy, let, refusal
):
    others = policy(let(arn(account, "user/ann")))
    user("ann")
    refused = refusal(owner.create_key, Policy=others)
    assert refused.code == "MalformedPolicyDocumentException"
    made = owner.create_key(Policy=others, BypassPolicyLockoutSafetyCheck=True)
    assert refusal(owner.describe_key, KeyId=made["KeyMetadata"]["KeyId"]).code == (
        "AccessDeniedException"
    )
    assert refusal(owner.create_key, Policy="{").code == "MalformedPolicyDocumentException"


@behaviour("KMS-3")
def test_conditions_ask_for_the_context_and_tags_of_keys(
    owner, user, account, policy, let, refusal
):
    ann = user("ann").client("kms")
    key = owner.create_key(
        Tags=[{"TagKey": "team", "TagValue": "a"}],
        Policy=policy(
            let(arn(account, "root")),
            let(arn(account, "user/ann"), "kms:Encrypt", Condition={"StringEquals": {
                "kms:EncryptionContext:table": "orders", "aws:ResourceTag/team": "a",
            }}),
        ),
    )["KeyMetadata"]["KeyId"]
    ann.encrypt(KeyId=key, Plaintext=b"a", EncryptionContext={"table": "orders", "row": "1"})
    for context in ({}, {"table": "returns"}):
        assert refusal(
            ann.encrypt, KeyId=key, Plaintext=b"a", EncryptionContext=context
        ).code == "AccessDeniedException"
    labels = {"Effect": "Allow", "Action": "kms:TagResource", "Resource": "*", "Condition": {
        "StringEquals": {"aws:RequestTag/team": "b"}}}
    bob = user("bob", labels).client("kms")
    assert refusal(
        bob.tag_resource, KeyId=key, Tags=[{"TagKey": "team", "TagValue": "c"}]
    ).code == "AccessDeniedException"
    bob.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "b"}])
    assert owner.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "b"}]
    owner.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "a"}])
    owner.untag_resource(KeyId=key, TagKeys=["team"])
    assert refusal(
        ann.encrypt, KeyId=key, Plaintext=b"a", EncryptionContext={"table": "orders"}
    ).code == "AccessDeniedException"


@behaviour("KMS-4")
def test_a_grant_lets_do_what_it_says_until_it_is_revoked(owner, user, account, refusal):
    ann = user("ann").client("kms")
    key = owner.create_key()["KeyMetadata"]["Arn"]
    context = {"table": "orders"}
    blob = owner.encrypt(KeyId=key, Plaintext=b"a", EncryptionContext=context)["CiphertextBlob"]
    decrypt = {"CiphertextBlob": blob, "EncryptionContext": context}
    assert refusal(ann.decrypt, **decrypt).code == "AccessDeniedException"

    grant = owner.create_grant(
        KeyId=key, GranteePrincipal=arn(account, "user/ann"), Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": context}, Name="reader",
    )
    again = owner.create_grant(
        KeyId=key, GranteePrincipal=arn(account, "user/ann"), Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": context}, Name="reader",
    )
    assert again["GrantId"] == grant["GrantId"]
    assert ann.decrypt(**decrypt)["Plaintext"] == b"a"
    assert ann.decrypt(**decrypt, GrantTokens=[grant["GrantToken"]])["Plaintext"] == b"a"
    assert refusal(ann.decrypt, **decrypt, GrantTokens=["made-up"]).code == (
        "InvalidGrantTokenException"
    )
    assert refusal(ann.encrypt, KeyId=key, Plaintext=b"a").code == "AccessDeniedException"
    plain = owner.encrypt(KeyId=key, Plaintext=b"a")["CiphertextBlob"]
    assert refusal(ann.decrypt, CiphertextBlob=plain).code == "AccessDeniedException"

    (listed,) = owner.list_grants(KeyId=key)["Grants"]
    assert listed["GrantId"] == grant["GrantId"] and listed["Operations"] == ["Decrypt"]
    assert listed["Constraints"] == {"EncryptionContextSubset": context}
    assert listed["IssuingAccount"] == arn(account, "root")
    owner.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    assert refusal(ann.decrypt, **decrypt).code == "AccessDeniedException"
    assert refusal(owner.revoke_grant, KeyId=key, GrantId=grant["GrantId"]).code == (
        "NotFoundException"
    )


@behaviour("KMS-4")
def test_grants_are_retired_by_those_they_name(owner, user, account, refusal):
    ann, bob = user("ann").client("kms"), user("bob").client("kms")
    key = owner.create_key()["KeyMetadata"]["Arn"]
    made = owner.create_grant(
        KeyId=key, GranteePrincipal=arn(account, "user/ann"), Operations=["Encrypt"],
        RetiringPrincipal=arn(account, "user/bob"),
    )
    listed = owner.list_retirable_grants(RetiringPrincipal=arn(account, "user/bob"))["Grants"]
    assert [grant["GrantId"] for grant in listed] == [made["GrantId"]]
    assert refusal(ann.retire_grant, GrantToken=made["GrantToken"]).code == "AccessDeniedException"
    bob.retire_grant(GrantToken=made["GrantToken"])
    assert owner.list_grants(KeyId=key)["Grants"] == []
    assert refusal(ann.encrypt, KeyId=key, Plaintext=b"a").code == "AccessDeniedException"

    own = owner.create_grant(
        KeyId=key, GranteePrincipal=arn(account, "user/ann"),
        Operations=["Encrypt", "RetireGrant"],
    )
    ann.retire_grant(KeyId=key, GrantId=own["GrantId"])
    assert owner.list_grants(KeyId=key)["Grants"] == []
    wrong = refusal(
        owner.create_grant, KeyId=key, GranteePrincipal=arn(account, "user/ann"),
        Operations=["Sign"],
    )
    assert wrong.code == "ValidationException"


@behaviour("KMS-4")
def test_what_is_denied_no_grant_allows(owner, user, account, policy, let, refusal):
    ann = user("ann").client("kms")
    key = owner.create_key(Policy=policy(
        let(arn(account, "root")),
        {**let(arn(account, "user/ann"), "kms:Encrypt"), "Effect": "Deny"},
    ))["KeyMetadata"]["KeyId"]
    owner.create_grant(
        KeyId=key, GranteePrincipal=arn(account, "user/ann"), Operations=["Encrypt", "DescribeKey"]
    )
    ann.describe_key(KeyId=key)
    refused = refusal(ann.encrypt, KeyId=key, Plaintext=b"a")
    assert "with an explicit deny in a resource-based policy" in refused.message


@behaviour("KMS-8")
def test_keys_that_aws_manages_are_used_through_their_service_only(owner, user, refusal):
    key = owner.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"]
    admin = user("admin", EVERYTHING).client("kms")
    admin.describe_key(KeyId=key)
    for caller in (owner, admin):
        assert refusal(caller.encrypt, KeyId=key, Plaintext=b"a").code == "AccessDeniedException"
        assert refusal(caller.disable_key, KeyId=key).code == "AccessDeniedException"


OTHER = "999900000007"


@behaviour("KMS-13")
def test_a_key_is_used_from_another_account_where_both_sides_let(
    durable_server, durable, account, policy, let, refusal
):
    here, there = durable(), durable().elsewhere(account=OTHER)
    kms = here.client("kms")
    own = let(arn(account, "root"))
    closed = kms.create_key()["KeyMetadata"]["Arn"]
    open_to_them = kms.create_key(
        Policy=policy(own, let(arn(OTHER, "root"), "kms:Encrypt", "kms:Decrypt"))
    )["KeyMetadata"]["Arn"]
    # Another account needs the key's word, whether or not policies are enforced.
    theirs = there.client("kms")
    refused = refusal(theirs.encrypt, KeyId=closed, Plaintext=b"a")
    assert refused.code == "AccessDeniedException"
    blob = theirs.encrypt(KeyId=open_to_them, Plaintext=b"a")["CiphertextBlob"]

    def user(name, *statements):
        iam = there.client("iam")
        iam.create_user(UserName=name)
        for statement in statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statement})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    with_right, without = user("ann", EVERYTHING), user("bob")
    durable_server.stop()
    durable_server.args = ("--auth", "enforce")
    durable_server.start()
    there = durable().elsewhere(account=OTHER)
    ann = there.with_key(*with_right).client("kms")
    bob = there.with_key(*without).client("kms")
    assert ann.decrypt(CiphertextBlob=blob, KeyId=open_to_them)["Plaintext"] == b"a"
    assert ann.encrypt(KeyId=open_to_them, Plaintext=b"a")["KeyId"] == open_to_them
    # The policy of the key alone, or of the identity alone, is not enough.
    for caller, key in ((bob, open_to_them), (ann, closed)):
        refused = refusal(caller.encrypt, KeyId=key, Plaintext=b"a")
        assert refused.code == "AccessDeniedException"
    # And what only its own account does with a key stays with it.
    assert refusal(ann.disable_key, KeyId=open_to_them).code == "AccessDeniedException"
