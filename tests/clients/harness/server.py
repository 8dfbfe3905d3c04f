"""One `aquifer serve` process: start, kill, restart, and talk to its admin API."""

import os
import pathlib
import select
import shutil
import signal
import subprocess
import time

import requests

READY_SECONDS = 30
STOP_SECONDS = 30


def binary() -> str:
    """The release binary, from `AQUIFER_BIN` or where cargo puts it."""
    named = os.environ.get("AQUIFER_BIN")
    if named:
        return named
    target = os.environ.get("CARGO_TARGET_DIR") or pathlib.Path(__file__).parents[3] / "target"
    built = pathlib.Path(target) / "release" / "aquifer"
    return str(built) if built.exists() else shutil.which("aquifer") or str(built)


class Server:
    """A server with its own port and, unless it is ephemeral, its own data directory."""

    def __init__(
        self,
        log: pathlib.Path,
        *args: str,
        data: pathlib.Path | None = None,
        env: dict[str, str] | None = None,
    ):
        self.log = log
        self.data = data
        self.args = args
        self.env = env or {}
        self.url = ""
        self._process: subprocess.Popen | None = None

    def command(self) -> list[str]:
        where = ["--data", str(self.data)] if self.data else ["--ephemeral"]
        return [binary(), "serve", "--port", "0", *where, *self.args]

    def start(self) -> "Server":
        """Starts the process and waits for its one line on stdout."""
        with self.log.open("ab") as log:
            # Its own process group, so that a ^C of the tests does not race with `stop`.
            self._process = subprocess.Popen(
                self.command(), stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                env=os.environ | self.env,
            )
        line = self._first_line()
        word, _, url = line.strip().partition(" ")
        assert word == "ready" and url.startswith("http://"), f"first line on stdout: {line!r}"
        self.url = url
        return self

    def _first_line(self) -> str:
        out = self._process.stdout
        deadline = time.monotonic() + READY_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([out], [], [], left)[0]:
                self.kill()
                raise AssertionError(f"not ready in {READY_SECONDS} s:\n{self.tail()}")
            byte = os.read(out.fileno(), 1)
            if not byte:
                code = self._process.wait()
                raise AssertionError(f"ended with code {code} before it was ready:\n{self.tail()}")
            line += byte
        return line.decode()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Ends it as a power switch would, at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Asks it to end, and returns its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as late:
            process.kill()
            process.wait()
            raise AssertionError(f"did not stop in {STOP_SECONDS} s:\n{self.tail()}") from late
        finally:
            process.stdout.close()
            self._process = None

    def restart(self) -> "Server":
        """Kills it and starts it again on the same data; the port is a new one."""
        self.kill()
        return self.start()

    def tail(self, size: int = 4000) -> str:
        """The end of its log."""
        return self.log.read_bytes()[-size:].decode(errors="replace") if self.log.exists() else ""

    def admin(self, method: str, path: str, **options) -> requests.Response:
        """A call of the admin API, `/_aquifer/<path>`."""
        session = requests.Session()
        session.trust_env = False
        return session.request(method, f"{self.url}/_aquifer/{path}", timeout=30, **options)

    def resident_bytes(self) -> int:
        """Memory it holds now (Linux only)."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the process has no resident size")


class Clock:
    """The server's clock, as a test turns it."""

    def __init__(self, server: Server):
        self._server = server

    def now(self):
        """The virtual time, as a `datetime` with its zone."""
        import datetime

        answer = self._server.admin("GET", "clock")
        assert answer.status_code == 200, answer.text
        return datetime.datetime.fromisoformat(answer.json()["now"].replace("Z", "+00:00"))

    def advance(self, *, days=0, hours=0, minutes=0, seconds=0) -> None:
        """Moves on; what falls due in between has happened when this returns."""
        duration = f"P{days}DT{hours}H{minutes}M{seconds}S"
        answer = self._server.admin("POST", "clock", json={"advance": duration})
        assert answer.status_code == 200, answer.text

    def set(self, instant: str) -> None:
        """Moves to an RFC 3339 instant."""
        answer = self._server.admin("POST", "clock", json={"set": instant})
        assert answer.status_code == 200, answer.text
