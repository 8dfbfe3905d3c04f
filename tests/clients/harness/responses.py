"""Holds every answer against the service's model, as no client does by itself.

botocore drops what it does not know. Here the raw body is walked beside the output shape: unknown
members, wrong JSON types, times in another format, missing required members, values outside an enum,
errors without code or request id are misfits, and fail the test that saw them.
"""

import base64
import binascii
import json
import re
import xml.etree.ElementTree as ElementTree

from botocore.model import OperationModel, Shape

# Codes that a service may answer without modelling them, by AWS's list of common errors.
COMMON_CODES = {
    "AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException",
    "IncompleteSignature", "IncompleteSignatureException", "InternalFailure", "InternalError",
    "InternalServerError", "InternalServerException", "InvalidAction", "InvalidClientTokenId",
    "InvalidParameterValue", "InvalidParameterValueException",
    "InvalidSignatureException", "MalformedQueryString", "MissingAction",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException",
    "MissingRequiredParameterException", "NotImplemented",
    "OptInRequired", "RequestExpired", "RequestTimeTooSkewed", "SerializationException",
    "ServiceUnavailable", "SignatureDoesNotMatch", "Throttling", "ThrottlingException",
    "UnknownOperationException", "UnrecognizedClientException", "ValidationError",
    "ValidationException",
}

# Services that model few of their errors: their codes can only be read in their documentation.
UNMODELLED = ("ec2", "s3", "s3control")

# Enums of which the models lack values that AWS answers.
NARROW_ENUMS = {"AttachmentStatus", "ObjectVersionStorageClass", "State"}

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
INTEGER = re.compile(r"-?\d+")


class Watcher:
    """Registered on a botocore session; remembers what it saw and what did not fit."""

    def __init__(self):
        self.seen = 0
        self.misfits: list[str] = []

    def watch(self, session) -> None:
        session.register("before-parse", self._body)
        session.register("after-call", self._metadata)

    def _body(self, operation_model: OperationModel, response_dict, **_):
        self.seen += 1
        if response_dict["status_code"] >= 300:
            return
        walk = Walk(operation_model)
        body = response_dict["body"]
        walk.headers(response_dict["headers"])
        if isinstance(body, bytes):
            walk.body(body)
        self._add(operation_model, walk.misfits)

    def _metadata(self, http_response, parsed, model: OperationModel, **_):
        metadata, misfits = parsed.get("ResponseMetadata", {}), []
        if not metadata.get("RequestId"):
            misfits.append("no request id")
        if http_response.status_code >= 300 and http_response.content:
            found = parsed.get("Error", {})
            # A service that left the Query protocol says its older code too, and models the newer.
            code = found.get("QueryErrorCode") or found.get("Code", "")
            if not code or code.isdigit():
                misfits.append(f"status {http_response.status_code} without an error code")
            elif model.service_model.service_name not in UNMODELLED and not known(model, code):
                misfits.append(f"error code {code} is not one of the service's")
        self._add(model, misfits)

    def _add(self, model: OperationModel, misfits: list[str]) -> None:
        service = model.service_model.service_name
        self.misfits += [f"{service} {model.name}: {misfit}" for misfit in misfits]


def known(model: OperationModel, code: str) -> bool:
    """Whether the service's model, or AWS's list for all services, has the code."""
    codes = {shape.error_code for shape in model.service_model.error_shapes}
    names = {shape.name for shape in model.service_model.error_shapes}
    return code in codes | names | COMMON_CODES


