"""The check that every answer passes through: what fits, and what it must refuse.

Answers are made up here, so that the check itself is known to be able to fail.
"""

import json

import botocore.session
import pytest
from harness import behaviour
from harness.responses import Walk

SESSION = botocore.session.Session()


def misfits(service: str, operation: str, body: bytes | dict) -> list[str]:
    walk = Walk(SESSION.get_service_model(service).operation_model(operation))
    walk.body(json.dumps(body).encode() if isinstance(body, dict) else body)
    return walk.misfits


@behaviour("PLAT-3")
@pytest.mark.parametrize(
    "database, wrong",
    [
        ({"Name": "d", "CreateTime": 1767225600.5}, None),
        ({"Name": "d", "Colour": "blue"}, "unknown member Colour"),
        ({"Name": "d", "CreateTime": "2026-01-01T00:00:00Z"}, "not a time in seconds"),
        ({"Name": 7}, "is not a string"),
        ({"Name": None}, "is null"),
        ({}, "required member Name is missing"),
        ({"Name": "d", "Parameters": ["x"]}, "is not an object"),
    ],
)
def test_json(database, wrong):
    found = misfits("glue", "GetDatabase", {"Database": database})
    assert (wrong is None and not found) or any(wrong in misfit for misfit in found), found


LISTING = """<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Name>b</Name><KeyCount>1</KeyCount><IsTruncated>{truncated}</IsTruncated>
<Contents><Key>k</Key><Size>{size}</Size><LastModified>{time}</LastModified>{more}</Contents>
</ListBucketResult>"""
FITS = {"truncated": "false", "size": "1", "time": "2026-01-01T00:00:00.000Z", "more": ""}


@behaviour("PLAT-3")
@pytest.mark.parametrize(
    "change, wrong",
    [
        ({}, None),
        ({"more": "<Colour/>"}, "unknown element Colour"),
        ({"truncated": "False"}, "is not a boolean"),
        ({"size": "one"}, "is not an integer"),
        ({"time": "Thu, 01 Jan 2026 00:00:00 GMT"}, "is not a time"),
        ({"more": "<StorageClass>SHELF</StorageClass>"}, "is not one of"),
        ({"more": "<Size>2</Size>"}, "is there twice"),
    ],
)
def test_rest_xml(change, wrong):
    found = misfits("s3", "ListObjectsV2", LISTING.format(**FITS | change).encode())
    assert (wrong is None and not found) or any(wrong in misfit for misfit in found), found


QUERY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult>{result}</GetCallerIdentityResult>{rest}</GetCallerIdentityResponse>"""
METADATA = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"


@behaviour("PLAT-3")
@pytest.mark.parametrize(
    "result, rest, wrong",
    [
        ("<Account>1</Account>", METADATA, None),
        ("<Account>1</Account>", "", "no ResponseMetadata"),
        ("<Colour/>", METADATA, "unknown element Colour"),
        ("", METADATA + "<Colour/>", "unknown element Colour"),
    ],
)
def test_query(result, rest, wrong):
    body = QUERY.format(result=result, rest=rest).encode()
    found = misfits("sts", "GetCallerIdentity", body)
    assert (wrong is None and not found) or any(wrong in misfit for misfit in found), found
