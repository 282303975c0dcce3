"""Measure the speed of esspec as ratios to other work on the same machine in the same run.

`make bench`, or `python -m benchmarks.run [--quick] [--json] [--clock cpu]`. This is a measurement and no test: a
missed limit is printed and the exit code stays 0; only a command that fails ends the run with 1.

Reading is timed as the command does it, with Python's search for cycles of garbage off (`esspec/__main__.py`), and
the stock parse as its users run it, with the search on. Lines without a limit show both without it.

Two analyzers of manifests are measured beside `esspec list` where they are installed, on PATH or where an option says:
network-config-analyzer (`pip install network-config-analyzer` in an environment of its own, `--nca …/bin/nca`) and
np-guard's netpol-analyzer v1.4.4 (`go build ./cmd/netpolicy` in its sources, `--netpolicy …/netpolicy`).
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.generate import write, write_manifests, write_newest
from benchmarks.timing import SCRATCH, Sample, Work, medians

SEED = Path(__file__).parent.parent / "docs_source" / "network-policies.md"
ESSPEC = str(Path(sys.executable).with_name("esspec"))
ALL_TARGETS = [
    part for name in ("kubernetes", "calico", "cilium", "csv") for part in ("--target", name)
]  # named, so that a further plugin on this machine is not measured
MOST_MEMORY = 500

IMPORTS = """\
from markdown_it import MarkdownIt
from pydantic import BaseModel
from jinja2 import Environment
from typer import Typer
"""

# The scripts print the seconds of their work alone: neither the interpreter's start nor imports are to our favour.
TIMED = """\
import gc, json, sys, time
from pathlib import Path
def timed(work, *arguments):
    if "no-gc" in sys.argv:
        gc.disable()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work(*arguments)
    seconds = time.perf_counter() - wall, time.process_time() - cpu
    return result, json.dumps(seconds)
