"""Repositories of git for tests: what stands in the working folder, as commits."""

import subprocess
from pathlib import Path

_AS = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]


def git(*arguments: str, folder: Path | None = None) -> str:
    """Return what git prints, run in the working folder or another one."""
    done = subprocess.run(["git", *_AS, *arguments], cwd=folder, capture_output=True, check=True)  # noqa: S607 - any git
    return done.stdout.decode()


def start() -> None:
    """Make the working folder a repository."""
    git("init", "--quiet", "--initial-branch=main")


def commit() -> str:
    """Commit all files as they are, and return the commit's name."""
    git("add", "--all")
    git("commit", "--quiet", "--message=a step", "--allow-empty")
    return git("rev-parse", "HEAD").strip()
