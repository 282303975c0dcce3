"""`esspec verify`: the texts of each target, fresh or from disk, read back and compared with the page."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from esspec.model import PolicySet
from esspec.outputs.export import target_files
from esspec.outputs.fileset import interrupted
from esspec.problem import InputProblems, error
from esspec.semantics.lifted import Lifted, Refusal, Unreadable
from esspec.semantics.podtree import MAX_BLOCKS, TooManyBlocks
from esspec.semantics.verification_result import Verification
from esspec.semantics.verify import Party, Text, verify
from esspec.targets.target import Target
from esspec.text.source import decode, read_bytes

# What kubectl applies of a folder, hidden files among it (kubernetes/cli-runtime: pkg/resource/visitor.go).
_APPLIED = (".yaml", ".yml", ".json")


def verify_fresh(policies: PolicySet, targets: Iterable[Target]) -> Verification:
    """Return the comparison of what would be exported now. Raises Inexpressible as an export does."""
    return _verified(policies, [_party(target, target_files(policies, target).files) for target in targets])


def verify_folder(policies: PolicySet, targets: Sequence[Target], folder: Path) -> Verification:
    """Return the comparison of the files below `folder`, as they are on disk.

    Raises InputProblems (exit 2) for a folder or file that cannot be read, and for an export that was killed.
    """
    killed = interrupted(folder)
    if killed:
        raise InputProblems([killed])
    return _verified(policies, [_party_on_disk(policies, target, folder) for target in targets])


def _verified(policies: PolicySet, parties: Sequence[Party]) -> Verification:
    try:
        return verify(policies, parties)
    except (TooManyBlocks, RecursionError):  # the latter for a selector on a thousand keys
        message = f"the selectors cross each other in more than {MAX_BLOCKS} ways, too many to compare"
        raise InputProblems(
            [error("too-many-classes", policies.page, (0, 0), message, "tell workloads apart by one label key")]
        ) from None


def _party(target: Target, files: dict[str, str], folder: Path | None = None) -> Party:
    index = target.index(tuple(files))
    texts = [_text(target, name, text, folder) for name, text in files.items() if name not in index]
    return Party(target.name, tuple(texts))


def _text(target: Target, name: str, text: str, folder: Path | None) -> Text:
    shown = str(folder / target.name / name) if folder else f"{target.name}/{name}"
    try:
        return Text(shown, target.lift(text))
    except Unreadable as broken:
        raise InputProblems(
            [
                error(
                    "unreadable-output",
                    shown,
                    (broken.line, broken.column),
                    broken.message,
                    "run esspec export again, or mend the file",
                )
            ]
        ) from None


def _party_on_disk(policies: PolicySet, target: Target, folder: Path) -> Party:
    wanted = target_files(policies, target).files
    index = target.index(tuple(name for name in wanted if name not in target.index(())))
    files = {path.name: _read(path) for path in _files(folder / target.name)}
    party = _party(target, files, folder)
    missing = [(name, "the page compiles to this file, and it is missing") for name in wanted if name not in files]
    wrong = [*missing, *_wrong_index(index, files)]
    if wrong:
        place = str(folder / target.name)
        party = Party(target.name, (*party.texts, *(Text(f"{place}/{n}", _refusal(why)) for n, why in wrong)))
    return party


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError as failed:
        remedy = "name the folder that `esspec export -o` wrote, or leave the target out with --target"
        raise InputProblems(
            [error("unreadable-folder", str(folder), (0, 0), f"cannot be read: {failed.strerror}", remedy)]
        ) from None
    return [path for path in found if not path.name.startswith(".") or path.name.endswith(_APPLIED)]


def _read(path: Path) -> str:
    if path.is_dir():
        message = "this is a folder, and nothing in it would be read"
        raise InputProblems([error("not-a-file", str(path), (0, 0), message, f"move it out of {path.parent}")])
    data = read_bytes(path, str(path))
    decode(data, str(path))
    return data.decode("utf-8")


def _wrong_index(index: dict[str, str], files: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in index.items():
        if name in files and files[name] != text:
            yield name, "it does not apply exactly the files that the page compiles to"


def _refusal(why: str) -> Lifted:
    return Lifted((), (), (Refusal(1, why),))
