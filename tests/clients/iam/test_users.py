"""Users: names, paths, tags, renaming, and what keeps them from being deleted."""

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

ANYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@behaviour("IAM-3")
def test_a_user_has_an_id_an_arn_with_its_path_and_tags(iam, account):
    made = iam.create_user(
        UserName="Ann", Path="/team/data/", Tags=[{"Key": "team", "Value": "red"}]
    )["User"]
    assert made["Arn"] == f"arn:aws:iam::{account}:user/team/data/Ann"
    assert made["UserId"].startswith("AIDA") and len(made["UserId"]) == 21
    assert made["Tags"] == [{"Key": "team", "Value": "red"}]
    got = iam.get_user(UserName="Ann")["User"]
    assert got == made
    assert got["CreateDate"].utcoffset().total_seconds() == 0


@behaviour("IAM-3")
def test_names_are_one_whatever_their_case(iam):
    iam.create_user(UserName="ann")
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as refused:
        iam.create_user(UserName="ANN")
    assert error(refused) == (
        "EntityAlreadyExists", 409, "User with name ANN already exists.",
    )
    assert iam.get_user(UserName="ANN")["User"]["UserName"] == "ann"
    with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
        iam.get_user(UserName="bob")
    assert error(refused) == (
        "NoSuchEntity", 404, "The user with name bob cannot be found.",
    )


@behaviour("IAM-3")
def test_a_user_is_deleted_only_when_it_holds_nothing(iam):
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=ANYTHING)
    key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]

    def refused_with(sentence):
        with pytest.raises(iam.exceptions.DeleteConflictException) as refused:
            iam.delete_user(UserName="ann")
        assert error(refused) == ("DeleteConflict", 409, sentence)

    refused_with("Cannot delete entity, must remove users from group first.")
    iam.remove_user_from_group(GroupName="readers", UserName="ann")
    refused_with("Cannot delete entity, must detach all policies first.")
    iam.detach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    refused_with("Cannot delete entity, must delete policies first.")
    iam.delete_user_policy(UserName="ann", PolicyName="p")
    refused_with("Cannot delete entity, must delete access keys first.")
    iam.delete_access_key(UserName="ann", AccessKeyId=key)
    iam.delete_user(UserName="ann")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="ann")


@behaviour("IAM-3")
def test_a_renamed_user_keeps_everything(iam, account):
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=READ_ONLY)
    key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    iam.update_user(UserName="ann", NewUserName="bea", NewPath="/left/")

    assert iam.get_user(UserName="bea")["User"]["Arn"] == f"arn:aws:iam::{account}:user/left/bea"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName="ann")
    members = iam.get_group(GroupName="readers")["Users"]
    assert [member["UserName"] for member in members] == ["bea"]
    holders = iam.list_entities_for_policy(PolicyArn=READ_ONLY)["PolicyUsers"]
    assert [holder["UserName"] for holder in holders] == ["bea"]
    keys = iam.list_access_keys(UserName="bea")["AccessKeyMetadata"]
    assert [(k["AccessKeyId"], k["UserName"]) for k in keys] == [(key, "bea")]

    iam.create_user(UserName="ann")
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.update_user(UserName="ann", NewUserName="Bea")


@behaviour("IAM-3")
def test_tags_are_one_whatever_the_case_of_their_keys(iam):
    iam.create_user(UserName="ann")
    iam.tag_user(UserName="ann", Tags=[{"Key": "Team", "Value": "red"}])
    iam.tag_user(UserName="ann", Tags=[{"Key": "team", "Value": "blue"}, {"Key": "x", "Value": ""}])
    assert iam.list_user_tags(UserName="ann")["Tags"] == [
        {"Key": "team", "Value": "blue"}, {"Key": "x", "Value": ""},
    ]
    with pytest.raises(iam.exceptions.InvalidInputException) as refused:
        iam.tag_user(UserName="ann", Tags=[{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}])
    assert error(refused).message == (
        "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    )
    iam.untag_user(UserName="ann", TagKeys=["TEAM"])
    assert iam.list_user_tags(UserName="ann")["Tags"] == [{"Key": "x", "Value": ""}]
    many = [{"Key": str(n), "Value": ""} for n in range(50)]
    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.tag_user(UserName="ann", Tags=many)


def test_users_are_listed_in_pages_below_a_path(iam):
    for n in range(7):
        path = "/odd/" if n % 2 else "/even/"
        iam.create_user(UserName=f"u{n}", Path=path, Tags=[{"Key": "k", "Value": "v"}])
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["Users"]) for page in pages] == [3, 3, 1]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    names = [user["UserName"] for page in pages for user in page["Users"]]
    assert names == [f"u{n}" for n in range(7)]
    odd = iam.list_users(PathPrefix="/odd/")["Users"]
    assert [user["UserName"] for user in odd] == ["u1", "u3", "u5"]
    # Lists leave out what only a look at the one user tells.
    assert all("Tags" not in user for user in odd)
    with pytest.raises(ClientError) as refused:
        iam.list_users(Marker="no-marker-of-ours")
    assert error(refused).code == "ValidationError"


def test_groups_have_users_and_policies_of_their_own(iam, account):
    made = iam.create_group(GroupName="Readers", Path="/a/")["Group"]
    assert made["Arn"] == f"arn:aws:iam::{account}:group/a/Readers"
    assert made["GroupId"].startswith("AGPA")
    for name in ("bob", "ann"):
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="readers", UserName=name)
    members = iam.get_group(GroupName="Readers", MaxItems=1)
    assert [user["UserName"] for user in members["Users"]] == ["ann"] and members["IsTruncated"]
    rest = iam.get_group(GroupName="Readers", Marker=members["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == ["bob"] and not rest["IsTruncated"]
    groups = iam.list_groups_for_user(UserName="ann")["Groups"]
    assert [group["GroupName"] for group in groups] == ["Readers"]

    iam.update_group(GroupName="readers", NewGroupName="lesers")
    assert iam.list_groups_for_user(UserName="ann")["Groups"][0]["GroupName"] == "lesers"
    with pytest.raises(iam.exceptions.DeleteConflictException) as refused:
        iam.delete_group(GroupName="lesers")
    assert error(refused).message == "Cannot delete entity, must remove users from group first."
    for name in ("bob", "ann"):
        iam.remove_user_from_group(GroupName="lesers", UserName=name)
    iam.delete_group(GroupName="lesers")
    assert iam.list_groups()["Groups"] == []


def test_a_user_is_in_ten_groups_at_most(iam):
    iam.create_user(UserName="ann")
    for n in range(11):
        iam.create_group(GroupName=f"g{n}")
    for n in range(10):
        iam.add_user_to_group(GroupName=f"g{n}", UserName="ann")
    with pytest.raises(iam.exceptions.LimitExceededException) as refused:
        iam.add_user_to_group(GroupName="g10", UserName="ann")
    assert error(refused) == (
        "LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10",
    )
    assert iam.get_group(GroupName="g10")["Users"] == []
