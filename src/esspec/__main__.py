"""The command `esspec`: `--version` is answered before anything heavy is imported."""

import sys


def main() -> None:
    """Run the command line and exit with its code: 0, 1 or 2 (interface: exit codes)."""
    if sys.argv[1:] == ["--version"]:
        from esspec import __version__  # noqa: PLC0415 - kept short on purpose

        sys.stdout.write(f"esspec {__version__}\n")
        return
    from esspec.cli import run  # noqa: PLC0415 - imports typer

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
