"""One run of the action: the check with annotations and SARIF, and what the change newly allows, in the job's summary.

Inputs come by the environment, programs are started by argument lists, and no module is imported from the checked-out
tree: a pull request may change every file in it.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from esspec.commands.check_settings import CheckSettings, settings_here, settings_of_page
from esspec.problem import EsspecError, printable

ESSPEC = (sys.executable, "-I", "-m", "esspec")
_LARGEST = 900_000
_REVISION = re.compile(r"[0-9a-f]{40}")
_TRUSTED_EVENTS = frozenset({"pull_request_target", "workflow_run"})
_BINDINGS = ("esspec.toml", "pyproject.toml")
_CHANGED = ("diff", "--name-only", "--no-renames", "-z", "--end-of-options")
_FAILED = 2


class Inputs(NamedTuple):
    """What the workflow asks for. `base` is the revision to compare with, and empty for none."""

    pages: tuple[str, ...]
    against: str
    baseline: str
    fail_on: tuple[str, ...]
    base: str
    pin_config: bool
    timeout: int
    sarif: Path


def inputs_in(environment: Mapping[str, str]) -> Inputs:
    """Return the inputs.

    Raises ValueError for a page that looks like an option, a timeout that is none, and inputs that contradict others.
    """
    pages, fail_on = (
        tuple(line.strip() for line in environment.get(f"INPUT_{name}", "").splitlines() if line.strip())
        for name in ("PAGES", "FAIL_ON")
    )
    against, baseline = (environment.get(f"INPUT_{name}", "").strip() for name in ("AGAINST", "BASELINE"))
    for word in (*pages, against, baseline, *fail_on):
        if word.startswith("-"):
            raise ValueError(f"'{word}' is an option; name pages and folders only")
    since = environment.get("INPUT_SINCE", "").strip()
    base = "" if since == "none" else since or _base_of(_event(environment))
    if base.startswith("-"):
        raise ValueError(f"'{base}' is no revision")
    pin_config = environment.get("INPUT_PIN_CONFIG", "") == "true"
    for name in _compared(fail_on, pin_config=pin_config) if since == "none" else ():
        raise ValueError(f"{name} compares with a revision, and since is none; leave one of them away")
    return Inputs(
        pages=pages,
        against=against,
        baseline=baseline,
        fail_on=fail_on,
        base=base,
        pin_config=pin_config,
        timeout=int(environment.get("INPUT_TIMEOUT_SECONDS") or "300"),
        sarif=Path(environment["RUNNER_TEMP"], "esspec.sarif"),
    )


def _compared(fail_on: Iterable[str], *, pin_config: bool) -> tuple[str, ...]:
    """Return the inputs that mean nothing where there is no revision to compare with."""
    asked = {"fail-on: widening": "widening" in fail_on, "pin-config": pin_config}
    return tuple(name for name, is_asked in asked.items() if is_asked)


def _event(environment: Mapping[str, str]) -> dict[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH")
    return dict(json.loads(Path(path).read_text(encoding="utf-8"))) if path else {}


def _base_of(event: Mapping[str, Any]) -> str:
    """Return the base of a pull request, or of one in a merge queue; empty for other events."""
    request, queued = event.get("pull_request") or {}, event.get("merge_group") or {}
    base = str(request.get("base", {}).get("sha") or queued.get("base_sha", ""))
    return base if _REVISION.fullmatch(base) else ""


def check_words(inputs: Inputs, summary: Path) -> tuple[str, ...]:
    """Return the command line of the check."""
    formats = ("--format", "github", "--format", f"sarif={inputs.sarif}", "--format", f"md={summary}")
    against = ("--against", inputs.against) if inputs.against else ()
    known = ("--baseline", inputs.baseline) if inputs.baseline else ()
    # Without a base there is nothing to be wider than; the job says so.
    fail_on = [level for level in inputs.fail_on if inputs.base or level != "widening"]
    levels = (word for level in fail_on for word in ("--fail-on", level))
    since = ("--since", inputs.base) if inputs.base else ()
    return ("check", *formats, *against, *known, *levels, *since, "--", *inputs.pages)


def diff_words(page: str, base: str, settings: CheckSettings | None = None) -> tuple[str, ...]:
    """Return the command line that says what a page newly allows, read as its settings say."""
    data = (word for path in (settings.data if settings else ()) for word in ("--data", path))
    profile = ("--profile", settings.profile) if settings and settings.profile else ()
    return ("diff", "--format", "md", *data, *profile, "--", f"{base}:{page}", page)


def is_risky(environment: Mapping[str, str], event: Mapping[str, Any]) -> bool:
    """Return whether the run holds secrets and looks at somebody else's fork."""
    request = event.get("pull_request") or event.get("workflow_run") or {}
    head = request.get("head", {}).get("repo") or request.get("head_repository") or {}
    is_fork = head.get("full_name", "") != environment.get("GITHUB_REPOSITORY", "")
    return environment.get("GITHUB_EVENT_NAME", "") in _TRUSTED_EVENTS and is_fork


def changed_bindings(inputs: Inputs) -> Iterator[str]:
    """Yield the files since the base that decide what is checked. Raises OSError where git cannot say."""
    for name in _names(*_CHANGED, inputs.base, "--"):
        if name.rpartition("/")[2] in _BINDINGS and _decides(name, inputs.base):
            yield name
    yield from _changed_data(inputs)


