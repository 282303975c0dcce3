"""From the words of a command line to what is looked at: a page, manifests, standard input, or `REV:path` in git."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from esspec.manifests.manifest_files import (
    DEFAULT_NAMESPACE,
    STDIN,
    ManifestText,
    each_once,
    is_manifest,
    read_stdin,
    texts_at,
    texts_below,
)
from esspec.problem import InputProblems, PageProblems, Problem, error, errors_in
from esspec.text.revisions import Revised, content, revised
from esspec.text.source import MAX_BYTES, decode, read_bytes

if TYPE_CHECKING:
    from esspec.manifests.cluster import Cluster
    from esspec.semantics.views import View

PAGE_SUFFIXES = (".md", ".markdown")
_OBJECT = re.compile(rb"""^(?:apiVersion:|\{\s*")""", re.MULTILINE)  # what a page may show, but does not begin with


class SideOptions(NamedTuple):
    """How sides are read: as `loading.PageFile`, and the namespace of manifests that name none.

    Without `needs_features`, rows whose feature has no state are taken to hold, and show their condition. A binding
    that is named holds for pages at a revision as it is now, unless it `is_binding_former`, as it was there.
    """

    stdin: BinaryIO | None = None
    stdin_filename: str | None = None
    binding: str | None = None
    max_bytes: int = MAX_BYTES
    data: tuple[str, ...] = ()
    profile: str | None = None
    settings: Mapping[str, str] = {}
    namespace: str | None = None
    needs_features: bool = True
    is_binding_former: bool = False


class Loaded(NamedTuple):
    """One side as read. `problems` are no errors; `skipped` counts objects that say nothing of connections.

    `namespace` is the one that a page's binding gives its pods, `texts` are manifests by file.
    """

    view: "View"
    is_page: bool
    namespace: str | None
    skipped: Mapping[str, int]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str] = {}

    def placed(self, remarks: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return what is said of the rules of manifests, with the columns at which they begin."""
        found = tuple(remarks)
        if not found:
            return ()
        from esspec.manifests.finding_columns import with_columns  # noqa: PLC0415 - mostly nothing is said

        return tuple(with_columns(found, self.texts))


class _Words(NamedTuple):
    """What the words of one side stand for: the text of a page, or manifests."""

    shown: str
    page: bytes | None = None
    revision: Revised | None = None
    manifests: Iterable[ManifestText] = ()


def load_view(words: str | Sequence[str], options: SideOptions) -> Loaded:
    """Return the page, or all the manifests, that `words` name.

    Raises InputProblems (exit 2) for what cannot be read, PageProblems (exit 1) for content with errors.
    """
    named = _named(_as_words(words), options)
    if named.page is not None:
        return _page(named, options)
    (loaded,) = _manifests([named], options.namespace or DEFAULT_NAMESPACE)
    return loaded


def load_views(one: str, other: str, options: SideOptions) -> tuple[Loaded, Loaded]:
    """Return two sides to be compared. Beside a page, manifests without a namespace are in the page's.

    Raises as `load_view` does.
    """
    if one == other == STDIN:
        message, remedy = "standard input cannot be both sides", "write one of them to a file"
        raise InputProblems([error("usage", STDIN, (0, 0), message, remedy)])
    named = [_named((word,), options) for word in (one, other)]
    pages = [_page(words, options) for words in named if words.page is not None]
    beside = next((page.namespace for page in pages if page.namespace), DEFAULT_NAMESPACE)
    manifests = _manifests([words for words in named if words.page is None], options.namespace or beside)
    in_order = [(pages if words.page is not None else manifests).pop(0) for words in named]
    return in_order[0], in_order[1]


def load_manifests(words: str | Sequence[str], options: SideOptions) -> tuple[ManifestText, ...] | None:
    """Return the texts of the manifests that `words` name; None where they name a page. Raises InputProblems."""
    found = _named(_as_words(words), options)
    return tuple(found.manifests) if found.page is None else None


def _as_words(words: str | Sequence[str]) -> Sequence[str]:
    return (words,) if isinstance(words, str) else tuple(words)


def _page(words: _Words, options: SideOptions) -> Loaded:
    from esspec.answers.page_side import load_page_side  # noqa: PLC0415 - manifests are read without pydantic

    return load_page_side(words.shown, words.page or b"", words.revision, options)


def _manifests(sides: Sequence[_Words], namespace: str) -> list[Loaded]:
    """Return sets of manifests, each read with what the others say of its surroundings."""
    if not sides:
        return []
    from esspec.manifests.cluster import read_clusters  # noqa: PLC0415 - imports YAML, and pages are read without

    clusters = read_clusters([words.manifests for words in sides], namespace)
    problems = [problem for cluster in clusters for problem in cluster.problems]
    if errors_in(problems):
        raise PageProblems(dict.fromkeys(problems))
    return [_read(found, words.shown) for words, found in zip(sides, clusters, strict=True)]


def _read(found: "Cluster", shown: str) -> Loaded:
    view, skipped, problems, texts = found.view(shown), found.skipped, found.problems, found.texts
    return Loaded(view, is_page=False, namespace=None, skipped=skipped, problems=problems, texts=texts)


def _named(words: Sequence[str], options: SideOptions) -> _Words:
    """Return what `words` stand for; a page stands alone."""
    found = [_one(word, options) for word in words]
    if len(found) == 1:
        return found[0]
    pages = [each.shown for each in found if each.page is not None]
    if pages or not found or words.count(STDIN) > 1:
        message = f"{pages[0]} is a page, and stands alone" if pages else "standard input can be read once"
        remedy = "name one page, or only manifests: files and folders of YAML or JSON"
        raise InputProblems([error("usage", pages[0] if pages else STDIN, (0, 0), message, remedy)])
    return _Words(" ".join(words), manifests=each_once(text for each in found for text in each.manifests))


def _one(word: str, options: SideOptions) -> _Words:
    if word == STDIN:
        shown = options.stdin_filename or STDIN
        return _by_name(word, shown, read_stdin(options.stdin, shown, options.max_bytes), None)
    if os.path.isdir(word):  # noqa: PTH112 - the word stays as it was written
        return _Words(word, manifests=texts_below(word, options.max_bytes))
    if ":" in word and not os.path.lexists(word):
        place = revised(word)
        if place.is_folder:
            return _Words(word, manifests=texts_at(place, options.max_bytes))
        return _by_name(word, place.path, content(place, options.max_bytes), place)
    return _by_name(word, word, _bytes(word, options.max_bytes), None)


def _bytes(word: str, limit: int) -> bytes:
    from pathlib import Path  # noqa: PLC0415 - as above

    return read_bytes(Path(word), word, limit)


def _by_name(word: str, name: str, data: bytes, revision: Revised | None) -> _Words:
    """Return a file as page or manifests: by its suffix, else as a page if it has a rule table."""
    shown = name if word == STDIN else word
    is_page = name.lower().endswith(PAGE_SUFFIXES)
    if is_page or not (is_manifest(name) or name == STDIN or _OBJECT.search(data)):
        from esspec.answers.page_side import has_rules  # noqa: PLC0415 - as above

        if is_page or has_rules(data, shown):
            return _Words(shown, data, revision)
    return _Words(shown, manifests=(ManifestText(shown, decode(data, shown)),))
