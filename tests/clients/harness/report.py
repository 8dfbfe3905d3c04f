"""A pytest plugin: which tests passed, and which rows of the specification they have shown.

`cargo xtask test` names a file in `AQUIFER_REPORT`; this writes it when the session ends.
"""

import json
import os
import pathlib

import pytest


# Tests of behaviour that is specified and not there yet. The list may only shrink: a test on it that
# passes is reported (XPASS), and its line is to go.
NOT_YET = pathlib.Path(__file__).parent.parent / "not_yet.txt"


def not_yet() -> set[str]:
    lines = NOT_YET.read_text().splitlines() if NOT_YET.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def pytest_collection_modifyitems(items):
    listed = not_yet()
    for item in items:
        name = item.nodeid.removeprefix("tests/clients/")
        if name in listed or name.split("::")[0] in listed:
            item.add_marker(pytest.mark.xfail(reason="listed in not_yet.txt", strict=False))
        rows = [row for mark in item.iter_markers("behaviour") for row in mark.args]
        if rows:
            # Properties travel from the workers of xdist to the process that writes the report.
            item.user_properties.append(("rows", rows))


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    path = os.environ.get("AQUIFER_REPORT")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(pathlib.Path(path)), "aquifer-report")


class Report:
    """Gathers outcomes, test by test."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.outcomes: dict[str, str] = {}
        self.rows: dict[str, list[str]] = {}
        self.broken_files = 0

    def pytest_collectreport(self, report):
        self.broken_files += report.failed

    def pytest_runtest_logreport(self, report):
        before = self.outcomes.get(report.nodeid)
        if report.failed or before == "failed":
            self.outcomes[report.nodeid] = "failed"
        elif report.skipped:
            self.outcomes[report.nodeid] = "skipped"
        elif report.when == "call":
            self.outcomes[report.nodeid] = "passed"
        self.rows[report.nodeid] = dict(report.user_properties).get("rows", [])

    def pytest_sessionfinish(self):
        rows: dict[str, dict[str, int]] = {}
        for test, outcome in self.outcomes.items():
            for row in self.rows.get(test, []):
                counts = rows.setdefault(row, {"passed": 0, "failed": 0, "skipped": 0})
                counts[outcome] += 1
        outcomes = list(self.outcomes.values())
        report = {
            "passed": outcomes.count("passed"),
            "failed": outcomes.count("failed") + self.broken_files,
            "skipped": outcomes.count("skipped"),
            "rows": rows,
        }
        self.path.write_text(json.dumps(report, indent=1, sort_keys=True))
