"""Loads the harness for every test below; see `harness/` for the fixtures it brings."""

pytest_plugins = ["harness.report", "harness.fixtures"]
