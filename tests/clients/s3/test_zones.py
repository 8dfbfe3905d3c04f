"""Copies in zones: damage is read around and repaired, a lost zone takes what was kept only there.

The faults are real: bytes are changed on the disk, and a lost zone's folder is neither read nor
written.
"""

import pathlib
import subprocess

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error, eventually
from harness.clients import Aws
from harness.server import Clock, Server, binary

MIB = 2**20
# In a pack, in a file of one checksummed block and of many.
SIZES = {"small": 1000, "medium": 70_000, "large": 3 * MIB + 5}
UNABLE = ("ServiceUnavailable", 503, "Service is unable to handle request.")


def body(name: str, size: int) -> bytes:
    return (name.encode() * (size // len(name) + 1))[:size]


class Zones:
    """A server that keeps copies, and what is done to its disks."""

    def __init__(self, server: Server, account: str, watcher):
        self.server, self.account, self.watcher = server, account, watcher
        self.objects: pathlib.Path = server.data / "objects"

    @property
    def s3(self):
        return Aws(self.server.url, self.account, watcher=self.watcher).client("s3")

    def state(self, zone: str = "az1") -> dict:
        zones = self.server.admin("GET", "zones").json()["s3"]
        return next(state for state in zones if state["name"] == zone)

    def lose(self, zone: str) -> None:
        answer = self.server.admin("POST", "faults", json={"kind": "az-loss", "zone": zone})
        assert answer.status_code == 200, answer.text

    def mend(self) -> None:
        assert self.server.admin("DELETE", "faults").status_code == 200
        eventually(lambda: all(not self.state(zone)["waiting"] for zone in ("az1", "az2")))

    def corrupt(self, bucket: str, key: str, zone: str = "az1") -> int:
        fault = {
            "kind": "disk-corruption", "resource": f"arn:aws:s3:::{bucket}/{key}", "zone": zone,
        }  # fmt: skip
        answer = self.server.admin("POST", "faults", json=fault)
        assert answer.status_code == 200, answer.text
        return answer.json()["bytes_changed"]

    def contents(self, zone: str) -> dict[str, bytes]:
        """Files by name, without the heads of packs: these tell how far one was synced."""
        return {
            path.name: path.read_bytes()[64 if path.suffix == ".pack" else 0 :]
            for path in (self.objects / zone).rglob("*.*")
        }

    def agree(self) -> bool:
        return self.contents("az1") == self.contents("az2")


@pytest.fixture
def zones(tmp_path, account, watcher):
    server = Server(tmp_path / "server.log", "--copies", "2", data=tmp_path / "data").start()
    yield Zones(server, account, watcher)
    assert server.running, f"the server ended by itself:\n{server.tail()}"
    server.stop()


@pytest.fixture
def lake(zones):
    """A bucket with an object of each size, of STANDARD and of ONEZONE_IA."""
    s3, bucket = zones.s3, "b-zones"
    s3.create_bucket(Bucket=bucket)
    for name, size in SIZES.items():
        s3.put_object(Bucket=bucket, Key=name, Body=body(name, size))
        s3.put_object(
            Bucket=bucket, Key=f"one/{name}", Body=body(name, size), StorageClass="ONEZONE_IA"
        )
    return bucket


def read(s3, bucket, key) -> bytes:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def unread(s3, bucket, key) -> tuple:
    with pytest.raises(ClientError) as raised:
        read(s3, bucket, key)
    return tuple(error(raised))


@behaviour("S3-7")
@pytest.mark.parametrize("name", SIZES)
def test_a_damaged_copy_is_found_read_from_the_other_and_repaired(zones, name):
    s3, bucket, data = zones.s3, "b-damaged", body(name, SIZES[name])
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=name, Body=data)
    assert zones.agree() and zones.contents("az1")
    before = zones.contents("az1")
    assert zones.corrupt(bucket, name) >= 1
    assert zones.contents("az1") != before and zones.contents("az2") == before
    assert read(s3, bucket, name) == data
    # It is repaired where it lies, and an operator sees that it was.
    state = eventually(lambda: (now := zones.state())["repaired"] and now)
    assert (state["damaged"], state["repaired"], state["failed"]) == (1, 1, 0)
    assert "a copy was read from another zone" in zones.server.tail()
    assert "a copy was repaired" in zones.server.tail()
    assert zones.contents("az1") == before
    zones.lose("az2")
    assert read(s3, bucket, name) == data
    got = s3.get_object(Bucket=bucket, Key=name, Range="bytes=500-599")
    assert got["Body"].read() == data[500:600]


@behaviour("S3-7")
def test_every_part_of_an_object_is_repaired(zones):
    s3, bucket = zones.s3, "b-parts"
    s3.create_bucket(Bucket=bucket)
    at = {"Bucket": bucket, "Key": "k"}
    at["UploadId"] = s3.create_multipart_upload(**at)["UploadId"]
    bodies = [body("first", 5 * MIB), body("second", 6 * MIB), b"tail"]
    parts = [
        {"PartNumber": n, "ETag": s3.upload_part(**at, PartNumber=n, Body=part)["ETag"]}
        for n, part in enumerate(bodies, 1)
    ]
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})
    assert zones.corrupt(bucket, "k") > 3
    assert read(s3, bucket, "k") == b"".join(bodies)
    eventually(zones.agree)
    assert zones.state()["repaired"] == 3


