"""Features: what the conditions of a page depend on, which state each has, and which rows then hold."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from esspec.bindings.binding import Binding
from esspec.compiling.resolved import ResolvedRule
from esspec.model import Condition
from esspec.problem import InputProblems, Problem, error, warning
from esspec.reading.conditions import feature_key, opposite

_SHOWN = 12


class Feature(NamedTuple):
    """A feature that the page names: the states it can be in, and the lines of the rows that depend on it."""

    key: str
    states: tuple[str, ...]
    lines: tuple[int, ...]


class Features(NamedTuple):
    """All features of a page, and the states that have been chosen, by which profile; one without a state is unset."""

    known: Mapping[str, Feature]
    chosen: Mapping[str, str]
    profile: str | None = None

    def unset(self) -> Iterator[Feature]:
        """Yield the features without a state, in the order in which the page names them."""
        return (feature for key, feature in self.known.items() if key not in self.chosen)

    def holds(self, condition: Condition | None) -> bool:
        """Return whether a row under this condition holds, or may hold because its feature is unset."""
        return condition is None or self.chosen.get(condition.feature, condition.state) == condition.state


def features_of(rules: Iterable[ResolvedRule]) -> dict[str, Feature]:
    """Return the features that conditions name, by key.

    A feature has the states that the page names; where that is only one, its opposite too.
    """
    states: dict[str, dict[str, None]] = defaultdict(dict)
    lines: dict[str, list[int]] = defaultdict(list)
    for rule in rules:
        if rule.condition:
            states[rule.condition.feature][rule.condition.state] = None
            lines[rule.condition.feature].append(rule.written.line)
    return {
        key: Feature(key, tuple(said) if len(said) > 1 else (*said, *map(opposite, said)), tuple(lines[key]))
        for key, said in states.items()
    }


def choose(
    rules: Iterable[ResolvedRule], binding: Binding, profile: str | None, settings: Mapping[str, str]
) -> tuple[Features, list[Problem]]:
    """Return the page's features in the states of `[features]`, then the profile's, then `settings`, the last wins.

    The problems are states that a feature does not have, and entries about features that the page does not name.
    Raises InputProblems (exit 2) for a profile that the binding does not have and a setting of an unknown feature.
    """
    known = features_of(rules)
    problems: list[Problem] = []
    if profile is not None and profile not in binding.file.profiles:
        raise InputProblems([_unknown_profile(binding, profile)])
    chosen = _states(known, binding, ("features",), binding.file.features, problems)
    for name, entry in binding.file.profiles.items():
        found = _states(known, binding, ("profiles", name, "features"), entry.features, problems)
        if name == profile:
            chosen.update(found)
    chosen.update(_settings(known, settings))
    return Features(known, chosen, profile), problems


def unset_problems(path: str, features: Features, binding: Binding) -> tuple[Problem, ...]:
    """Return an error per feature without a state; it names the rows that depend on it."""
    name = binding.name or "esspec.toml"
    where = f" by the profile '{features.profile}' and not by [features]" if features.profile else ""
    return tuple(
        error(
            "unset-feature",
            path,
            (feature.lines[0], 1),
            f"the feature '{feature.key}' is not set{where}, and {_rows(feature.lines)}",
            f"write {feature.key} = {_or(feature.states)} under [features] in {name}, or use --set {feature.key}=…",
        )
        for feature in features.unset()
    )


def _states(
    known: Mapping[str, Feature],
    binding: Binding,
    keys: tuple[str, ...],
    entries: Mapping[str, str],
    problems: list[Problem],
) -> dict[str, str]:
    """Return the states that one table of the binding gives, and add what is wrong with it."""
    found: dict[str, str] = {}
    for name, said in entries.items():
        key, state = feature_key(name), _state(said)
        if key not in known:
            at = (binding.line(*keys, name), 1)
            message = f"no condition on the page names the feature '{name}'"
            problems.append(warning("unused-entry", binding.path, at, message, "correct its name, or delete it"))
        elif key in found:
            problems.append(
                binding.problem("name-twice", (*keys, name), f"'{key}' stands here twice", "keep one of them")
            )
        elif state not in known[key].states:
            message = f"the feature '{key}' has no state '{said}'"
            remedy = f"write {_or(known[key].states)}"
            problems.append(binding.problem("unknown-state", (*keys, name), message, remedy))
        else:
            found[key] = state
    return found


def _settings(known: Mapping[str, Feature], settings: Mapping[str, str]) -> dict[str, str]:
    """Return what the command line says; a word that the page does not know is a usage error there."""
    found: dict[str, str] = {}
    for name, said in settings.items():
        key, state = feature_key(name), _state(said)
        feature = known.get(key)
        if feature is None or state not in feature.states:
            what = f"the feature '{key}' has no state '{said}'" if feature else f"the page has no feature '{name}'"
            remedy = f"its states are {_or(feature.states)}" if feature else f"it has: {', '.join(known) or 'none'}"
            raise InputProblems([error("usage", "--set", (0, 0), what, remedy)])
        if found.setdefault(key, state) != state:
            message = f"'{key}' is set twice, to {found[key]} and to {state}"
            raise InputProblems([error("usage", "--set", (0, 0), message, "keep one of them")])
    return found


def _state(said: str) -> str:
    """Return a state in the words of `Condition.state`: lower case, `not enabled` as `disabled`."""
    state = " ".join(said.lower().split())
    return opposite(state.removeprefix("not ")) if state.startswith("not ") else state


def _unknown_profile(binding: Binding, profile: str) -> Problem:
    known = ", ".join(binding.file.profiles) or "none"
    message = f"{binding.name or 'the binding'} has no profile '{profile}'"
    return error("usage", "--profile", (0, 0), message, f"it has: {known}; write [profiles.{profile}.features]")


def _rows(lines: tuple[int, ...]) -> str:
    shown = [str(line) for line in lines[:_SHOWN]]
    if len(lines) == 1:
        return f"the row on line {shown[0]} depends on it"
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{len(lines)} rows depend on it: lines {', '.join(shown)}{more}"


def _or(states: Iterable[str]) -> str:
    return " or ".join(f'"{state}"' for state in states)
