"""Two accounts at a server that asks the policies, and what their tests say again and again."""

import json
import uuid
from dataclasses import dataclass

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from harness import error

OTHER = "999900000007"


@dataclass
class Account:
    """An account with someone who may do everything in it."""

    id: str
    admin: object

    def user(self, name: str, *statements: dict):
        """A new user, whom an inline policy of these statements allows what it may do."""
        iam = self.admin.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return self.admin.with_key(key["AccessKeyId"], key["SecretAccessKey"])


@dataclass
class House:
    """Both accounts."""

    here: Account
    there: Account

    @property
    def s3(self):
        return self.here.admin.client("s3")

    def anyone(self):
        """A client without a name."""
        return self.here.admin.client("s3", signature_version=UNSIGNED)


@pytest.fixture
def house(durable_server, durable, account):
    """Identities can be made in any account while nobody is asked; then policies are enforced."""
    admins = {}
    for id in (account, OTHER):
        iam = durable().elsewhere(account=id).client("iam")
        iam.create_user(UserName="admin")
        every = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": every})
        iam.put_user_policy(UserName="admin", PolicyName="all", PolicyDocument=document)
        admins[id] = iam.create_access_key(UserName="admin")["AccessKey"]
    durable_server.stop()
    durable_server.args = ("--auth", "enforce")
    durable_server.start()

    def admin(id):
        key = admins[id]
        caller = durable().with_key(key["AccessKeyId"], key["SecretAccessKey"])
        return Account(id, caller)

    return House(admin(account), admin(OTHER))


@pytest.fixture
def closed(house):
    """A bucket of the first account as AWS makes them, with `k` in it."""
    name = f"closed-{uuid.uuid4().hex}"
    house.s3.create_bucket(Bucket=name)
    house.s3.put_object(Bucket=name, Key="k", Body=b"x", Tagging="team=red")
    return name


@pytest.fixture
def unblocked(house, closed):
    """The same, where nothing keeps the public out but that nobody lets it in."""
    house.s3.delete_public_access_block(Bucket=closed)
    return closed


@pytest.fixture
def refused():
    """`refused(call)` is the code of the refusal; empty where there is none."""

    def of(call) -> str:
        try:
            call()
        except ClientError as failure:
            return error(failure).code or str(error(failure).status)
        return ""

    return of


@pytest.fixture
def put_policy(house):
    """`put_policy(bucket, statement, …)` puts a policy on a bucket."""

    def put(bucket, *statements, s3=None):
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        (s3 or house.s3).put_bucket_policy(Bucket=bucket, Policy=document)

    return put


@pytest.fixture
def grant():
    """`grant(bucket, action, principal, …)` is a statement about its objects, or with
    `key=None` about itself."""

    def statement(bucket, action, principal="*", key="*", **more):
        name = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key is not None else "")
        if principal != "*":
            principal = {"AWS": principal}
        return {
            "Effect": "Allow", "Principal": principal, "Action": action, "Resource": name, **more
        }  # fmt: skip

    return statement