class Walk:
    """One answer beside its output shape."""

    def __init__(self, model: OperationModel):
        self.model = model
        self.protocol = model.service_model.resolved_protocol
        self.misfits: list[str] = []

    def misfit(self, at: str, what: str) -> None:
        self.misfits.append(f"{at or 'body'}: {what}")

    def headers(self, headers) -> None:
        shape = self.model.output_shape
        for name, member in (shape.members if shape else {}).items():
            if member.serialization.get("location") == "header":
                value = headers.get(member.serialization["name"])
                if value is not None:
                    self.text(name, value, member, default_time="rfc822")

    def body(self, body: bytes) -> None:
        shape = self.model.output_shape
        if self.protocol == "json":
            self.json("", json.loads(body or b"{}"), shape)
        elif self.protocol == "query":
            self.query(body, shape)
        elif self.protocol == "ec2":
            self.ec2(body, shape)
        elif shape is not None:
            self.rest(body, shape)

    def rest(self, body: bytes, shape: Shape) -> None:
        as_json = self.protocol == "rest-json"
        payload = shape.serialization.get("payload")
        if payload:
            shape = shape.members[payload]
            if shape.type_name != "structure" or shape.serialization.get("eventstream"):
                return
        elif not any(is_in_body(member) for member in shape.members.values()):
            if body and not as_json:
                self.misfit("", f"has content, and the model has none: {body[:80]!r}")
            return
        if not body:
            return
        if as_json:
            self.json("", json.loads(body), shape)
        else:
            self.xml("", ElementTree.fromstring(body), shape)

    def query(self, body: bytes, shape: Shape | None) -> None:
        root = ElementTree.fromstring(body)
        if local(root) != f"{self.model.name}Response":
            self.misfit("", f"root is {local(root)}")
        children = {local(child): child for child in root}
        if "ResponseMetadata" not in children:
            self.misfit("", "no ResponseMetadata")
        wrapper = shape.serialization.get("resultWrapper") if shape else None
        for name in children.keys() - {wrapper, "ResponseMetadata"}:
            self.misfit("", f"unknown element {name}")
        if wrapper in children:
            self.xml("", children[wrapper], shape)
        elif wrapper:
            self.misfit("", f"no {wrapper}")

    def ec2(self, body: bytes, shape: Shape | None) -> None:
        root = ElementTree.fromstring(body)
        if local(root) != f"{self.model.name}Response":
            self.misfit("", f"root is {local(root)}")
        ids = [child for child in root if local(child) == "requestId"]
        if len(ids) != 1:
            self.misfit("", f"{len(ids)} request ids")
        for id in ids:
            root.remove(id)
        if shape is not None:
            self.xml("", root, shape)
        for child in root if shape is None else ():
            self.misfit("", f"unknown element {local(child)}")

    def json(self, at: str, value, shape: Shape | None) -> None:
        if shape is None:
            if value:
                self.misfit(at, "has content, and the model has none")
            return
        kind = shape.type_name
        if value is None:
            self.misfit(at, "is null")
        elif kind == "structure":
            if not isinstance(value, dict):
                return self.misfit(at, f"is not an object: {value!r}")
            if getattr(shape, "is_document_type", False):
                return
            by_name = {m.serialization.get("name", n): (n, m) for n, m in shape.members.items()}
            for name, member in value.items():
                if name not in by_name:
                    self.misfit(at, f"unknown member {name}")
                else:
                    self.json(f"{at}.{name}", member, by_name[name][1])
            self.required(at, {by_name[n][0] for n in value if n in by_name}, shape)
        elif kind == "list":
            if not isinstance(value, list):
                return self.misfit(at, f"is not an array: {value!r}")
            for index, item in enumerate(value):
                self.json(f"{at}[{index}]", item, shape.member)
        elif kind == "map":
            if not isinstance(value, dict):
                return self.misfit(at, f"is not an object: {value!r}")
            for key, item in value.items():
                self.json(f"{at}[{key!r}]", item, shape.value)
        else:
            self.json_scalar(at, value, shape)

    def json_scalar(self, at: str, value, shape: Shape) -> None:
        kind = shape.type_name
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = {
            "boolean": isinstance(value, bool),
            "integer": isinstance(value, int) and number,
            "long": isinstance(value, int) and number,
            "float": number or value in ("NaN", "Infinity", "-Infinity"),
            "double": number or value in ("NaN", "Infinity", "-Infinity"),
            "blob": isinstance(value, str) and is_base64(value),
            "string": isinstance(value, str),
        }
        if kind == "timestamp":
            self.json_time(at, value, shape)
        elif not fits.get(kind, True):
            self.misfit(at, f"is not a {kind}: {value!r}")
        elif kind == "string":
            self.enum(at, value, shape)

    def json_time(self, at: str, value, shape: Shape) -> None:
        form = shape.serialization.get("timestampFormat", "unixTimestamp")
        if form == "unixTimestamp":
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                self.misfit(at, f"is not a time in seconds: {value!r}")
        elif not isinstance(value, str) or not is_time(value, form):
            self.misfit(at, f"is not a time ({form}): {value!r}")

    def xml(self, at: str, node, shape: Shape) -> None:
        kind = shape.type_name
        if kind == "structure":
            self.xml_structure(at, node, shape)
        elif kind == "list":
            name = shape.member.serialization.get("name", "member")
            for index, child in enumerate(node):
                if local(child) != name:
                    self.misfit(at, f"unknown element {local(child)}, where {name} belongs")
                else:
                    self.xml(f"{at}[{index}]", child, shape.member)
        elif kind == "map":
            for entry in node:
                self.xml_entry(at, entry, shape)
        else:
            self.text(at, node.text or "", shape, default_time="iso8601")

    def xml_structure(self, at: str, node, shape: Shape) -> None:
        members, attributes = {}, set()
        for name, member in shape.members.items():
            if member.serialization.get("xmlAttribute"):
                attributes.add(name)
            elif is_in_body(member):
                members[xml_name(name, member)] = (name, member)
        present = set(attributes)
        for child in node:
            if local(child) not in members:
                self.misfit(at, f"unknown element {local(child)}")
                continue
            name, member = members[local(child)]
            twice = name in present
            present.add(name)
            place = f"{at}.{name}"
            if not member.serialization.get("flattened"):
                if twice:
                    self.misfit(place, "is there twice")
                self.xml(place, child, member)
            elif member.type_name == "list":
                self.xml(place, child, member.member)
            else:
                self.xml_entry(place, child, member)
        # XML cannot tell an empty collection from none, and headers are elsewhere.
        collections = {n for n, m in shape.members.items() if m.type_name in ("list", "map")}
        elsewhere = {n for n, m in shape.members.items() if not is_in_body(m)}
        self.required(at, present | collections | elsewhere, shape)

    def xml_entry(self, at: str, entry, shape: Shape) -> None:
        names = {
            shape.key.serialization.get("name", "key"): shape.key,
            shape.value.serialization.get("name", "value"): shape.value,
        }
        for child in entry:
            if local(child) in names:
                self.xml(f"{at}.{local(child)}", child, names[local(child)])
            else:
                self.misfit(at, f"unknown element {local(child)}")

    def text(self, at: str, value: str, shape: Shape, default_time: str) -> None:
        kind = shape.type_name
        if kind == "timestamp":
            form = shape.serialization.get("timestampFormat", default_time)
            if not is_time(value, form):
                self.misfit(at, f"is not a time ({form}): {value!r}")
        elif kind in ("integer", "long") and not INTEGER.fullmatch(value):
            self.misfit(at, f"is not an integer: {value!r}")
        elif kind == "boolean" and value not in ("true", "false"):
            self.misfit(at, f"is not a boolean: {value!r}")
        elif kind == "string":
            self.enum(at, value, shape)

    def enum(self, at: str, value: str, shape: Shape) -> None:
        if shape.enum and value not in shape.enum and shape.name not in NARROW_ENUMS:
            self.misfit(at, f"{value!r} is not one of {shape.enum}")

    def required(self, at: str, present: set[str], shape: Shape) -> None:
        for name in set(shape.required_members) - present:
            self.misfit(at, f"required member {name} is missing")


def is_in_body(member: Shape) -> bool:
    return "location" not in member.serialization


def xml_name(name: str, member: Shape) -> str:
    """What the element of a member is called."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        inner = member.member.serialization.get("name")
        if inner is not None:
            return inner
    return member.serialization.get("name", name)


def local(node) -> str:
    """An element's name without its namespace."""
    return node.tag.rpartition("}")[2]


def is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def is_time(value: str, form: str) -> bool:
    if form == "unixTimestamp":
        return re.fullmatch(r"\d+(\.\d+)?", value) is not None
    return (HTTP_DATE if form == "rfc822" else RFC3339).fullmatch(value) is not None
