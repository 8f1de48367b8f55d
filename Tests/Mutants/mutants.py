#!/usr/bin/env python3
"""Breaks the sources on purpose, one line at a time, and tells which breaks no test near them sees.

    Tests/Mutants/mutants.py                  # all of mutants.tsv; a few minutes each
    Tests/Mutants/mutants.py --only HostTime  # those whose file, text or tests contain this
    Tests/Mutants/mutants.py --check          # only whether each text stands just once in its file

A line of mutants.tsv is a file under Sources, a text of it, what takes its place, and the tests that
are near, as `swift test --filter` has them. All happens in a copy of the last commit (--folder), which
is kept, so that the next run builds little. Ends with 1 if a mutant lived or could not be made.
"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def run(*words, folder=None):
    """Whether a command ends well, and what it said."""
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def listed(only):
    """The mutants whose lines contain `only`."""
    with open(f"{HERE}/mutants.tsv") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if only in line and line.strip()]
    return [line for line in lines if not line[0].startswith("#")]


def broken(mutant, root):
    """The text of the mutant's file with its break, or None if its text does not stand there once."""
    file, old, new, _ = mutant
    if not os.path.exists(f"{root}/Sources/{file}"):
        return None
    with open(f"{root}/Sources/{file}") as source:
        text = source.read()
    return text.replace(old, new) if text.count(old) == 1 and old != new else None


def copy(folder):
    """A copy of the last commit in `folder`, with its tests built and passing."""
    if not os.path.exists(folder):
        run("git", "clone", "-q", ROOT, folder)
    run("git", "fetch", "-q", ROOT, "HEAD", folder=folder)
    run("git", "reset", "-q", "--hard", "FETCH_HEAD", folder=folder)
    built, said = run("swift", "build", "--build-tests", folder=folder)
    if not built:
        sys.exit(said)


def outcome(mutant, folder):
    """What becomes of a mutant: killed, lived, or why it could not be tried."""
    text = broken(mutant, folder)
    if text is None:
        return "stale: its text does not stand there just once"
    with open(f"{folder}/Sources/{mutant[0]}", "w") as source:
        source.write(text)
    try:
        built, said = run("swift", "build", "--build-tests", folder=folder)
        if not built:
            return "does not build: " + next((l for l in said.split("\n") if "error:" in l), "")
        passed, said = tested(mutant[3], folder)
        return "lived" if passed else "killed"
    finally:
        run("git", "checkout", "-q", "Sources", folder=folder)


def tested(tests, folder):
    """Whether the tests pass, of which there is one at least."""
    passed, said = run("swift", "test", "--skip-build", "--filter", tests, folder=folder)
    if "Test run with 0 tests" in said:
        sys.exit(f"no test is called {tests}")
    return passed, said


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--only", default="")
    options.add_argument("--folder", default="/tmp/servesim-mutants")
    options.add_argument("--check", action="store_true")
    given = options.parse_args()
    mutants = listed(given.only)
    if given.check:
        stale = [mutant for mutant in mutants if broken(mutant, ROOT) is None]
        for mutant in stale:
            print(f"{mutant[0]}: {mutant[1]!r} does not stand there just once")
        sys.exit(1 if stale else 0)
    copy(given.folder)
    for tests in sorted({mutant[3] for mutant in mutants}):
        passed, said = tested(tests, given.folder)
        if not passed:
            sys.exit(f"{tests} fails before anything is broken\n{said}")
    left = 0
    for mutant in mutants:
        end = outcome(mutant, given.folder)
        left += end != "killed"
        print(f"{end}: {mutant[0]}: {mutant[1]} -> {mutant[2]}", flush=True)
    print(f"{len(mutants) - left} of {len(mutants)} killed")
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