@behaviour("S3-7")
def test_bytes_damaged_everywhere_are_not_served(zones, lake):
    s3 = zones.s3
    for name in SIZES:
        for zone in ("az1", "az2"):
            zones.corrupt(lake, name, zone)
        assert unread(s3, lake, name) == (
            "InternalError", 500, "The stored bytes of this object are damaged and were not served.",
        )  # fmt: skip
        zones.corrupt(lake, f"one/{name}")
        assert unread(s3, lake, f"one/{name}")[:2] == ("InternalError", 500)


@behaviour("S3-7")
@pytest.mark.parametrize("zone", ["az1", "az2"])
def test_copies_that_are_gone_are_made_again_at_the_next_start(zones, lake, zone):
    zones.server.stop()
    for path in (zones.objects / zone).rglob("*.*"):
        path.unlink()
    zones.server.start()
    s3 = zones.s3
    for name, size in SIZES.items():
        assert read(s3, lake, name) == body(name, size)
    one_zone = {"az1": len(SIZES), "az2": 0}[zone]
    eventually(lambda: zones.contents("az2").keys() <= zones.contents("az1").keys() or one_zone)
    eventually(lambda: not zones.state(zone)["waiting"])
    other = {"az1": "az2", "az2": "az1"}[zone]
    zones.lose(other)
    for name, size in SIZES.items():
        assert read(s3, lake, name) == body(name, size)


@behaviour("S3-23")
def test_one_zone_objects_go_with_their_zone_and_others_stay(zones, lake):
    s3 = zones.s3
    # One copy, in one zone: less on the disk of the other.
    sizes = [sum(map(len, zones.contents(zone).values())) for zone in ("az1", "az2")]
    assert sizes[0] - sizes[1] >= sum(SIZES.values())
    zones.lose("az1")
    assert zones.state("az1")["lost"] and not zones.state("az2")["lost"]
    for name, size in SIZES.items():
        assert unread(s3, lake, f"one/{name}") == UNABLE
        assert read(s3, lake, name) == body(name, size)
        # The index is in no zone.
        head = s3.head_object(Bucket=lake, Key=f"one/{name}")
        assert (head["ContentLength"], head["StorageClass"]) == (size, "ONEZONE_IA")
    assert s3.list_objects_v2(Bucket=lake)["KeyCount"] == 6
    with pytest.raises(ClientError) as raised:
        s3.copy_object(Bucket=lake, Key="copy", CopySource=f"{lake}/one/large")
    assert tuple(error(raised)) == UNABLE
    zones.mend()
    for name, size in SIZES.items():
        assert read(s3, lake, f"one/{name}") == body(name, size)
    # The other zone's loss is none to them.
    zones.lose("az2")
    for name, size in SIZES.items():
        assert read(s3, lake, f"one/{name}") == read(s3, lake, name) == body(name, size)


def test_writes_go_on_without_a_zone_and_are_made_up_for(zones, lake):
    s3 = zones.s3
    zones.lose("az1")
    for name, size in SIZES.items():
        s3.put_object(Bucket=lake, Key=f"late/{name}", Body=body(name, size))
        s3.delete_object(Bucket=lake, Key=name)
    zones.mend()
    zones.lose("az2")
    for name, size in SIZES.items():
        assert read(s3, lake, f"late/{name}") == body(name, size)
    zones.lose("az1")
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket=lake, Key="nowhere", Body=b"x")
    assert tuple(error(raised)) == UNABLE
    zones.mend()
    assert zones.state()["failed"] == 0


