"""The main job: a page's model as the texts of some targets."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from esspec.model import PolicySet
from esspec.outputs.record import FileSet, TargetFiles
from esspec.problem import InputProblems, error
from esspec.targets.objects import isolated
from esspec.targets.target import Target

if TYPE_CHECKING:
    from esspec.compiling.as_written import WrittenPage


def target_files(policies: PolicySet, target: Target) -> TargetFiles:
    """Return the texts of one target by file name, the index files included.

    Raises Inexpressible where the target cannot say what the page says.
    """
    files = _rendered(target, target.lower(policies))
    directions = {w.slug: tuple(d.value for d in isolated(w)) for w in policies.workloads if isolated(w)}
    return TargetFiles(files | target.index(tuple(files)), directions)


def file_set(policies: PolicySet, targets: Iterable[Target]) -> FileSet:
    """Return the files of several targets, to be written as one set."""
    return FileSet(policies.page, {target.name: target_files(policies, target) for target in targets})


def stream(policies: PolicySet, target: Target) -> str:
    """Return the texts of one target as one stream, the index files left out."""
    return _joined(list(_rendered(target, target.lower(policies)).values()))


def stream_as_written(page: "WrittenPage", target: Target) -> str:
    """Return a page's connections in its own words. Raises InputProblems for a target that must know who is meant."""
    return _joined(list(_rendered(target, documents_as_written(page, target)).values()))


def documents_as_written(page: "WrittenPage", target: Target) -> Sequence[Any]:
    """Return the documents of a page in its own words. Raises InputProblems as `stream_as_written` does."""
    if target.as_written is None:
        raise InputProblems(
            [
                error(
                    "needs-binding",
                    page.page,
                    (0, 0),
                    f"the target {target.name} must know who is meant",
                    "leave --as-written away, or use --target csv",
                )
            ]
        )
    return target.as_written(page)


def _rendered(target: Target, documents: Sequence[Any]) -> dict[str, str]:
    files: dict[str, str] = {}
    for item in documents:
        if item.file_name in files:
            raise AssertionError(f"target {target.name} names two files {item.file_name}")
        files[item.file_name] = target.render(item)
    return files


def _joined(texts: list[str]) -> str:
    """Return texts as one stream; several are YAML documents, which a line of three dashes keeps apart."""
    return "---\n".join(texts)
