"""Loads the report of the client tests' harness, and prints the seed of the run."""

import os

pytest_plugins = ["harness.report"]

# Printed, and taken back by AQUIFER_CRASH_SEED, so that a run can be repeated.
SEED = int(os.environ.get("AQUIFER_CRASH_SEED") or int.from_bytes(os.urandom(4)))
ROUNDS = int(os.environ.get("AQUIFER_CRASH_ROUNDS", "50"))


def pytest_report_header():
    return f"AQUIFER_CRASH_SEED={SEED} AQUIFER_CRASH_ROUNDS={ROUNDS}"


def pytest_terminal_summary(terminalreporter):
    # The header is not printed with --quiet.
    terminalreporter.write_line(f"AQUIFER_CRASH_SEED={SEED} AQUIFER_CRASH_ROUNDS={ROUNDS}")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed, rounds", [(SEED, ROUNDS)], ids=[f"seed{SEED}"])
