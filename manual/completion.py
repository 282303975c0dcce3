"""Completions for bash, zsh and fish: static, so that no key press waits for Python to start."""

from collections.abc import Iterable, Iterator

from manual.commands import Command, Word, commands, root_options

_MADE = "# Written by `make docs` from the code; edit that.\n"


def completions() -> dict[str, str]:
    """Return the files of completion/, by name."""
    return {"esspec.bash": _bash(), "_esspec": _zsh(), "esspec.fish": _fish()}


def _all_names(words: Iterable[Word]) -> str:
    return " ".join(name for word in words for name in word.names)


# bash


def _bash() -> str:
    """Return the script for bash: where it offers nothing, bash itself offers files."""
    names = " ".join(command.name for command in commands())
    options = _all_names(root_options())
    parts = [_MADE, "_esspec() {\n", _BASH_HEAD, f'    "") set -- "{names}" "{options}" ;;\n']
    parts += map(_bash_command, commands())
    return "".join([*parts, _BASH_TAIL])


_BASH_HEAD = """\
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command=""
  [ "$COMP_CWORD" -gt 1 ] && command="${COMP_WORDS[1]}"
  # bash takes --name=value apart: the word may be the sign itself, or what stands behind it
  [ "$word" = "=" ] && word=""
  [ "$before" = "=" ] && [ "$COMP_CWORD" -gt 2 ] && before="${COMP_WORDS[COMP_CWORD-2]}"
  case "$command" in
"""
_BASH_TAIL = """\
    *) set -- "" ;;
  esac
  case "$word" in -*) shift ;; esac
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}
complete -o default -F _esspec esspec
"""


def _bash_command(command: Command) -> str:
    lines = [f"    {command.name})", '      case "$before" in']
    takes_more = [word for word in command.options if word.value]
    for choices in dict.fromkeys(word.choices for word in takes_more):
        names = "|".join(name for word in takes_more if word.choices == choices for name in word.names)
        lines.append(f'        {names}) set -- "{" ".join(choices)}" ;;')
    lines.append(f'        *) set -- "{" ".join(_argument_choices(command))}" "{_all_names(command.options)}" ;;')
    return "\n".join([*lines, "      esac ;;\n"])


def _argument_choices(command: Command) -> Iterator[str]:
    for word in command.arguments:
        yield from word.choices


# zsh


def _zsh() -> str:
    parts = ["#compdef esspec\n", _MADE, _ZSH_HEAD]
    parts += (f"    {_zsh_quoted(f'{one.name}:{_first(one.summary)}')}\n" for one in commands())
    parts += ["  )\n", "  _arguments -C \\\n", *_zsh_words(root_options()), _ZSH_MIDDLE]
    for command in commands():
        parts += [f"        {command.name})\n          _arguments \\\n", *_zsh_words(command.options, indent=12)]
        parts += [f"{' ' * 12}{_zsh_argument(command)} && done=0 ;;\n"]
    return "".join([*parts, _ZSH_TAIL])


_ZSH_HEAD = """\
_esspec() {
  local done=1 state line
  local -a commands=(
"""
_ZSH_MIDDLE = """\
    '1: :->command' '*:: :->words' && done=0
  case $state in
    command) _describe -t commands 'esspec command' commands && done=0 ;;
    words)
      case $line[1] in
"""
_ZSH_TAIL = """\
      esac ;;
  esac
  return done
}
if [ "$funcstack[1]" = _esspec ]; then _esspec "$@"; else compdef _esspec esspec; fi
"""


def _zsh_words(words: Iterable[Word], indent: int = 4) -> Iterator[str]:
    for word in words:
        others = "" if word.is_repeatable else f"({' '.join(word.names)})"
        star = "*" if word.is_repeatable else ""
        for name in word.names:
            spec = f"{others}{star}{name}[{_in_brackets(_first(word.said))}]{_zsh_value(word)}"
            yield f"{' ' * indent}{_zsh_quoted(spec)} \\\n"


def _zsh_value(word: Word) -> str:
    if not word.value:
        return ""
    return f": :({' '.join(word.choices)})" if word.choices else ": :_files"


def _zsh_argument(command: Command) -> str:
    choices = " ".join(_argument_choices(command))
    return f"'*: :({choices})'" if choices else "'*: :_files'" if command.arguments else "'*: :'"


def _in_brackets(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace(":", "\\:")


def _zsh_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


# fish


def _fish() -> str:
    lines = [_MADE, "set -l none __fish_use_subcommand\n"]
    lines += (
        f"complete -c esspec -f -n $none -a {one.name} -d {_fish_quoted(_first(one.summary))}\n" for one in commands()
    )
    lines += (_fish_word("$none", word) for word in root_options())
    for command in commands():
        seen = f"'__fish_seen_subcommand_from {command.name}'"
        lines += (_fish_word(seen, word) for word in command.options)
        choices = " ".join(_argument_choices(command))
        if choices or not command.arguments:
            lines.append(f"complete -c esspec -f -n {seen}{f' -a {_fish_quoted(choices)}' if choices else ''}\n")
    return "".join(lines)


def _fish_word(condition: str, word: Word) -> str:
    names = " ".join(f"-{'l' if name.startswith('--') else 's'} {name.lstrip('-')}" for name in word.names)
    value = f" -x -a {_fish_quoted(' '.join(word.choices))}" if word.choices else " -r" if word.value else ""
    return f"complete -c esspec -n {condition} {names}{value} -d {_fish_quoted(_first(word.said))}\n"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _first(text: str) -> str:
    """Return what stands before the first point or semicolon: completions have one short line."""
    return text.partition("; ")[0].partition(". ")[0].removesuffix(".")
