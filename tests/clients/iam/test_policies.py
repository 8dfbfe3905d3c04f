"""Managed and inline policies: versions, quotas, refusals, and who holds what."""

import json
import urllib.parse

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

ANYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "glue.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }],
})


def allowing(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@behaviour("IAM-3")
def test_a_policy_has_five_versions_at_most(iam, account):
    policy = iam.create_policy(
        PolicyName="Reading", Path="/team/", PolicyDocument=allowing("s3:GetObject"),
        Description="what readers need",
    )["Policy"]
    arn = policy["Arn"]
    assert arn == f"arn:aws:iam::{account}:policy/team/Reading"
    assert policy["PolicyId"].startswith("ANPA") and policy["DefaultVersionId"] == "v1"
    for n in range(2, 6):
        version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing(f"s3:Get{n}"))
        assert version["PolicyVersion"]["VersionId"] == f"v{n}"
        assert version["PolicyVersion"]["IsDefaultVersion"] is False
    with pytest.raises(iam.exceptions.LimitExceededException) as refused:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=ANYTHING)
    assert error(refused) == (
        "LimitExceeded", 409,
        "A managed policy can have up to 5 versions. Before you create a new version, you must "
        "delete an existing version.",
    )
    with pytest.raises(iam.exceptions.DeleteConflictException) as refused:
        iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    assert error(refused).message == "Cannot delete the default version of a policy."

    iam.set_default_policy_version(PolicyArn=arn, VersionId="v3")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    # Numbers are not given again.
    new = iam.create_policy_version(PolicyArn=arn, PolicyDocument=ANYTHING, SetAsDefault=True)
    assert new["PolicyVersion"]["VersionId"] == "v6"
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [v["VersionId"] for v in listed] == ["v6", "v5", "v4", "v3", "v2"]
    assert [v["IsDefaultVersion"] for v in listed] == [True, False, False, False, False]
    got = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert got["Document"] == json.loads(allowing("s3:Get2"))
    with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
        iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    assert error(refused).message == (
        f"Policy {arn} version v1 does not exist or is not attachable."
    )


@behaviour("IAM-3")
def test_policies_are_deleted_when_nobody_holds_them(iam, account):
    arn = iam.create_policy(PolicyName="p", PolicyDocument=ANYTHING)["Policy"]["Arn"]
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as refused:
        iam.create_policy(PolicyName="P", Path="/x/", PolicyDocument=ANYTHING)
    assert error(refused) == (
        "EntityAlreadyExists", 409,
        "A policy called P already exists. Duplicate names are not allowed.",
    )
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=ANYTHING)

    def refused_with(sentence):
        with pytest.raises(iam.exceptions.DeleteConflictException) as refused:
            iam.delete_policy(PolicyArn=arn)
        assert error(refused).message == sentence

    refused_with("Cannot delete a policy attached to entities.")
    with pytest.raises(iam.exceptions.DeleteConflictException) as refused:
        iam.delete_role(RoleName="r")
    assert error(refused).message == "Cannot delete entity, must detach all policies first."
    iam.detach_role_policy(RoleName="r", PolicyArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
        iam.detach_role_policy(RoleName="r", PolicyArn=arn)
    assert error(refused).message == f"Policy {arn} was not found."
    iam.delete_role(RoleName="r")
    refused_with(
        "This policy has more than one version. Before you delete a policy, you must delete the "
        "policy's versions. The default version is deleted with the policy."
    )
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    for call in (iam.get_policy, iam.list_policy_versions, iam.delete_policy):
        with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
            call(PolicyArn=arn)
        assert error(refused) == ("NoSuchEntity", 404, f"Policy {arn} was not found.")


@behaviour("IAM-3")
@pytest.mark.parametrize(("document", "sentence"), [
    ("{", "Syntax errors in policy."),
    ('{"Version":"2012-10-17"}', "Syntax errors in policy."),
    (ANYTHING.replace('"Action":"*",', ""), "Policy statement must contain actions."),
    (ANYTHING.replace(',"Resource":"*"', ""), "Policy statement must contain resources."),
    (
        ANYTHING.replace('"Resource":"*"', '"Resource":"bucket"'),
        'Resource bucket must be in ARN format or "*".',
    ),
    (
        ANYTHING.replace('"Action":"*"', '"Action":"GetObject"'),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ),
    (
        ANYTHING.replace('"Action"', '"Principal":"*","Action"'),
        "Policy document should not specify a principal.",
    ),
])
def test_documents_that_are_none_are_refused(iam, document, sentence):
    iam.create_user(UserName="ann")
    for refused in (
        lambda: iam.create_policy(PolicyName="p", PolicyDocument=document),
        lambda: iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=document),
    ):
        with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as raised:
            refused()
        assert error(raised) == ("MalformedPolicyDocument", 400, sentence)
    assert iam.list_user_policies(UserName="ann")["PolicyNames"] == []


@behaviour("IAM-3")
def test_inline_policies_are_kept_as_they_were_put(iam, aws):
    iam.create_user(UserName="ann")
    text = ANYTHING.replace(",", ",\n  ")
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=text)
    # The client decodes what travels percent-encoded.
    got = iam.get_user_policy(UserName="ann", PolicyName="p")
    assert (got["UserName"], got["PolicyName"]) == ("ann", "p")
    assert got["PolicyDocument"] == json.loads(ANYTHING)
    raw = aws.cli(
        "iam", "get-user-policy", "--user-name", "ann", "--policy-name", "p", "--debug"
    ).stderr
    assert urllib.parse.quote(text, safe="").replace("%2A", "%2A") in raw

    iam.put_user_policy(UserName="ann", PolicyName="a", PolicyDocument=ANYTHING)
    assert iam.list_user_policies(UserName="ann")["PolicyNames"] == ["a", "p"]
    iam.delete_user_policy(UserName="ann", PolicyName="p")
    with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
        iam.get_user_policy(UserName="ann", PolicyName="p")
    assert error(refused).message == "The user policy with name p cannot be found."


