"""Kills the server while copies and notifications wait: each acknowledged change of a bucket is told
of at least once, and each version that is still there is copied, whatever the kills cut off.

Writers put, complete uploads, mark and remove versions of the same keys at once.
"""

import json
import pathlib
import random
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError
from harness import behaviour
from harness.clients import Aws
from harness.server import Server

ACCOUNT = "000000000042"
KEYS = [f"k{n}" for n in range(6)]
WAIT_SECONDS = 60


class Acknowledged:
    """What was promised, by version id."""

    def __init__(self):
        self.lock = threading.Lock()
        self.made: set[str] = set()
        self.marked: set[str] = set()
        self.removed: set[str] = set()
        # Removals under way when the server was killed: they may have happened.
        self.perhaps: set[str] = set()

    def note(self, to: set[str], version: str) -> None:
        with self.lock:
            to.add(version)


def work(s3, rng: random.Random, seen: Acknowledged, killed: threading.Event) -> None:
    while not killed.is_set():
        key, choice = rng.choice(KEYS), rng.random()
        try:
            if choice < 0.5:
                put = s3.put_object(Bucket="source", Key=key, Body=rng.randbytes(5_000))
                seen.note(seen.made, put["VersionId"])
            elif choice < 0.65:
                which = {"Bucket": "source", "Key": key}
                which["UploadId"] = s3.create_multipart_upload(**which)["UploadId"]
                part = s3.upload_part(**which, PartNumber=1, Body=rng.randbytes(70_000))
                parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
                done = s3.complete_multipart_upload(**which, MultipartUpload=parts)
                seen.note(seen.made, done["VersionId"])
            elif choice < 0.8:
                marker = s3.delete_object(Bucket="source", Key=key)
                seen.note(seen.marked, marker["VersionId"])
            else:
                remove_one(s3, rng, seen, key)
        except (BotoCoreError, ClientError, OSError):
            if not killed.wait(5):
                raise
            return


def remove_one(s3, rng, seen, key) -> None:
    listed = s3.list_object_versions(Bucket="source", Prefix=key).get("Versions", [])
    if not listed:
        return
    version = rng.choice(listed)["VersionId"]
    seen.note(seen.perhaps, version)
    s3.delete_object(Bucket="source", Key=key, VersionId=version)
    seen.note(seen.removed, version)


def prepare(aws) -> str:
    s3, sqs = aws.client("s3"), aws.client("sqs")
    for name in ("source", "replicas"):
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = arn["Attributes"]["QueueArn"]
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }]}  # fmt: skip
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    s3.put_bucket_notification_configuration(
        Bucket="source",
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": events}]},
    )
    rule = {
        "ID": "all", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": "arn:aws:s3:::replicas"},
    }  # fmt: skip
    role = f"arn:aws:iam::{ACCOUNT}:role/replication"
    s3.put_bucket_replication(
        Bucket="source", ReplicationConfiguration={"Role": role, "Rules": [rule]}
    )
    return url


def versions(s3, bucket) -> set[str]:
    found = set()
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
            found.add(item["VersionId"])
    return found


def listen(sqs, url, told: dict[str, set[str]]) -> None:
    """Takes what the queue has, and goes on when it has no more."""
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            for record in json.loads(message["Body"]).get("Records", []):
                kind = record["eventName"].split(":")[1]
                told.setdefault(kind, set()).add(record["s3"]["object"]["versionId"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@behaviour("PLAT-18", "S3-8")
def test_what_waits_to_be_told_or_copied_survives_every_kill(
    tmp_path: pathlib.Path, seed: int, rounds: int
):
    rng, seen = random.Random(seed), Acknowledged()
    server = Server(tmp_path / "server.log", data=tmp_path / "data").start()
    try:
        url = prepare(Aws(server.url, ACCOUNT))
        for _ in range(max(3, rounds // 5)):
            s3 = Aws(server.url, ACCOUNT).client("s3", max_pool_connections=8)
            killed, failed = threading.Event(), []

            def guarded(own, s3=s3, killed=killed, failed=failed):
                try:
                    work(s3, own, seen, killed)
                except BaseException as error:
                    failed.append(error)

            threads = [
                threading.Thread(target=guarded, args=(random.Random(rng.random()),))
                for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.2, 1.5))
            killed.set()
            server.kill()
            for thread in threads:
                thread.join()
            assert not failed, failed
            server.start()
        aws = Aws(server.url, ACCOUNT)
        s3, sqs, told = aws.client("s3"), aws.client("sqs"), {}
        created = ("Put", "CompleteMultipartUpload")
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            listen(sqs, url, told)
            silent = {
                "made": seen.made - set().union(*(told.get(kind, set()) for kind in created)),
                "marked": seen.marked - told.get("DeleteMarkerCreated", set()),
                "removed": seen.removed - told.get("Delete", set()),
            }
            uncopied = versions(s3, "source") - versions(s3, "replicas")
            if not any(silent.values()) and not uncopied:
                break
            assert time.monotonic() < deadline, f"seed {seed}: {silent}, not copied: {uncopied}"
            time.sleep(0.2)
        there = versions(s3, "source")
        assert seen.made | seen.marked <= there | seen.perhaps, f"seed {seed}"
        assert not seen.removed & there, f"seed {seed}"
    finally:
        server.kill()
    assert len(seen.made) > rounds // 5 and seen.marked and seen.removed
