"""Much reading done by several readers at once, each with a connection of its own."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from flask import current_app

from crm.kit.db import transaction

Part = TypeVar("Part")
Result = TypeVar("Result")


def at_once(parts: Iterable[Part], do: Callable[[Part], Result]) -> Iterator[Result]:
    """Do something that only reads for each part and return the results in order, as they are asked for.

    Each part is read in a transaction of its own. As many run at once as there are processors, and no more than two
    for each wait to be taken: what is worked out does not pile up before whoever writes it.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    hands = os.cpu_count() or 1

    def one(part: Part) -> Result:
        with app.app_context(), transaction(writing=False):
            return do(part)

    left = iter(parts)
    with ThreadPoolExecutor(hands) as pool:
        running: deque[Future[Any]] = deque(pool.submit(one, part) for part in islice(left, 2 * hands))
        while running:
            result = running.popleft().result()
            running.extend(pool.submit(one, part) for part in islice(left, 1))
            yield result
