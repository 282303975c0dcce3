"""The command `esspec`: `--version` is answered before anything heavy is imported."""

import gc
import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and exit with its code: 0, 1 or 2 (interface: exit codes)."""
    if sys.argv[1:] == ["--version"]:
        from esspec import __version__  # noqa: PLC0415 - kept short on purpose

        sys.stdout.write(f"esspec {__version__}\n")
        return
    # A run makes many small values that live to its end; looking for cycles among them takes a third of the time.
    gc.disable()
    # No plugin of pydantic's takes part in compiling a policy; looking for some reads every package's metadata.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from esspec.commands.plain_words import run_plain  # noqa: PLC0415 - as above

    code = run_plain(sys.argv[1:])
    if code is None:
        from esspec.commands.cli import run  # noqa: PLC0415 - imports typer

        code = run(sys.argv[1:])
    with suppress(OSError, ValueError):  # a stream that is closed has nothing left to say
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    os._exit(code)  # nothing is left to be done: taking down every value one by one takes a tenth of the run


if __name__ == "__main__":
    main()
