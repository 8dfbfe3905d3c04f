"""What was acknowledged is there after the process was killed, and after it was stopped."""

import os

import pytest
from botocore.exceptions import ClientError
from harness import behaviour


@behaviour("PLAT-18")
@pytest.mark.parametrize("how", ["kill", "stop"])
def test_acknowledged_writes_survive(durable_server, durable, how):
    aws = durable()
    s3, glue = aws.client("s3"), aws.client("glue")
    s3.create_bucket(Bucket="b-kept")
    bodies = {f"k{size}": os.urandom(size) for size in (0, 1, 4096, 65_536, 1_500_000)}
    for key, body in bodies.items():
        s3.put_object(Bucket="b-kept", Key=key, Body=body, Metadata={"size": str(len(body))})
    upload = s3.create_multipart_upload(Bucket="b-kept", Key="parts")["UploadId"]
    part = os.urandom(5 * 2**20)
    tags = [
        s3.upload_part(Bucket="b-kept", Key="parts", UploadId=upload, PartNumber=n, Body=p)["ETag"]
        for n, p in ((1, part), (2, b"end"))
    ]
    s3.put_object(Bucket="b-kept", Key="gone", Body=b"x")
    s3.delete_object(Bucket="b-kept", Key="gone")
    glue.create_database(DatabaseInput={"Name": "d"})
    glue.create_table(DatabaseName="d", TableInput={"Name": "t"})
    aws.client("iam").create_user(UserName="u")
    group = {"ResultConfiguration": {"OutputLocation": "s3://b-kept/results/"}}
    aws.client("athena").create_work_group(Name="w", Configuration=group)

    getattr(durable_server, how)()
    durable_server.start()

    aws = durable()
    s3, glue = aws.client("s3"), aws.client("glue")
    for key, body in bodies.items():
        got = s3.get_object(Bucket="b-kept", Key=key)
        assert got["Body"].read() == body
        assert got["Metadata"] == {"size": str(len(body))}
    # An upload that was under way goes on where it was.
    s3.complete_multipart_upload(
        Bucket="b-kept", Key="parts", UploadId=upload,
        MultipartUpload={
            "Parts": [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
        },
    )
    assert s3.get_object(Bucket="b-kept", Key="parts")["Body"].read() == part + b"end"
    with pytest.raises(ClientError):
        s3.head_object(Bucket="b-kept", Key="gone")
    assert glue.get_table(DatabaseName="d", Name="t")["Table"]["Name"] == "t"
    assert aws.client("iam").get_user(UserName="u")["User"]["UserName"] == "u"
    kept = aws.client("athena").get_work_group(WorkGroup="w")["WorkGroup"]["Configuration"]
    assert kept["ResultConfiguration"] == group["ResultConfiguration"]


@behaviour("PLAT-18")
def test_a_key_given_out_still_signs_after_a_restart(durable_server, durable):
    iam = durable().client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    durable_server.restart()
    caller = durable().with_key(key["AccessKeyId"], key["SecretAccessKey"])
    assert caller.client("sts").get_caller_identity()["Arn"].endswith(":user/u")
