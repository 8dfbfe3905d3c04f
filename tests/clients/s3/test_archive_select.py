"""Queries of archived objects, whose records come as objects (Glacier Select)."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error

PEOPLE = b"name,age\nann,34\nbob,29\ncid,41\n"
EXPECTED = b"ann,34\ncid,41\n"
OLDER = "SELECT s.name, s.age FROM Object s WHERE CAST(s.age AS INT) > 30"


@pytest.fixture
def out(s3):
    """A bucket for results."""
    name = f"out-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


def put(s3, bucket, key="k", body=PEOPLE, storage_class="GLACIER", **more):
    s3.put_object(Bucket=bucket, Key=key, Body=body, StorageClass=storage_class, **more)


def request(out, expression=OLDER, prefix="found", tier=None, to=None, **place):
    return {
        "Type": "SELECT",
        **({"Tier": tier} if tier else {}),
        "SelectParameters": {
            "ExpressionType": "SQL", "Expression": expression,
            "InputSerialization": {"CSV": {"FileHeaderInfo": "USE"}},
            "OutputSerialization": to or {"CSV": {}},
        },
        "OutputLocation": {"S3": {"BucketName": out, "Prefix": prefix, **place}},
    }  # fmt: skip


def query(s3, bucket, out, key="k", **given):
    """Asks; the path of the results."""
    answer = s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=request(out, **given))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    return answer["RestoreOutputPath"]


def keys(s3, out):
    return [item["Key"] for item in s3.list_objects_v2(Bucket=out).get("Contents", [])]


def read(s3, bucket, key) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def results(s3, out, path) -> bytes:
    """What the manifest names, one after the other."""
    manifest = read(s3, out, f"{path}/result_manifest.txt").decode().splitlines()
    assert all(line.startswith(f"s3://{out}/{path}/results/") for line in manifest)
    return b"".join(read(s3, out, line.removeprefix(f"s3://{out}/")) for line in manifest)


@behaviour("S3-66")
@pytest.mark.clock
@pytest.mark.parametrize(
    ("storage_class", "tier", "minutes"),
    [
        ("GLACIER", "Expedited", 5), ("GLACIER", None, 300), ("GLACIER", "Bulk", 720),
        ("DEEP_ARCHIVE", "Standard", 720), ("DEEP_ARCHIVE", "Bulk", 2880),
    ],
)  # fmt: skip
def test_records_come_when_the_tier_says(s3, bucket, out, clock, storage_class, tier, minutes):
    put(s3, bucket, storage_class=storage_class)
    path = query(s3, bucket, out, tier=tier)
    prefix, _, job = path.partition("/")
    assert prefix == "found" and job.isalnum()
    assert keys(s3, out) == [f"{path}/job.txt"]
    told = json.loads(read(s3, out, f"{path}/job.txt"))
    assert (told["JobId"], told["JobOutputPath"]) == (job, path)
    assert (told["Action"], told["StatusCode"]) == ("Select", "InProgress")
    assert (told["Bucket"], told["Key"], told["Tier"]) == (bucket, "k", tier or "Standard")
    assert told["SelectParameters"]["Expression"] == OLDER
    assert told["OutputLocation"]["S3"] == {"BucketName": out, "Prefix": "found"}
    clock.advance(minutes=minutes - 1)
    assert keys(s3, out) == [f"{path}/job.txt"]
    clock.advance(minutes=1)
    assert keys(s3, out) == [
        f"{path}/job.txt", f"{path}/result_manifest.txt", f"{path}/results/00000",
    ]  # fmt: skip
    assert results(s3, out, path) == EXPECTED
    # The archive is as archived as before.
    assert "Restore" not in s3.head_object(Bucket=bucket, Key="k")
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=bucket, Key="k")
    assert error(refused)[:2] == ("InvalidObjectState", 403)


@behaviour("S3-66")
@pytest.mark.clock
def test_results_are_stored_as_the_location_says(s3, bucket, out, clock, aws):
    s3.put_bucket_ownership_controls(
        Bucket=out, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    s3.delete_public_access_block(Bucket=out)
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    put(s3, bucket)
    path = query(
        s3, bucket, out, tier="Expedited", StorageClass="STANDARD_IA",
        to={"CSV": {"QuoteFields": "ALWAYS", "FieldDelimiter": ";"}},
        Encryption={"EncryptionType": "aws:kms", "KMSKeyId": key},
        UserMetadata=[{"Name": "Team", "Value": "data"}],
        Tagging={"TagSet": [{"Key": "a b", "Value": "c=d+e"}]},
        AccessControlList=[{
            "Grantee": {
                "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers",
            },
            "Permission": "READ",
        }],
    )  # fmt: skip
    clock.advance(minutes=5)
    assert results(s3, out, path) == b'"ann";"34"\n"cid";"41"\n'
    for name in ("job.txt", "result_manifest.txt", "results/00000"):
        at = {"Bucket": out, "Key": f"{path}/{name}"}
        head = s3.head_object(**at)
        assert (head["StorageClass"], head["Metadata"]) == ("STANDARD_IA", {"team": "data"})
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
        assert s3.get_object_tagging(**at)["TagSet"] == [{"Key": "a b", "Value": "c=d+e"}]
        uris = [grant["Grantee"].get("URI") for grant in s3.get_object_acl(**at)["Grants"]]
        assert "http://acs.amazonaws.com/groups/global/AllUsers" in uris
    s3.put_object_acl(Bucket=out, Key=f"{path}/job.txt", ACL="private")
    path = query(s3, bucket, out, tier="Expedited", prefix="", CannedACL="public-read")
    assert "/" not in path
    grants = s3.get_object_acl(Bucket=out, Key=f"{path}/job.txt")["Grants"]
    assert "READ" in [grant["Permission"] for grant in grants]


@behaviour("S3-66")
@pytest.mark.clock
def test_errors_of_the_query_are_told_in_objects(s3, bucket, out, clock):
    put(s3, bucket)
    path = query(s3, bucket, out, expression="SELECT s.nothing FROM object s", tier="Expedited")
    failing = "SELECT CAST(s.name AS INT) FROM object s"
    other = query(s3, bucket, out, expression=failing, tier="Expedited")
    put(s3, bucket, "gone")
    gone = query(s3, bucket, out, "gone", tier="Expedited")
    s3.delete_object(Bucket=bucket, Key="gone")
    clock.advance(minutes=5)
    for path, code in ((path, "MissingHeaders"), (other, "CastFailed"), (gone, "NoSuchKey")):
        manifest = read(s3, out, f"{path}/error_manifest.txt").decode()
        [line] = manifest.splitlines()
        assert line.startswith(f"s3://{out}/{path}/errors/")
        told = read(s3, out, line.removeprefix(f"s3://{out}/")).decode()
        assert told.startswith(f"{code}: ")
        assert f"{path}/result_manifest.txt" not in keys(s3, out)


@behaviour("S3-66")
@pytest.mark.clock
def test_a_version_is_queried_and_results_are_broken_into_parts(s3, bucket, out, clock):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    row = b"x" * 1000 + b",1\n"
    body = row * 40_000
    put(s3, bucket, body=body)
    version = s3.head_object(Bucket=bucket, Key="k")["VersionId"]
    put(s3, bucket, body=b"newer\n")
    asked = request(out, expression="SELECT * FROM archive", tier="Expedited")
    asked["SelectParameters"]["InputSerialization"] = {"CSV": {}}
    at = {"Bucket": bucket, "Key": "k", "VersionId": version}
    path = s3.restore_object(**at, RestoreRequest=asked)["RestoreOutputPath"]
    again = s3.restore_object(**at, RestoreRequest=asked)["RestoreOutputPath"]
    assert again != path
    clock.advance(minutes=5)
    assert results(s3, out, path) == body == results(s3, out, again)
    parts = [key for key in keys(s3, out) if key.startswith(f"{path}/results/")]
    assert len(parts) == 2


@behaviour("S3-66")
def test_what_cannot_be_is_refused_at_once(s3, bucket, out, aws):
    put(s3, bucket)
    put(s3, bucket, "warm", storage_class="STANDARD")
    put(s3, bucket, "deep", storage_class="DEEP_ARCHIVE")

    def refused(given, key="k"):
        with pytest.raises(ClientError) as raised:
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=given)
        return error(raised)[:2]

    good = request(out)
    selecting = good["SelectParameters"]
    for given, refusal in (
        ({**good, "Days": 1}, ("MalformedXML", 400)),
        ({**good, "GlacierJobParameters": {"Tier": "Bulk"}}, ("MalformedXML", 400)),
        ({"Type": "SELECT", "SelectParameters": selecting}, ("MalformedXML", 400)),
        ({"Type": "SELECT", "OutputLocation": good["OutputLocation"]}, ("MalformedXML", 400)),
        ({"Days": 1, "SelectParameters": selecting}, ("MalformedXML", 400)),
        (request(out, "SELECT COUNT(*) FROM object"), ("UnsupportedFunction", 400)),
        (request(out, "SELECT * FROM object LIMIT 1"), ("UnsupportedSqlStructure", 400)),
        (request(out, "SELECT * FROM object o JOIN x"), ("ParseMalformedJoin", 400)),
        (request(out, "SELECT * FROM object WHERE"), ("ParseExpectedExpression", 400)),
        (request(out, to={"JSON": {}}), ("InvalidRequestParameter", 400)),
        ({**good, "SelectParameters": {**selecting, "InputSerialization": {"Parquet": {}}}},
         ("InvalidRequestParameter", 400)),
        ({**good, "SelectParameters": {
            **selecting, "InputSerialization": {"CSV": {}, "CompressionType": "GZIP"},
        }}, ("InvalidRequestParameter", 400)),
        (request(out, prefix="p" * 513), ("InvalidArgument", 400)),
        (request(f"{out}-gone"), ("NoSuchBucket", 404)),
        (request(out, Encryption={"EncryptionType": "aws:fsx"}), ("InvalidArgument", 400)),
    ):  # fmt: skip
        assert refused(given) == refusal, given
    assert refused(good, "warm") == ("InvalidObjectState", 403)
    assert refused(good, "none") == ("NoSuchKey", 404)
    assert refused(request(out, tier="Expedited"), "deep") == ("InvalidArgument", 400)
    far = f"far-{uuid.uuid4().hex}"
    aws.elsewhere(region="eu-west-1").client("s3").create_bucket(
        Bucket=far, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    assert refused(request(far)) == ("InvalidArgument", 400)
    assert keys(s3, out) == []


@behaviour("S3-66")
def test_who_asks_needs_the_right_to_read_and_to_write(house, closed, refused):
    s3 = house.s3
    s3.put_object(Bucket=closed, Key="cold", Body=PEOPLE, StorageClass="GLACIER")
    s3.create_bucket(Bucket="results-of-queries")
    restore = {"Effect": "Allow", "Action": "s3:RestoreObject", "Resource": "*"}
    get = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{closed}/*"}
    write = {
        "Effect": "Allow", "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::results-of-queries/found/*",
    }  # fmt: skip

    def asks(name, *statements):
        user = house.here.user(name, *statements).client("s3")
        return refused(lambda: user.restore_object(
            Bucket=closed, Key="cold", RestoreRequest=request("results-of-queries")
        ))  # fmt: skip

    assert asks("reader", get, write) == "AccessDenied"
    assert asks("restorer", restore, write) == "AccessDenied"
    assert asks("both", restore, get) == "AccessDenied"
    assert keys(s3, "results-of-queries") == []
    assert asks("all", restore, get, write) == ""
    [key] = keys(s3, "results-of-queries")
    assert key.startswith("found/") and key.endswith("/job.txt")


@behaviour("S3-66")
def test_rights_are_asked_again_when_the_query_runs(house, closed, durable_server):
    s3 = house.s3
    s3.put_bucket_versioning(Bucket=closed, VersioningConfiguration={"Status": "Enabled"})
    stored = s3.put_object(Bucket=closed, Key="cold", Body=PEOPLE, StorageClass="GLACIER")
    s3.create_bucket(Bucket="results-of-queries")
    allowed = [
        {"Effect": "Allow", "Action": actions, "Resource": resource}
        for actions, resource in (
            ("s3:RestoreObject", "*"), ("s3:PutObject", "arn:aws:s3:::results-of-queries/*"),
        )
    ]  # fmt: skip
    get, version = (
        {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:s3:::{closed}/*"}
        for action in ("s3:GetObject", "s3:GetObjectVersion")
    )
    loses = house.here.user("loses", *allowed, get).client("s3")
    keeps = house.here.user("keeps", *allowed, version).client("s3")
    lost = query(loses, closed, "results-of-queries", "cold", tier="Expedited")
    kept = keeps.restore_object(
        Bucket=closed, Key="cold", VersionId=stored["VersionId"],
        RestoreRequest=request("results-of-queries", tier="Expedited"),
    )["RestoreOutputPath"]  # fmt: skip
    house.here.admin.client("iam").put_user_policy(
        UserName="loses", PolicyName="own",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allowed}),
    )
    answer = durable_server.admin("POST", "clock", json={"advance": "PT5M"})
    assert answer.status_code == 200
    assert results(s3, "results-of-queries", kept) == EXPECTED
    manifest = read(s3, "results-of-queries", f"{lost}/error_manifest.txt").decode().strip()
    told = read(s3, "results-of-queries", manifest.removeprefix("s3://results-of-queries/"))
    assert told.startswith(b"AccessDenied: User: ") and b"s3:GetObject" in told


@behaviour("S3-66")
@pytest.mark.clock
def test_queries_are_billed_by_tier_and_by_what_they_read_and_find(s3, bucket, out, clock, server):
    put(s3, bucket)
    query(s3, bucket, out, tier="Expedited")
    clock.advance(minutes=5)
    bill = {line["usage_type"]: line for line in server.admin("GET", "bill").json()}
    gigabyte = 1 << 30
    assert bill["Requests-Select-Expedited"]["quantity"] * 1000 == pytest.approx(1)
    scanned, returned = (bill[f"Select-{kind}-Expedited-Bytes"] for kind in ("Scanned", "Returned"))
    assert scanned["quantity"] * gigabyte == pytest.approx(len(PEOPLE))
    assert returned["quantity"] * gigabyte == pytest.approx(len(EXPECTED))


@behaviour("S3-66")
def test_a_query_survives_a_killed_server(durable_server, durable):
    s3 = durable().client("s3")
    for name in ("cold-things", "found-things"):
        s3.create_bucket(Bucket=name)
    put(s3, "cold-things")
    path = query(s3, "cold-things", "found-things", tier="Expedited")
    durable_server.restart()
    answer = durable_server.admin("POST", "clock", json={"advance": "PT5M"})
    assert answer.status_code == 200
    assert results(durable().client("s3"), "found-things", path) == EXPECTED


@behaviour("S3-67")
@pytest.mark.serve("--s3-select", "off")
def test_archives_are_not_queried_where_select_is_off(s3, bucket, out):
    put(s3, bucket)
    with pytest.raises(ClientError) as raised:
        s3.restore_object(Bucket=bucket, Key="k", RestoreRequest=request(out))
    assert error(raised)[:2] == ("MethodNotAllowed", 405)
    assert s3.restore_object(Bucket=bucket, Key="k", RestoreRequest={"Days": 1})