def _changed_data(inputs: Inputs) -> Iterator[str]:
    """Yield the data files of the settings that are not as in the base: a page says what is in them."""
    data = [path for settings in _settings(inputs) for path in settings.data]
    if data:  # git takes none for all
        yield from _names("--literal-pathspecs", *_CHANGED, inputs.base, "--", *data)


def _names(*words: str) -> list[str]:
    """Return the names of files that git prints. Raises OSError where it cannot."""
    done = _git(*words)
    if done.returncode:
        raise OSError(done.stderr.decode("utf-8", "replace").strip())
    return [name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name]


def _decides(name: str, base: str) -> bool:
    """Return whether a file holds settings of esspec, now or before; an esspec.toml always does."""
    if not name.endswith("pyproject.toml"):
        return True
    now = Path(name).read_bytes() if Path(name).is_file() else b""
    before = _git("cat-file", "blob", f"{base}:{name}").stdout
    return any(re.search(rb"\btool\s*\.\s*\"?esspec\b|\[\s*tool\s*\]", text) for text in (now, before))


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], capture_output=True, check=False)  # noqa: S603, S607 - an argument list


def _fetch(base: str) -> None:
    """Fetch the base of a pull request where the clone is shallow; esspec says so where that does not work."""
    if _REVISION.fullmatch(base) and _git("cat-file", "-e", f"{base}^{{commit}}").returncode:
        _git("fetch", "--no-tags", "--depth=1", "origin", base)


def annotation(level: str, message: str) -> str:
    """Return a workflow command; what it says cannot begin another."""
    return f"::{level} title=esspec::{printable(message).replace('%', '%25')}\n"


def _esspec(words: Iterable[str], timeout: int, *, is_quiet: bool) -> subprocess.CompletedProcess[bytes]:
    kept = subprocess.PIPE if is_quiet else None
    return subprocess.run([*ESSPEC, *words], stdout=kept, stderr=kept, timeout=timeout, check=False)  # noqa: S603 - as above


def _settings(inputs: Inputs) -> Sequence[CheckSettings]:
    """Return the settings of the run; none where they are wrong, which the check says."""
    try:
        return list(filter(None, map(settings_of_page, inputs.pages))) if inputs.pages else settings_here()
    except EsspecError:
        return ()


def _pages(inputs: Inputs) -> Iterator[tuple[str, CheckSettings | None]]:
    """Yield the pages of the run, each with the settings by which it is read."""
    if not inputs.pages:
        yield from ((page, settings) for settings in _settings(inputs) for page in settings.pages)
        return
    for page in inputs.pages:
        try:
            yield page, settings_of_page(page)
        except EsspecError:  # the check says so
            yield page, None


def _differences(inputs: Inputs) -> Iterator[str]:
    """Yield what each page newly allows, as Markdown; a page that is new, or was wrong, has nothing to compare."""
    for page, settings in _pages(inputs) if inputs.base else ():
        done = _esspec(diff_words(page, inputs.base, settings), inputs.timeout, is_quiet=True)
        if done.returncode <= 1:
            yield done.stdout.decode("utf-8", "replace")


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _summarize(parts: Iterable[str]) -> None:
    """Append to the job's summary what it can hold, whole parts only."""
    room = _LARGEST
    for part in parts:
        room -= len(part.encode("utf-8"))
        _append("GITHUB_STEP_SUMMARY", f"{part}\n" if room > 0 else "There is more, and too much to be shown here.\n")
        if room <= 0:
            return


def _run(inputs: Inputs) -> int:
    summary = inputs.sarif.with_suffix(".md")
    _fetch(inputs.base)
    for name in _compared(inputs.fail_on, pin_config=inputs.pin_config) if not inputs.base else ():
        message = f"nothing was compared: this event has no base, so that {name} does nothing; name a revision in since"
        sys.stdout.write(annotation("notice", message))
    if inputs.pin_config and inputs.base:
        for name in changed_bindings(inputs):
            message = f"{name} decides what is checked and is changed here; change it in a pull request of its own"
            sys.stdout.write(annotation("error", message))
            return 1
    sys.stdout.flush()
    code = _esspec(check_words(inputs, summary), inputs.timeout, is_quiet=False).returncode
    if inputs.sarif.is_file():
        _append("GITHUB_OUTPUT", f"sarif={inputs.sarif}\n")
    findings = [summary.read_text(encoding="utf-8")] if summary.is_file() else []
    _summarize([*_differences(inputs), *findings])  # what is newly allowed stands above a long table
    return code


def main() -> int:
    """Return the exit code of the check; 2 where it could not be run."""
    try:
        if is_risky(os.environ, _event(os.environ)):
            message = "this event has secrets and a fork's files; run esspec on pull_request instead"
            sys.stdout.write(annotation("warning", message))
        return _run(inputs_in(os.environ))
    except subprocess.TimeoutExpired:
        message = "ended after the time that timeout-seconds gives it; raise that if the page is so large"
        sys.stdout.write(annotation("error", message))
    except (OSError, ValueError) as failed:
        sys.stdout.write(annotation("error", str(failed)))
    return _FAILED


if __name__ == "__main__":
    sys.exit(main())
