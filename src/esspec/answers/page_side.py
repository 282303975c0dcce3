"""A page as one side that is listed, explained or compared: at a revision under its binding and with its data there."""

from esspec.answers.sides import Loaded, SideOptions
from esspec.bindings.binding import FILE_NAME, MAX_BYTES, NO_BINDING, Binding, binding_from
from esspec.compiling.loading import PageFile, load_binding, load_variables, needs_binding, page_name, placed_in
from esspec.compiling.page_reading import Choice, Reading, read
from esspec.problem import Problem, note
from esspec.reading.inline import InlineReader
from esspec.reading.page import read_page
from esspec.semantics.page_view import view_of_page
from esspec.text.revisions import Revised, as_it_stood, content, nearest
from esspec.text.source import decode, read_source


def load_page_side(shown: str, data: bytes, revision: Revised | None, options: SideOptions) -> Loaded:
    """Return a page as one side. Raises InputProblems for what is no page, PageProblems for one with errors."""
    choice = Choice(options.profile, options.settings)
    file = PageFile(shown, None, None, options.binding, options.max_bytes, options.data, choice)
    reading = _reading(file, data, revision, options)
    needs_binding(reading)
    with placed_in(shown, reading.page_name):
        view = view_of_page(reading, needs_features=options.needs_features)
    namespace = reading.resolution.binding.file.namespace
    return Loaded(view, is_page=True, namespace=namespace, skipped={}, problems=reading.problems)


def has_rules(data: bytes, shown: str) -> bool:
    """Return whether a text says what is permitted, as a page does. Raises InputProblems for what is no text."""
    page = read_page(read_source(data, shown), InlineReader({}))
    return bool(page.tables or page.statements)


def _reading(file: PageFile, data: bytes, revision: Revised | None, options: SideOptions) -> Reading:
    source = read_source(data, file.shown)
    if revision is None:
        binding = load_binding(file)
        return read(source, binding, page_name(file.shown, binding), load_variables(file), file.choice)
    binding, problems = _binding_at(revision, file, options)
    name = page_name(str(revision.on_disk), binding)
    if not file.data:
        found = read(source, binding, name, {}, file.choice)
        return found._replace(problems=(*found.problems, *problems))
    from esspec.bindings.jekyll_data import DataFiles  # noqa: PLC0415 - few pages need it

    variables = DataFiles(file.data, revision)
    found = read(source, binding, name, variables, file.choice)
    return found._replace(problems=(*found.problems, *problems, *variables.problems))


def _binding_at(page: Revised, file: PageFile, options: SideOptions) -> tuple[Binding, tuple[Problem, ...]]:
    """Return the binding of a page at a revision, and what is to be said of it.

    It is the nearest one upward in the same commit. One that is named is read as it is now, or as it was.
    """
    if file.binding is None:
        return _binding_in(nearest(page, FILE_NAME)), ()
    if not options.is_binding_former:
        return load_binding(file), ()
    former = as_it_stood(page, file.binding)
    if former is not None:
        return _binding_in(former if former.kind == "blob" else None), ()
    message = f"{file.binding} is read as it is now: it is outside of the repository"
    remedy = "keep it in the repository, to have its changes compared"
    return load_binding(file), (note("read-as-now", page.word, (0, 0), message, remedy),)


def _binding_in(found: Revised | None) -> Binding:
    if found is None:
        return NO_BINDING
    return binding_from(decode(content(found, MAX_BYTES), found.word), found.on_disk, found.word)
