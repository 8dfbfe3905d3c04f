"""The AWS CLI: the commands people type, by the endpoint alone."""

import json
import urllib.request

from harness import behaviour, eventually


@behaviour("PLAT-1")
def test_files_go_up_and_down(aws, bucket, tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "a.txt").write_text("a\n")
    (source / "deep" / "b c.txt").write_text("b\n")
    # Larger than the command line sends in one piece.
    (source / "large.bin").write_bytes(bytes(range(256)) * 4 * 10_240)

    aws.cli("s3", "sync", str(source), f"s3://{bucket}/up/")
    listed = aws.cli("s3", "ls", f"s3://{bucket}/up/", "--recursive").stdout
    assert [line.split(maxsplit=3)[3] for line in listed.splitlines()] == [
        "up/a.txt", "up/deep/b c.txt", "up/large.bin",
    ]
    again = aws.cli("s3", "sync", str(source), f"s3://{bucket}/up/").stdout
    assert "upload" not in again

    aws.cli("s3", "cp", f"s3://{bucket}/up/", str(tmp_path / "down"), "--recursive")
    for file in ("a.txt", "deep/b c.txt", "large.bin"):
        assert (tmp_path / "down" / file).read_bytes() == (source / file).read_bytes()

    aws.cli("s3", "mv", f"s3://{bucket}/up/a.txt", f"s3://{bucket}/up/moved.txt")
    aws.cli("s3", "rm", f"s3://{bucket}/up/deep/", "--recursive")
    left = aws.cli("s3api", "list-objects-v2", "--bucket", bucket, "--query", "Contents[].Key")
    assert json.loads(left.stdout) == ["up/large.bin", "up/moved.txt"]
    aws.cli("s3", "rb", f"s3://{bucket}", "--force")
    assert bucket not in aws.cli("s3", "ls").stdout


@behaviour("PLAT-1")
def test_a_folder_is_made_the_same_by_deleting_what_is_too_much(aws, s3, bucket, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("kept.txt", "gone.txt", "skipped.log"):
        (source / name).write_text(name)
    aws.cli("s3", "sync", str(source), f"s3://{bucket}/f", "--exclude", "*.log")
    (source / "gone.txt").unlink()
    said = aws.cli("s3", "sync", str(source), f"s3://{bucket}/f", "--delete", "--exclude", "*.log")
    assert f"delete: s3://{bucket}/f/gone.txt" in said.stdout
    down = tmp_path / "down"
    down.mkdir()
    (down / "too-much.txt").write_text("x")
    aws.cli("s3", "sync", f"s3://{bucket}/f", str(down), "--delete")
    assert [file.name for file in down.iterdir()] == ["kept.txt"]
    # From one place in S3 to another, in parts.
    (source / "large.bin").write_bytes(bytes(range(256)) * 40_960)
    aws.cli("s3", "cp", str(source / "large.bin"), f"s3://{bucket}/large.bin")
    aws.cli("s3", "cp", f"s3://{bucket}/large.bin", f"s3://{bucket}/copy.bin")
    assert s3.head_object(Bucket=bucket, Key="copy.bin")["ETag"].endswith('-2"')
    got = s3.get_object(Bucket=bucket, Key="copy.bin")["Body"].read()
    assert got == (source / "large.bin").read_bytes()


@behaviour("PLAT-1", "S3-14")
def test_a_link_that_the_command_line_signs_is_followed(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b.txt", Body=b"by a link")
    link = aws.cli("s3", "presign", f"s3://{bucket}/a b.txt", "--expires-in", "60").stdout.strip()
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == b"by a link"


@behaviour("PLAT-1")
def test_a_stream_goes_through(aws, bucket):
    aws.cli("s3", "cp", "-", f"s3://{bucket}/stream", stdin=b"from a pipe")
    assert aws.cli("s3", "cp", f"s3://{bucket}/stream", "-").stdout == "from a pipe"


@behaviour("PLAT-1")
def test_a_refusal_is_said_as_aws_says_it(aws):
    done = aws.cli("glue", "get-database", "--name", "absent", check=False)
    assert done.returncode == 255
    assert (
        "An error occurred (EntityNotFoundException) when calling the GetDatabase operation"
        in done.stderr
    )


@behaviour("PLAT-1")
def test_a_query_from_the_command_line(aws, bucket):
    started = aws.cli(
        "athena", "start-query-execution", "--query-string", "SELECT 40 + 2 AS answer",
        "--result-configuration", f"OutputLocation=s3://{bucket}/results/",
        "--query", "QueryExecutionId", "--output", "text",
    ).stdout.strip()

    def state():
        answer = aws.cli(
            "athena", "get-query-execution", "--query-execution-id", started,
            "--query", "QueryExecution.Status.State", "--output", "text",
        )
        return answer.stdout.strip() not in ("QUEUED", "RUNNING") and answer.stdout.strip()

    assert eventually(state) == "SUCCEEDED"
    rows = aws.cli(
        "athena", "get-query-results", "--query-execution-id", started,
        "--query", "ResultSet.Rows[].Data[].VarCharValue", "--output", "text",
    ).stdout.split()
    assert rows == ["answer", "42"]
    result = aws.cli("s3", "cp", f"s3://{bucket}/results/{started}.csv", "-").stdout
    assert result == '"answer"\n"42"\n'
