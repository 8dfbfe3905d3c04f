"""Parts of a bucket that are named to be watched, by metrics or by analytics."""

import pytest
from botocore.exceptions import ClientError
from harness import error

ANALYSIS = {"StorageClassAnalysis": {}}
KINDS = {"metrics": {}, "analytics": ANALYSIS}
TWO = {"Prefix": "p/", "Tags": [{"Key": "a", "Value": "1"}]}


class Watch:
    def __init__(self, s3, bucket, kind):
        self.s3, self.bucket, self.kind = s3, bucket, kind
        self.member = f"{kind.title()}Configuration"

    def call(self, verb, ending="configuration", **more):
        return getattr(self.s3, f"{verb}_bucket_{self.kind}_{ending}")(Bucket=self.bucket, **more)

    def put(self, id, within=None, **document):
        document = {"Id": within or id, **KINDS[self.kind], **document}
        self.call("put", Id=id, **{self.member: document})
        return document

    def get(self, id):
        return self.call("get", Id=id)[self.member]

    def list(self, **more):
        return self.call("list", "configurations", **more)


@pytest.fixture(params=KINDS)
def watch(s3, bucket, request):
    return Watch(s3, bucket, request.param)


def test_what_is_named_is_kept_and_forgotten(watch):
    for filter in ({}, {"Filter": {"Prefix": "a/"}}, {"Filter": {"And": TWO}}):
        document = watch.put("one", **filter)
        assert watch.get("one") == document
    watch.call("delete", Id="one")
    for call in (lambda: watch.get("one"), lambda: watch.call("delete", Id="one")):
        with pytest.raises(ClientError) as raised:
            call()
        assert error(raised) == (
            "NoSuchConfiguration", 404, "The specified configuration does not exist.",
        )  # fmt: skip
    assert watch.list()["IsTruncated"] is False


def test_lists_come_in_pages(watch):
    ids = sorted(f"id-{n}" for n in range(205))
    for id in ids:
        watch.put(id)
    found, more = [], {}
    while True:
        page = watch.list(**more)
        found += [item["Id"] for item in page[f"{watch.member}List"]]
        if not page["IsTruncated"]:
            break
        more = {"ContinuationToken": page["NextContinuationToken"]}
    assert found == ids
    with pytest.raises(ClientError) as raised:
        watch.list(ContinuationToken="x")
    assert error(raised).code == "InvalidArgument"


@pytest.mark.parametrize(
    "given, code",
    [
        ({"id": "a b"}, "InvalidArgument"),
        ({"id": "a" * 65}, "InvalidArgument"),
        ({"id": "a", "within": "b"}, "InvalidArgument"),
        ({"id": "a", "Filter": {"And": {"Prefix": "p/"}}}, "MalformedXML"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused(watch, given, code):
    with pytest.raises(ClientError) as raised:
        watch.put(**given)
    assert error(raised)[:2] == (code, 400)


def test_reports_are_refused_by_name(s3, bucket):
    report = {"OutputSchemaVersion": "V_1", "Destination": {"S3BucketDestination": {
        "Format": "CSV", "Bucket": f"arn:aws:s3:::{bucket}"}}}  # fmt: skip
    with pytest.raises(ClientError) as raised:
        Watch(s3, bucket, "analytics").put("a", StorageClassAnalysis={"DataExport": report})
    assert error(raised)[:2] == ("NotImplemented", 501)
