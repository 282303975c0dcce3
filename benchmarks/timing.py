"""Processes that are timed: each in an empty folder of its own, in rounds that meet a slow minute alike."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# Creating a file takes as long as the disk likes, a plain loop of 3,000 more than all of esspec's work here. So the
# files go to memory where the system has such a folder, and the ratios are of esspec's own work.
MEMORY = Path("/dev/shm")  # noqa: S108 - each run makes a folder of its own below it
SCRATCH = str(MEMORY) if MEMORY.is_dir() else None

_KIBIBYTES = 1024


class Sample(NamedTuple):
    """One run: seconds by the clock on the wall, seconds of processor time, and megabytes at the most."""

    wall: float
    cpu: float
    memory: float


class Work(NamedTuple):
    """One process to time, from outside unless it prints its own seconds: wall and processor, as a JSON list.

    `codes` are the exit codes of a run that did its work.
    """

    command: Sequence[str]
    repeats: int
    times_itself: bool = False
    codes: Sequence[int] = (0,)

    def sample(self) -> Sample:
        """Run once and return what it took. Raises CalledProcessError for another exit code."""
        with (
            tempfile.TemporaryDirectory(dir=SCRATCH) as folder,
            tempfile.TemporaryFile(dir=SCRATCH) as data,
            tempfile.TemporaryFile(dir=SCRATCH) as messages,
        ):
            start = time.perf_counter()
            with subprocess.Popen(self.command, cwd=folder, stdout=data, stderr=messages) as process:
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - start
            if process.returncode not in self.codes:
                messages.seek(0)
                failed = messages.read().decode(errors="replace")
                raise subprocess.CalledProcessError(process.returncode, self.command, stderr=failed)
            memory = used.ru_maxrss / _KIBIBYTES
            if self.times_itself:
                data.seek(0)
                own_wall, own_cpu = json.loads(data.read())
                return Sample(own_wall, own_cpu, memory)
        return Sample(wall, used.ru_utime + used.ru_stime, memory)


def medians(todo: Mapping[str, Work]) -> dict[str, Sample]:
    """Return the medians of each work; rounds are interleaved, so a slow minute meets all alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in todo}
    for name, work in todo.items():
        first = work.sample()  # fills the caches of bytecode and disk, and counts only where it is the one run
        if not work.repeats:
            samples[name].append(first)
    for turn in range(max(work.repeats for work in todo.values())):
        for name, work in todo.items():
            if turn < work.repeats:
                samples[name].append(work.sample())
    return {name: Sample(*map(statistics.median, zip(*taken, strict=True))) for name, taken in samples.items()}
