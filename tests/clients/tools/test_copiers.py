"""rclone and s5cmd: programs that copy trees of files, by settings that any S3 takes."""

import pathlib
import subprocess
import sys

import pytest
from harness import behaviour

PLACE = pathlib.Path(sys.executable).parent


def run(aws, *words: str, check=True) -> str:
    """Runs a program that pip put beside Python."""
    program = next(p for p in (PLACE / words[0], *found(words[0])) if p.exists())
    command = [str(program), *words[1:]]
    if program.read_bytes()[:2] == b"#!":
        command.insert(0, sys.executable)
    env = aws.env() | {
        "RCLONE_CONFIG_AQ_TYPE": "s3", "RCLONE_CONFIG_AQ_PROVIDER": "Other",
        "RCLONE_CONFIG_AQ_ENV_AUTH": "true", "RCLONE_CONFIG_AQ_ENDPOINT": aws.url,
        "RCLONE_CONFIG_AQ_REGION": aws.region, "RCLONE_CONFIG": "/dev/null",
        "S3_ENDPOINT_URL": aws.url,
    }  # fmt: skip
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert not check or done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout + (done.stderr if not check else "")


def found(name: str) -> list[pathlib.Path]:
    """Where pip put it that was told another folder."""
    return [pathlib.Path(folder) / "bin" / name for folder in sys.path]


@pytest.fixture
def tree(tmp_path):
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "a.txt").write_text("a\n")
    (source / "deep" / "b c+ü.txt").write_text("b\n")
    # In parts.
    (source / "deep" / "er" / "large.bin").write_bytes(bytes(range(256)) * (60 << 10))
    return source


def same(one: pathlib.Path, other: pathlib.Path) -> bool:
    def contents(root):
        return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    return contents(one) == contents(other)


@behaviour("PLAT-1")
def test_rclone_keeps_trees_the_same(aws, s3, bucket, tree, tmp_path):
    parts = ("--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M")
    run(aws, "rclone", "sync", str(tree), f"aq:{bucket}/t", *parts)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["t/a.txt", "t/deep/b c+ü.txt", "t/deep/er/large.bin"]
    head = s3.head_object(Bucket=bucket, Key="t/deep/er/large.bin")
    assert head["ETag"].endswith('-3"')
    run(aws, "rclone", "check", str(tree), f"aq:{bucket}/t", "--download")
    run(aws, "rclone", "copy", f"aq:{bucket}/t", str(tmp_path / "down"))
    assert same(tree, tmp_path / "down")
    (tree / "a.txt").unlink()
    run(aws, "rclone", "sync", str(tree), f"aq:{bucket}/t", *parts)
    assert run(aws, "rclone", "lsf", "-R", "--files-only", f"aq:{bucket}/t").splitlines() == [
        "deep/b c+ü.txt", "deep/er/large.bin",
    ]  # fmt: skip
    run(aws, "rclone", "moveto", f"aq:{bucket}/t/deep/b c+ü.txt", f"aq:{bucket}/moved.txt")
    assert run(aws, "rclone", "cat", f"aq:{bucket}/moved.txt") == "b\n"
    run(aws, "rclone", "purge", f"aq:{bucket}")
    assert bucket not in {b["Name"] for b in s3.list_buckets()["Buckets"]}


@behaviour("PLAT-1")
def test_s5cmd_copies_many_files(aws, s3, bucket, tree, tmp_path):
    for n in range(300):
        (tree / f"many-{n:03}.csv").write_text(f"{n}\n")
    run(aws, "s5cmd", "cp", f"{tree}/", f"s3://{bucket}/t/")
    listed = run(aws, "s5cmd", "ls", f"s3://{bucket}/t/*").splitlines()
    assert len(listed) == 303
    run(aws, "s5cmd", "sync", f"s3://{bucket}/t/*", str(tmp_path / "down"))
    assert same(tree, tmp_path / "down")
    run(aws, "s5cmd", "mv", f"s3://{bucket}/t/many-*", f"s3://{bucket}/other/")
    assert run(aws, "s5cmd", "cat", f"s3://{bucket}/other/many-007.csv") == "7\n"
    run(aws, "s5cmd", "rm", f"s3://{bucket}/*")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    run(aws, "s5cmd", "rb", f"s3://{bucket}")
    said = run(aws, "s5cmd", "ls", f"s3://{bucket}/", check=False)
    assert "NoSuchBucket" in said
