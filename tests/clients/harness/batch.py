"""What tests of Batch Operations say again and again: lists, reports, counts."""

import csv
import io
import json
import uuid

ENDED = ("Complete", "Failed", "Cancelled")


def new_bucket(s3, versioned=False) -> str:
    name = f"b-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def manifest(s3, bucket, lines, fields=("Bucket", "Key")) -> dict:
    """A list in an object of the bucket."""
    key = f"manifest-{uuid.uuid4().hex}.csv"
    etag = s3.put_object(Bucket=bucket, Key=key, Body="".join(lines).encode())["ETag"]
    return {
        "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": list(fields)},
        "Location": {"ObjectArn": f"arn:aws:s3:::{bucket}/{key}", "ETag": etag},
    }


def report_in(bucket, scope="AllTasks", prefix="reports") -> dict:
    return {
        "Enabled": True, "Bucket": f"arn:aws:s3:::{bucket}", "Prefix": prefix,
        "Format": "Report_CSV_20180820", "ReportScope": scope,
    }  # fmt: skip


def counts(described) -> tuple:
    progress = described["ProgressSummary"]
    names = ("TotalNumberOfTasks", "NumberOfTasksSucceeded", "NumberOfTasksFailed")
    return tuple(progress[name] for name in names)


def read_report(s3, bucket, job_id, prefix="reports") -> tuple[dict, list[list[str]]]:
    where = f"{prefix}/job-{job_id}/manifest.json"
    told = json.loads(s3.get_object(Bucket=bucket, Key=where)["Body"].read())
    rows = []
    for result in told["Results"]:
        body = s3.get_object(Bucket=result["Bucket"], Key=result["Key"])["Body"].read().decode()
        read = list(csv.reader(io.StringIO(body)))
        assert {row[3] for row in read} == {result["TaskExecutionStatus"]}
        rows += read
    return told, rows


def tags_of(s3, bucket, key) -> dict:
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in tags}