"""
STOCK_PARSE = f"""{TIMED}
from markdown_it import MarkdownIt
text = Path(sys.argv[1]).read_text(encoding="utf-8")
print(timed(MarkdownIt("commonmark").enable("table").parse, text)[1])
"""
READ = f"""{TIMED}
from markdown_it import MarkdownIt
from esspec.compiling.loading import PageFile, load_binding, load_source
from esspec.compiling.page_reading import read
file = PageFile(sys.argv[1])
source, binding = load_source(file), load_binding(file)
reading, seconds = timed(read, source, binding, "page.md", {{}})
assert len(reading.resolution.rules) == 10_000
"""
READ_ONLY = f"{READ}print(seconds)\n"
LINT = f"""{READ}
from esspec.linting.lint import lint
print(timed(lint, [reading])[1])
"""


class Limit(NamedTuple):
    """One line of the table: the work measured, the work it is compared with, and the ratio allowed, if any."""

    name: str
    work: str
    against: str
    limit: float | None = None


class Result(NamedTuple):
    """What became of one limit; `measured` and `limit` are ratios, or megabytes where `against_seconds` is None."""

    name: str
    measured: float
    limit: float | None
    ok: bool
    seconds: float
    against_seconds: float | None


LIMITS = (
    Limit("export the seed / import the libraries", "export seed", "imports", 1.5),
    Limit("explain on the seed / import the libraries", "explain seed", "imports", 1.3),
    Limit("esspec --version / python -c pass", "--version", "bare interpreter", 3),
    Limit("export 1,000 workloads / stock parse", "export 1000", "stock parse oldest", 1.5),
    Limit("export 1,000 workloads / export 100", "export 1000", "export 100", 12),
    Limit("verify 1,000 workloads / stock parse", "verify 1000", "stock parse oldest", 4),
    Limit("check the seed and its files / import the libraries", "check seed", "imports", 2),
    Limit("check 1,000 workloads and files / verify 1,000", "check 1000", "verify 1000", 2),
    Limit("check 1,000 workloads and files / check 100", "check 1000", "check 100", 12),
    *(
        limit
        for layout in ("oldest", "newest")
        for limit in (
            Limit(f"read 1,000, {layout} layout / stock parse", f"read {layout}", f"stock parse {layout}", 0.4),
            Limit("  the same, both without gc", f"read {layout}", f"stock parse {layout} no-gc"),
            Limit(f"lint 1,000, {layout} layout / read", f"lint {layout}", f"read {layout}", 1),
        )
    ),
    Limit("list 100 workloads / network-config-analyzer", "list 100", "nca", 1 / 100),
    Limit("list 100 workloads / np-guard netpol-analyzer", "list 100", "netpolicy", 1 / 5),
    Limit("list 1,000 workloads / list 100", "list 1000", "list 100", 12),
    Limit("diff of two sets of 1,000 / list 1,000", "diff 1000", "list 1000", 3),
)


class Peers(NamedTuple):
    """Where other analyzers are installed; None for one that is not."""

    nca: str | None
    netpolicy: str | None

    def works(self, manifests: str) -> dict[str, Work]:
        """Return what is to be timed of them: a run or two, because theirs take seconds."""
        found = {}
        if self.nca:
            found["nca"] = Work([self.nca, "--connectivity", manifests, "-r", manifests], 0)
        if self.netpolicy:
            found["netpolicy"] = Work([self.netpolicy, "list", "--dirpath", manifests, "-q"], 3)
        return found


def works(folder: Path, peers: Peers, *, short: int, long: int) -> dict[str, Work]:
    """Return everything to time by name, with how often the short and the long processes are run."""
    python, target_arguments = sys.executable, [*ALL_TARGETS, "-o", "out"]
    hundred, thousand = (str(write(size, folder / str(size))) for size in (100, 1000))
    newest = str(write_newest(1000, folder / "newest"))
    some, many = (str(write_manifests(size, folder / f"manifests-{size}")) for size in (100, 1000))
    changed = str(write_manifests(1000, folder / "changed", without_last_rule=True))
    question = "kafka -> zookeeper:2181/tcp"
    found = {
        "bare interpreter": Work([python, "-c", "pass"], short),
        "--version": Work([ESSPEC, "--version"], short),
        "imports": Work([python, "-c", IMPORTS], short),
        "export seed": Work([ESSPEC, "export", str(SEED), *target_arguments], short),
        "explain seed": Work([ESSPEC, "explain", str(SEED), question], short),
        "export 100": Work([ESSPEC, "export", hundred, *target_arguments], long),
        "export 1000": Work([ESSPEC, "export", thousand, *target_arguments], long),
        "verify 1000": Work([ESSPEC, "verify", thousand], long),
        "check seed": Work(_check(str(SEED), folder / "files"), short),
        "check 100": Work(_check(hundred, folder / "files-100"), long),
        "check 1000": Work(_check(thousand, folder / "files-1000"), long),
    }
    for layout, page in (("oldest", thousand), ("newest", newest)):
        found |= {
            f"stock parse {layout}": Work([python, "-c", STOCK_PARSE, page], long, times_itself=True),
            f"stock parse {layout} no-gc": Work([python, "-c", STOCK_PARSE, page, "no-gc"], long, times_itself=True),
            f"read {layout}": Work([python, "-c", READ_ONLY, page, "no-gc"], long, times_itself=True),
            f"lint {layout}": Work([python, "-c", LINT, page, "no-gc"], long, times_itself=True),
        }
    return found | {
        "list 100": Work([ESSPEC, "list", some], short),
        "list 1000": Work([ESSPEC, "list", many], long),
        "diff 1000": Work([ESSPEC, "diff", many, changed], long, codes=(1,)),
        **peers.works(some),
    }


def _check(page: str, files: Path) -> list[str]:
    """Return the command that checks a page and its files, which are written here."""
    command = [ESSPEC, "check", page, *ALL_TARGETS, "-o", str(files)]
    subprocess.run([*command, "--fix"], capture_output=True, check=False)
    return command


def results(samples: Mapping[str, Sample], clock: str) -> Iterator[Result]:
    """Yield how what was measured stands to the limits; what was not measured has no line."""
    for name, work, against, limit in LIMITS:
        if against in samples:
            seconds, others = (getattr(samples[one], clock) for one in (work, against))
            yield Result(name, seconds / others, limit, limit is None or seconds / others <= limit, seconds, others)
    for work in ("list 1000", "diff 1000"):
        taken = samples[work]
        is_small = taken.memory <= MOST_MEMORY
        yield Result(f"megabytes of {work}", taken.memory, MOST_MEMORY, is_small, getattr(taken, clock), None)


def as_table(found: Sequence[Result], clock: str) -> str:
    """Return the results for people, raw seconds last."""
    lines = [f"{'name':<46} {'measured':>8} {'limit':>8}  {'ok':<3} seconds ({clock})"]
    for result in found:
        limit = "" if result.limit is None else f"{result.limit:.3f}"
        against = "" if result.against_seconds is None else f" / {result.against_seconds:.3f}"
        ok = "" if result.limit is None else "yes" if result.ok else "NO"
        lines.append(f"{result.name:<46} {result.measured:>8.3f} {limit:>8}  {ok:<3} {result.seconds:.3f}{against}")
    return "\n".join(lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu on a machine with other work")
    parser.add_argument("--nca", default=shutil.which("nca"), help="network-config-analyzer 2.x")
    parser.add_argument("--netpolicy", default=shutil.which("netpolicy"), help="np-guard's netpol-analyzer")
    arguments = parser.parse_args()
    short, long = (9, 3) if arguments.quick else (21, 7)
    peers = Peers(arguments.nca, arguments.netpolicy)
    for name, place in peers._asdict().items():
        if place is None:
            print(f"{name} is not installed and not measured; --{name} says where it is", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            samples = medians(works(Path(folder), peers, short=short, long=long))
    except subprocess.CalledProcessError as failure:
        print(f"{failure}\n{failure.stderr}", file=sys.stderr)
        return 1
    found = tuple(results(samples, arguments.clock))
    report = {
        "python": platform.python_version(),
        "clock": arguments.clock,
        "samples": {name: sample._asdict() for name, sample in samples.items()},
        "results": [result._asdict() for result in found],
    }
    print(json.dumps(report, indent=2) if arguments.json else as_table(found, arguments.clock))
    return 0


if __name__ == "__main__":
    sys.exit(main())
