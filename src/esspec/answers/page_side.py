"""A page as one side that is listed, explained or compared: read from bytes, at a revision under its binding there."""

from esspec.answers.sides import Loaded, SideOptions
from esspec.bindings.binding import FILE_NAME, MAX_BYTES, NO_BINDING, Binding, binding_from
from esspec.compiling.loading import PageFile, load_binding, load_variables, needs_binding, page_name, placed_in
from esspec.compiling.page_reading import Choice, Reading, read
from esspec.reading.inline import InlineReader
from esspec.reading.page import read_page
from esspec.semantics.page_view import view_of_page
from esspec.text.revisions import Revised, content, nearest
from esspec.text.source import decode, read_source


def load_page_side(shown: str, data: bytes, revision: Revised | None, options: SideOptions) -> Loaded:
    """Return a page as one side. Raises InputProblems for what is no page, PageProblems for one with errors."""
    choice = Choice(options.profile, options.settings)
    file = PageFile(shown, None, None, options.binding, options.max_bytes, options.data, choice)
    reading = _reading(file, data, revision)
    needs_binding(reading)
    with placed_in(shown, reading.page_name):
        view = view_of_page(reading, needs_features=options.needs_features)
    namespace = reading.resolution.binding.file.namespace
    return Loaded(view, is_page=True, namespace=namespace, skipped={}, problems=reading.problems)


def has_rules(data: bytes, shown: str) -> bool:
    """Return whether a text says what is permitted, as a page does. Raises InputProblems for what is no text."""
    page = read_page(read_source(data, shown), InlineReader({}))
    return bool(page.tables or page.statements)


def _reading(file: PageFile, data: bytes, revision: Revised | None) -> Reading:
    source = read_source(data, file.shown)
    binding = load_binding(file) if revision is None or file.binding is not None else _binding_at(revision)
    name = page_name(str(revision.on_disk) if revision else file.shown, binding)
    return read(source, binding, name, load_variables(file), file.choice)


def _binding_at(page: Revised) -> Binding:
    """Return the nearest binding upward from a page in the same commit."""
    found = nearest(page, FILE_NAME)
    if found is None:
        return NO_BINDING
    return binding_from(decode(content(found, MAX_BYTES), found.word), found.on_disk, found.word)
