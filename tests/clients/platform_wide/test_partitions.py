"""Accounts and regions are name spaces of their own, and many callers see one order of events."""

import concurrent.futures

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


@behaviour("PLAT-10")
def test_one_name_in_two_accounts_and_two_regions_is_four_resources(aws, account):
    other = str(int(account) + 500_000_000_000)
    places = [
        aws.elsewhere(account=a, region=r)
        for a in (account, other)
        for r in ("us-east-1", "eu-central-1")
    ]
    for at, place in enumerate(places):
        place.client("glue").create_database(
            DatabaseInput={"Name": "same", "Description": f"number {at}"}
        )
        place.client("athena").create_work_group(Name="same", Description=f"number {at}")
    for at, place in enumerate(places):
        database = place.client("glue").get_database(Name="same")["Database"]
        assert database["Description"] == f"number {at}"
        assert database["CatalogId"] == place.account
        group = place.client("athena").get_work_group(WorkGroup="same")["WorkGroup"]
        assert group["Description"] == f"number {at}"

    places[0].client("glue").delete_database(Name="same")
    for place in places[1:]:
        assert len(place.client("glue").get_databases()["DatabaseList"]) == 1


@behaviour("PLAT-10")
def test_identities_belong_to_an_account_and_to_no_region(aws, account):
    other = str(int(account) + 500_000_000_000)
    for name in (account, other):
        user = aws.elsewhere(account=name).client("iam").create_user(UserName="same")["User"]
        assert user["Arn"] == f"arn:aws:iam::{name}:user/same"
    far = aws.elsewhere(region="eu-central-1").client("iam")
    assert [user["UserName"] for user in far.list_users()["Users"]] == ["same"]


@behaviour("PLAT-10")
def test_a_bucket_is_its_owners_in_every_account(aws, account, bucket):
    stranger = aws.elsewhere(account=str(int(account) + 500_000_000_000)).client("s3")
    assert bucket not in [found["Name"] for found in stranger.list_buckets()["Buckets"]]
    with pytest.raises(ClientError) as raised:
        stranger.create_bucket(Bucket=bucket)
    assert error(raised)[:2] == ("BucketAlreadyExists", 409)


@behaviour("PLAT-20")
def test_of_fifty_creators_of_one_name_one_succeeds(aws):
    glue = aws.client("glue", max_pool_connections=50)

    def create(number: int) -> str:
        try:
            glue.create_database(DatabaseInput={"Name": "one", "Description": str(number)})
        except ClientError as refusal:
            return refusal.response["Error"]["Code"]
        return f"won {number}"

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(create, range(50)))
    won = [outcome for outcome in outcomes if outcome.startswith("won")]
    assert len(won) == 1
    assert outcomes.count("AlreadyExistsException") == 49
    database = glue.get_database(Name="one")["Database"]
    assert won == [f"won {database['Description']}"]


@behaviour("PLAT-20")
def test_of_fifty_conditional_writers_one_succeeds(aws, bucket):
    s3 = aws.client("s3", max_pool_connections=50)

    def put(number: int) -> str:
        try:
            s3.put_object(Bucket=bucket, Key="one", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError as refusal:
            return refusal.response["Error"]["Code"]
        return f"won {number}"

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(put, range(50)))
    won = [outcome for outcome in outcomes if outcome.startswith("won")]
    assert len(won) == 1
    assert set(outcomes) - set(won) <= {"PreconditionFailed", "ConditionalRequestConflict"}
    body = s3.get_object(Bucket=bucket, Key="one")["Body"].read().decode()
    assert won == [f"won {body}"]