@behaviour("S3-23")
def test_copies_and_transitions_move_the_number_of_copies_too(zones, lake):
    s3 = zones.s3
    for name, size in SIZES.items():
        source = {"Bucket": lake, "Key": f"one/{name}"}
        s3.copy_object(Bucket=lake, Key=f"to-all/{name}", CopySource=source)
        s3.copy_object(
            Bucket=lake, Key=f"to-one/{name}", CopySource=f"{lake}/{name}", StorageClass="ONEZONE_IA"
        )
        s3.put_object(Bucket=lake, Key=f"aging/{name}", Body=body(name, size))
        s3.put_object(
            Bucket=lake, Key=f"archived/{name}", Body=body(name, size), StorageClass="ONEZONE_IA"
        )

    def rule(prefix, storage_class, days):
        return {
            "ID": prefix, "Status": "Enabled", "Filter": {"Prefix": prefix},
            "Transitions": [{"Days": days, "StorageClass": storage_class}],
        }  # fmt: skip

    s3.put_bucket_lifecycle_configuration(
        Bucket=lake,
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
        LifecycleConfiguration={
            "Rules": [rule("aging/", "ONEZONE_IA", 30), rule("archived/", "GLACIER", 30)]
        },
    )
    Clock(zones.server).advance(days=32)
    classes = {
        item["Key"]: item["StorageClass"] for item in s3.list_objects_v2(Bucket=lake)["Contents"]
    }
    for name in SIZES:
        assert classes[f"archived/{name}"] == "GLACIER"
        small = SIZES[name] < 128 * 1024
        assert classes[f"aging/{name}"] == ("STANDARD" if small else "ONEZONE_IA")
        s3.restore_object(
            Bucket=lake, Key=f"archived/{name}",
            RestoreRequest={"Days": 5, "GlacierJobParameters": {"Tier": "Standard"}},
        )  # fmt: skip
    Clock(zones.server).advance(hours=13)
    for key in (*classes,):
        assert read(s3, lake, key) == body(key.split("/")[-1], SIZES[key.split("/")[-1]])
    zones.lose("az1")
    for key, storage_class in classes.items():
        name = key.split("/")[-1]
        if storage_class == "ONEZONE_IA":
            assert unread(s3, lake, key) == UNABLE, key
        else:
            assert read(s3, lake, key) == body(name, SIZES[name]), key
    assert sum(c == "ONEZONE_IA" for c in classes.values()) == 2 * len(SIZES) + 1


def test_the_directory_knows_how_many_copies_it_keeps(zones, lake, tmp_path):
    zones.server.stop()
    command = [binary(), "serve", "--port", "0", "--data", str(zones.server.data), "--copies", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "it keeps 2 copies of every object and cannot go back to 1" in ended.stderr
    zones.server.args = ()
    zones.server.start()
    zones.s3.put_object(Bucket=lake, Key="more", Body=b"x" * 10_000)
    zones.lose("az1")
    assert read(zones.s3, lake, "more") == b"x" * 10_000


def test_a_directory_of_one_copy_comes_to_have_two(durable_server, durable, account, watcher):
    s3 = durable().client("s3")
    s3.create_bucket(Bucket="b-raised")
    for name, size in SIZES.items():
        s3.put_object(Bucket="b-raised", Key=name, Body=body(name, size))
    assert (durable_server.data / "objects" / "packs").is_dir()
    durable_server.stop()
    durable_server.args = ("--copies", "2")
    durable_server.start()
    zones = Zones(durable_server, account, watcher)
    eventually(lambda: zones.contents("az1") and zones.agree())
    zones.lose("az1")
    for name, size in SIZES.items():
        assert read(zones.s3, "b-raised", name) == body(name, size)


def test_with_one_copy_the_loss_of_its_zone_is_the_loss_of_all_that_is_in_it(
    durable_server, durable, account, watcher
):
    zones, s3 = Zones(durable_server, account, watcher), durable().client("s3")
    s3.create_bucket(Bucket="b-single")
    s3.put_object(Bucket="b-single", Key="inline", Body=b"tiny")
    s3.put_object(Bucket="b-single", Key="large", Body=b"x" * MIB * 2)
    assert [zone["name"] for zone in durable_server.admin("GET", "zones").json()["s3"]] == ["az1"]
    zones.lose("az1")
    assert unread(s3, "b-single", "large") == UNABLE
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="b-single", Key="more", Body=b"x" * MIB * 2)
    assert tuple(error(raised)) == UNABLE
    # Small bytes are in the index, which no zone takes along.
    assert read(s3, "b-single", "inline") == b"tiny"
    assert durable_server.admin("DELETE", "faults").status_code == 200
    assert read(s3, "b-single", "large") == b"x" * MIB * 2
    zones.corrupt("b-single", "large")
    assert unread(s3, "b-single", "large")[:2] == ("InternalError", 500)


def test_faults_that_do_not_fit_are_refused(zones, lake, shared_server):
    def refused(server, fault, status):
        answer = server.admin("POST", "faults", json=fault)
        assert answer.status_code == status, answer.text
        return answer.json()["error"]

    corrupt = {"kind": "disk-corruption", "resource": f"arn:aws:s3:::{lake}/small"}
    lost = {"kind": "az-loss", "zone": "az1"}
    assert "az1, az2" in refused(zones.server, lost | {"zone": "az9"}, 400)
    refused(zones.server, lost | {"rate": 0.5}, 400)
    refused(zones.server, lost | {"operation": "GetObject"}, 400)
    assert "NoSuchKey" in refused(
        zones.server, corrupt | {"resource": f"arn:aws:s3:::{lake}/none"}, 400
    )
    refused(zones.server, corrupt | {"resource": "small"}, 400)
    refused(zones.server, corrupt | {"resource": "arn:aws:sqs:us-east-1:000000000042:q"}, 400)
    refused(zones.server, corrupt | {"resource": f"arn:aws:s3:::{lake}/one/small", "zone": "az2"}, 409)
    assert "nothing is kept on a disk" in refused(shared_server, lost, 409)
    zones.lose("az2")
    (rule,) = zones.server.admin("GET", "faults").json()
    assert (rule["kind"], rule["zone"]) == ("az-loss", "az2")
