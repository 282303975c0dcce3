"""The ports that rows permit together, some of them under conditions of which nobody knows yet whether they hold."""

from collections import defaultdict

from esspec.model import Condition


class Cover:
    """A growing set of ports."""

    def __init__(self) -> None:
        self._always = 0
        self._once = self._twice = 0  # under the condition of at least one feature, of at least two
        self._by_feature: dict[str, int] = defaultdict(int)
        self._by_state: dict[tuple[str, str], int] = defaultdict(int)

    def add(self, ports: int, condition: Condition | None) -> None:
        """Add what a row permits."""
        if condition is None:
            self._always |= ports
            return
        new = ports & ~self._by_feature[condition.feature]
        self._twice |= self._once & new
        self._once |= new
        self._by_feature[condition.feature] |= ports
        self._by_state[condition.feature, condition.state] |= ports

    def under(self, condition: Condition | None) -> int:
        """Return the ports of all rows but those that need another state of the feature that this condition names."""
        if condition is None:
            return self._always | self._once
        others = self._twice | (self._once & ~self._by_feature.get(condition.feature, 0))
        return self._always | others | self._by_state.get((condition.feature, condition.state), 0)
