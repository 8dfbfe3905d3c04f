"""Functions in tests: packages made on the spot, and calls of them."""

import base64
import io
import json
import textwrap
import zipfile

ROLE = "arn:aws:iam::{account}:role/lambda"


def package(files: dict[str, str | bytes]) -> bytes:
    """An archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16
            text = textwrap.dedent(text) if isinstance(text, str) else text
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class Functions:
    """`functions.make("f", "def handler(event, context): …")`, `functions.call("f", {…})`."""

    def __init__(self, aws, account):
        self.client = aws.client("lambda")
        self.role = ROLE.format(account=account)

    def make(self, name: str, code: str, **more) -> str:
        """The ARN of a new function; in Python, unless it is told otherwise."""
        given = {
            "FunctionName": name, "Role": self.role, "Runtime": "python3.12",
            "Handler": "code.handler", "Code": {"ZipFile": package({"code.py": code})}, **more,
        }  # fmt: skip
        return self.client.create_function(**given)["FunctionArn"]

    def call(self, name: str, event=None, **more):
        """What a function answers."""
        answer = self.invoke(name, event, **more)
        assert "FunctionError" not in answer, answer["Payload"]
        return answer["Payload"]

    def failure(self, name: str, event=None, **more) -> dict:
        """What is told of a function's failure."""
        answer = self.invoke(name, event, **more)
        assert answer["FunctionError"] == "Unhandled"
        return answer["Payload"]

    def invoke(self, name: str, event=None, **more) -> dict:
        """The whole answer, with what was answered as a value and the log as text."""
        answer = self.client.invoke(FunctionName=name, Payload=json.dumps(event), **more)
        said = answer["Payload"].read()
        answer["Payload"] = json.loads(said) if said else None
        if "LogResult" in answer:
            answer["LogResult"] = base64.b64decode(answer["LogResult"]).decode()
        return answer