@behaviour("IAM-3")
def test_inline_policies_have_a_length_together(iam):
    iam.create_user(UserName="ann")
    long = allowing("s3:" + "x" * 1500)
    iam.put_user_policy(UserName="ann", PolicyName="a", PolicyDocument=long)
    with pytest.raises(iam.exceptions.LimitExceededException) as refused:
        iam.put_user_policy(UserName="ann", PolicyName="b", PolicyDocument=long)
    assert error(refused).message == "Maximum policy size of 2048 bytes exceeded for user ann"
    # White space does not count.
    spaced = ANYTHING.replace(",", ", " + " " * 3000)
    iam.put_user_policy(UserName="ann", PolicyName="b", PolicyDocument=spaced)


@behaviour("IAM-3")
def test_an_identity_holds_ten_managed_policies_at_most(iam, account):
    iam.create_group(GroupName="g")
    for n in range(11):
        iam.create_policy(PolicyName=f"p{n}", PolicyDocument=ANYTHING)
    arns = [f"arn:aws:iam::{account}:policy/p{n}" for n in range(11)]
    for arn in arns[:10]:
        iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    iam.attach_group_policy(GroupName="g", PolicyArn=arns[0])
    with pytest.raises(iam.exceptions.LimitExceededException) as refused:
        iam.attach_group_policy(GroupName="g", PolicyArn=arns[10])
    assert error(refused).message == "Cannot exceed quota for PoliciesPerGroup: 10"
    pages = iam.get_paginator("list_attached_group_policies").paginate(
        GroupName="g", PaginationConfig={"PageSize": 4}
    )
    listed = [p["PolicyArn"] for page in pages for p in page["AttachedPolicies"]]
    assert listed == arns[:10]


@behaviour("IAM-3", "IAM-11")
def test_policies_of_aws_are_there_to_be_attached(iam, account):
    arn = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"
    iam.create_role(RoleName="crawler", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="crawler", PolicyArn=arn)
    assert iam.list_attached_role_policies(RoleName="crawler")["AttachedPolicies"] == [
        {"PolicyName": "AWSGlueServiceRole", "PolicyArn": arn}
    ]
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["Path"], policy["AttachmentCount"]) == ("/service-role/", 1)
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    assert "glue:*" in version["PolicyVersion"]["Document"]["Statement"][0]["Action"]

    own = iam.create_policy(PolicyName="mine", PolicyDocument=ANYTHING)["Policy"]["Arn"]

    def listed(**options):
        pages = iam.get_paginator("list_policies").paginate(**options)
        return {policy["Arn"] for page in pages for policy in page["Policies"]}

    assert listed(Scope="Local") == {own}
    assert own not in listed(Scope="AWS") and arn in listed(Scope="AWS")
    assert listed() == listed(Scope="AWS") | {own}
    assert listed(OnlyAttached=True) == {arn}
    assert arn in listed(PathPrefix="/service-role/") and own not in listed(PathPrefix="/service-role/")

    missing = "arn:aws:iam::aws:policy/NoSuchPolicy"
    with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
        iam.attach_role_policy(RoleName="crawler", PolicyArn=missing)
    assert error(refused) == (
        "NoSuchEntity", 404, f"Policy {missing} does not exist or is not attachable.",
    )
    with pytest.raises(ClientError) as refused:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=ANYTHING)
    assert error(refused).code == "AccessDenied"


def test_the_holders_of_a_policy_are_listed_by_kind_and_use(iam):
    arn = iam.create_policy(PolicyName="p", PolicyDocument=ANYTHING)["Policy"]["Arn"]
    iam.create_user(UserName="ann", Path="/a/", PermissionsBoundary=arn)
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    iam.create_user(UserName="bob", PermissionsBoundary=arn)
    iam.create_group(GroupName="g")
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)

    def holders(**options):
        found = iam.list_entities_for_policy(PolicyArn=arn, **options)
        return (
            [user["UserName"] for user in found["PolicyUsers"]],
            [group["GroupName"] for group in found["PolicyGroups"]],
            [role["RoleName"] for role in found["PolicyRoles"]],
        )

    assert holders() == (["ann", "bob"], ["g"], ["r"])
    assert holders(EntityFilter="User") == (["ann", "bob"], [], [])
    assert holders(PolicyUsageFilter="PermissionsPolicy") == (["ann"], ["g"], ["r"])
    assert holders(PolicyUsageFilter="PermissionsBoundary") == (["ann", "bob"], [], [])
    assert holders(PathPrefix="/a/") == (["ann"], [], [])
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (3, 2)

    boundary = iam.get_user(UserName="bob")["User"]["PermissionsBoundary"]
    assert boundary == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn,
    }
    iam.delete_user_permissions_boundary(UserName="bob")
    assert "PermissionsBoundary" not in iam.get_user(UserName="bob")["User"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_user_permissions_boundary(UserName="bob")


def test_tags_of_policies(iam):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "ü" * 128, "Value": "2"}]
    arn = iam.create_policy(PolicyName="p", PolicyDocument=ANYTHING, Tags=tags)["Policy"]["Arn"]
    pages = iam.get_paginator("list_policy_tags").paginate(
        PolicyArn=arn, PaginationConfig={"PageSize": 1}
    )
    assert [tag for page in pages for tag in page["Tags"]] == tags
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "b", "Value": "3"}])
    assert {tag["Value"] for tag in iam.get_policy(PolicyArn=arn)["Policy"]["Tags"]} == {"2", "3"}
