"""Measure the speed of esspec as ratios to other work on the same machine in the same run.

`make bench`, or `python -m benchmarks.run [--quick] [--json]`. This is a measurement and no test: a missed
limit is printed and the exit code stays 0; only a command that fails ends the run with 1.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.generate import write

SEED = Path(__file__).parent.parent / "docs_source" / "network-policies.md"
ESSPEC = str(Path(sys.executable).with_name("esspec"))
ALL_TARGETS = [
    part for name in ("kubernetes", "calico", "cilium", "csv") for part in ("--target", name)
]  # named, so that a further plugin on this machine is not measured

# Creating a file takes as long as the disk likes, a plain loop of 3,000 more than all of esspec's work here. So the
# files go to memory where the system has such a folder, and the ratios are of esspec's own work.
MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own below it
SCRATCH = str(MEMORY) if MEMORY.is_dir() else None

IMPORTS = """\
from markdown_it import MarkdownIt
from pydantic import BaseModel
from jinja2 import Environment
from typer import Typer
"""

# Prints the seconds of the parse alone: neither the interpreter's start nor the import is to our favour.
STOCK_PARSE = """\
import sys, time
from pathlib import Path
from markdown_it import MarkdownIt
text = Path(sys.argv[1]).read_text(encoding="utf-8")
parser = MarkdownIt("commonmark").enable("table")
start = time.perf_counter()
parser.parse(text)
print(time.perf_counter() - start)
"""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One process to time, by the clock outside it unless it prints its own seconds."""

    command: Sequence[str]
    repeats: int
    times_itself: bool = False

    def seconds(self) -> float:
        """Run once, in an empty folder of its own, and return how long it took."""
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            start = time.perf_counter()
            done = subprocess.run(self.command, cwd=folder, check=True, capture_output=True, text=True)
            elapsed = time.perf_counter() - start
        return float(done.stdout) if self.times_itself else elapsed


@dataclass(frozen=True)
class Limit:
    """One line of the table: the work measured, the work it is compared with, and the ratio allowed."""

    name: str
    work: str
    against: str
    limit: float


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one limit."""

    name: str
    measured: float
    limit: float
    ok: bool
    seconds: float
    against_seconds: float


LIMITS = (
    Limit("export the seed / import the libraries", "export seed", "imports", 1.5),
    Limit("esspec --version / python -c pass", "--version", "bare interpreter", 3),
    Limit("export 1,000 workloads / stock parse", "export 1000", "stock parse 1000", 1.5),
    Limit("export 1,000 workloads / export 100", "export 1000", "export 100", 12),
    Limit("verify 1,000 workloads / stock parse", "verify 1000", "stock parse 1000", 4),
)


def works(folder: Path, *, short: int, long: int) -> dict[str, Work]:
    """Return everything to time by name, with how often the short and the long processes are run."""
    python, target_arguments = sys.executable, [*ALL_TARGETS, "-o", "out"]
    hundred, thousand = (str(write(size, folder / str(size))) for size in (100, 1000))
    return {
        "bare interpreter": Work(command=[python, "-c", "pass"], repeats=short),
        "--version": Work(command=[ESSPEC, "--version"], repeats=short),
        "imports": Work(command=[python, "-c", IMPORTS], repeats=short),
        "export seed": Work(command=[ESSPEC, "export", str(SEED), *target_arguments], repeats=short),
        "export 100": Work(command=[ESSPEC, "export", hundred, *target_arguments], repeats=long),
        "stock parse 1000": Work(command=[python, "-c", STOCK_PARSE, thousand], repeats=long, times_itself=True),
        "export 1000": Work(command=[ESSPEC, "export", thousand, *target_arguments], repeats=long),
        "verify 1000": Work(command=[ESSPEC, "verify", thousand], repeats=long),
    }


def medians(todo: Mapping[str, Work]) -> dict[str, float]:
    """Return the median seconds of each work; rounds are interleaved, so a slow minute meets all alike."""
    for work in todo.values():
        work.seconds()  # fills the caches of bytecode and disk; not counted
    times: dict[str, list[float]] = {name: [] for name in todo}
    for turn in range(max(work.repeats for work in todo.values())):
        for name, work in todo.items():
            if turn < work.repeats:
                times[name].append(work.seconds())
    return {name: statistics.median(measured) for name, measured in times.items()}


def result(limit: Limit, seconds: Mapping[str, float]) -> Result:
    """Return how the measured ratio stands to its limit."""
    work, against = seconds[limit.work], seconds[limit.against]
    return Result(
        name=limit.name,
        measured=round(work / against, 2),
        limit=limit.limit,
        ok=work / against <= limit.limit,
        seconds=work,
        against_seconds=against,
    )


def as_table(results: Sequence[Result]) -> str:
    """Return the results for people, raw seconds last."""
    lines = [f"{'name':<40} {'measured':>8} {'limit':>6}  {'ok':<3} seconds"]
    lines += [
        f"{r.name:<40} {r.measured:>8.2f} {r.limit:>6.1f}  {'yes' if r.ok else 'NO':<3} "
        f"{r.seconds:.3f} / {r.against_seconds:.3f}"
        for r in results
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    short, long = (5, 1) if arguments.quick else (21, 7)
    try:
        with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
            seconds = medians(works(Path(folder), short=short, long=long))
    except subprocess.CalledProcessError as failure:
        print(f"{failure}\n{failure.stderr}", file=sys.stderr)
        return 1
    results = [result(limit, seconds) for limit in LIMITS]
    report = {
        "python": platform.python_version(),
        "seconds": seconds,
        "results": [asdict(r) for r in results],
    }
    print(json.dumps(report, indent=2) if arguments.json else as_table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
