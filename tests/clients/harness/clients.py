"""Clients of one account and region: boto3, the AWS CLI, and the environment for any other.

Nothing here knows Aquifer: what differs from AWS is the endpoint and made-up credentials.
"""

import os
import pathlib
import subprocess
import sys
import urllib.parse

import boto3
import botocore.config
import botocore.session

from .responses import Watcher

REGION = "us-east-1"

# Reading a model costs more than most tests; sessions share what was read.
_LOADER = botocore.session.Session().get_component("data_loader")


class Aws:
    """Everything a client needs to be one caller."""

    def __init__(
        self,
        url: str,
        access_key: str,
        secret: str = "test",
        token: str | None = None,
        region: str = REGION,
        watcher: Watcher | None = None,
        account: str | None = None,
    ):
        self.url = url
        self.access_key = access_key
        # A 12-digit access key is its account.
        self.account = account or access_key
        self.secret = secret
        self.token = token
        self.region = region
        self.watcher = watcher or Watcher()
        self._session: boto3.session.Session | None = None

    def elsewhere(self, *, account: str | None = None, region: str | None = None) -> "Aws":
        """The same server, from another account or region."""
        return Aws(
            self.url, account or self.access_key, self.secret, self.token,
            region or self.region, self.watcher,
        )

    def with_key(self, access_key: str, secret: str, token: str | None = None) -> "Aws":
        """The same server, account and region, with other credentials."""
        return Aws(
            self.url, access_key, secret, token, self.region, self.watcher, self.account
        )

    @property
    def session(self) -> boto3.session.Session:
        """A boto3 session with these credentials; `fixtures.session` adds the endpoint."""
        if self._session is None:
            core = botocore.session.Session()
            core.register_component("data_loader", _LOADER)
            core.set_default_client_config(
                botocore.config.Config(
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    read_timeout=60,
                    proxies={},
                )
            )
            self.watcher.watch(core)
            self._session = boto3.session.Session(
                aws_access_key_id=self.access_key,
                aws_secret_access_key=self.secret,
                aws_session_token=self.token,
                region_name=self.region,
                botocore_session=core,
            )
        return self._session

    def client(self, service: str, **config):
        """A boto3 client; keyword arguments are those of botocore's `Config`."""
        options = {"config": botocore.config.Config(**config)} if config else {}
        return self.session.client(service, endpoint_url=self.url, **options)

    def s3control(self, **config):
        """A client of S3 Control. It writes the account before the host, which here is an address and
        can have no name before it: the account is taken away again before the request is signed."""
        client = self.client("s3control", **config)

        def at_address(request, **_):
            url = urllib.parse.urlsplit(request.url)
            host = urllib.parse.urlsplit(self.url).netloc
            request.url = urllib.parse.urlunsplit(url._replace(netloc=host))

        client.meta.events.register("before-sign.s3-control", at_address)
        return client

    def resource(self, service: str):
        """A boto3 resource."""
        return self.session.resource(service, endpoint_url=self.url)

    def env(self) -> dict[str, str]:
        """The environment that makes any AWS client this caller."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        env |= {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            "NO_PROXY": "*",
        }
        if self.token:
            env["AWS_SESSION_TOKEN"] = self.token
        return env

    def cli(self, *args: str, check: bool = True, stdin: bytes | None = None):
        """Runs the AWS CLI; returns the finished process, its output as text."""
        program = pathlib.Path(sys.executable).with_name("aws")
        done = subprocess.run(
            [sys.executable, str(program), *args],
            env=self.env(), input=stdin, capture_output=True, timeout=120,
        )
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        if check and done.returncode != 0:
            raise AssertionError(f"aws {' '.join(args)}: {done.returncode}\n{done.stderr}")
        return done
