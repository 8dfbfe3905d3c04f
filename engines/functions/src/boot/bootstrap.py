"""Speaks the Runtime API for handlers in Python: bootstrap.py HANDLER ROOT"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from http.client import HTTPConnection

BASE = "/2018-06-01/runtime"
api = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
current = {"id": ""}


def ask(method, path, body=None, headers=None):
    api.request(method, BASE + path, body, headers or {})
    answer = api.getresponse()
    return answer, answer.read()


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Client:
    def __init__(self, told):
        self.custom = told.get("custom", {})
        self.env = told.get("env", {})
        app = told.get("client", {})
        self.client = type("Application", (), {
            "installation_id": app.get("installation_id"),
            "app_title": app.get("app_title"),
            "app_version_name": app.get("app_version_name"),
            "app_version_code": app.get("app_version_code"),
            "app_package_name": app.get("app_package_name"),
        })()


class Context:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.identity = Identity()
        told = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = Client(json.loads(told)) if told else None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        print(message)


class Handler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record) + "\n")


class Formatter(logging.Formatter):
    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record):
        record.aws_request_id = current["id"]
        return super().format(record)


def described(error, request_id, since):
    """An error as callers read it; the frames of this file are nobody's business."""
    frames = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in frames if frame.filename != __file__]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames) if since else [],
    }


def told(failure):
    """An error as the log has it."""
    text = f"[ERROR] {failure['errorType']}: {failure['errorMessage']}"
    if failure["stackTrace"]:
        text += "\nTraceback (most recent call last):\n" + "".join(failure["stackTrace"])
    print(text.rstrip("\n"))
    sys.stdout.flush()


class Failed(Exception):
    def __init__(self, kind, message, frames=()):
        super().__init__(message)
        self.failure = {
            "errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": list(frames),
        }


def load(handler):
    module, dot, name = handler.rpartition(".")
    if not dot:
        raise Failed("Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values "
                     "to unpack (expected 2, got 1)")
    try:
        found = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Failed("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
    except SyntaxError as error:
        frames = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise Failed("Runtime.UserCodeSyntaxError",
                     f"Syntax error in module '{module}': {error}", frames)
    if not hasattr(found, name):
        raise Failed("Runtime.HandlerNotFound",
                     f"Handler '{name}' missing on module '{module}'")
    return getattr(found, name)


def start(handler):
    try:
        return load(handler)
    except Failed as failed:
        failure = failed.failure
    except Exception as error:
        failure = described(error, "", True)
    told(failure)
    kind = failure["errorType"]
    ask("POST", "/init/error", json.dumps(failure), {"Lambda-Runtime-Function-Error-Type": kind})
    sys.exit(1)


def answer(handle, body, context):
    """What the handler answers, written; or why there is nothing to write."""
    try:
        event = json.loads(body)
    except ValueError as error:
        return None, Failed("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}").failure
    try:
        found = handle(event, context)
    except Exception as error:
        return None, described(error, context.aws_request_id, True)
    try:
        return json.dumps(found, ensure_ascii=False).encode(), None
    except Exception as error:
        return None, Failed("Runtime.MarshalError",
                            f"Unable to marshal response: {error}").failure


def serve(handle):
    while True:
        asked, body = ask("GET", "/invocation/next")
        if asked.status != 200:
            sys.exit(1)
        headers = dict(asked.getheaders())
        headers = {"-".join(p.capitalize() for p in k.split("-")): v for k, v in headers.items()}
        context = Context(headers)
        request_id = current["id"] = context.aws_request_id
        if "Lambda-Runtime-Trace-Id" in headers:
            os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
        written, failure = answer(handle, body, context)
        sys.stdout.flush()
        sys.stderr.flush()
        if failure is None:
            ask("POST", f"/invocation/{request_id}/response", written)
        else:
            failure["requestId"] = failure["requestId"] or request_id
            told(failure)
            kind = failure["errorType"]
            ask("POST", f"/invocation/{request_id}/error", json.dumps(failure),
                {"Lambda-Runtime-Function-Error-Type": kind})


def main():
    handler, root = sys.argv[1], sys.argv[2]
    sys.argv = sys.argv[:1]
    sys.path[0] = root
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)
    to = Handler()
    to.setFormatter(Formatter("[%(levelname)s]\t%(asctime)s\t%(aws_request_id)s\t%(message)s"))
    logging.getLogger().addHandler(to)
    try:
        serve(start(handler))
    except (OSError, EOFError):
        # The server is gone.
        sys.exit(1)


main()
