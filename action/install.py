"""Install esspec from the action's own files into a venv of its own; everything else by the hashes of requirements.txt.

This runs with the runner's Python, so it imports the standard library alone.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ACTION = Path(__file__).parent.parent
_PIP = ("-I", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")


def main() -> int:
    """Return 0 when esspec is installed below RUNNER_TEMP; 2 with an error that the job shows."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the runner's Python is not chosen here
        sys.stdout.write(
            "::error title=esspec::esspec needs Python 3.11 or newer — run actions/setup-python before it\n"
        )
        return 2
    folder = Path(os.environ["RUNNER_TEMP"], "esspec")
    try:
        venv.create(folder, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as failed:  # Debian has ensurepip in a package of its own
        sys.stdout.write(
            f"::error title=esspec::no venv could be made ({failed}) — run actions/setup-python before it\n"
        )
        return 2
    python = str(folder / "bin" / "python")
    locked = (
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--requirement",
        str(ACTION / "action" / "requirements.txt"),
    )
    itself = ("--no-deps", "--no-index", "--no-build-isolation", str(ACTION))
    for words in (locked, itself):
        done = subprocess.run([python, *_PIP, *words], check=False)  # noqa: S603 - an argument list of our own words
        if done.returncode:
            sys.stdout.write("::error title=esspec::esspec could not be installed; pip says why above\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
