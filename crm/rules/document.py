"""The YAML of a pack, read with care: no bomb, no key said twice, and the line of whatever is wrong."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.composer import Composer

MOST_BYTES = 256 * 1024
DEEPEST = 40
# The longest shipped pack has some 2,500 values; aliases can make billions of a few lines.
MOST_VALUES = 50_000


@dataclass
class DocumentError(Exception):
    """A text that is no sound YAML: the line and what is wrong there."""

    line: int
    what: str


class _Loader(Composer, yaml.CSafeLoader):
    """Refuses what nests too deep before it can exhaust the stack, and says the line of a value that is none.

    The words are read by libyaml, several times sooner; the tree is put together here.
    """

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            event = self.peek_event()
            raise DocumentError(_line(event and event.start_mark), f"nested more than {DEEPEST} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError):  # 2026-13-01, or a number of thousands of digits
            raise DocumentError(_line(node.start_mark), f"{str(node.value)[:40]} is no number and no day") from None


def read(text: str) -> tuple[Any, yaml.Node | None]:
    """Return what ``text`` states and the tree it was read from, whose marks say where. Raises DocumentError."""
    try:
        written = text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise DocumentError(line, "half a character") from None
    if len(written) > MOST_BYTES:
        raise DocumentError(1, f"larger than {MOST_BYTES // 1024} KB")
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None, None
            _size(node, {}, set())
            return loader.construct_document(node), node
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        # What is missing at the end is told of the line after the last.
        line = min(_line(error.problem_mark), len(text.splitlines()))
        raise DocumentError(line, f"not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = written.count(b"\n", 0, error.position) + 1
        raise DocumentError(line, "not YAML: a character that may not stand in a text") from None


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _size(node: yaml.Node, known: dict[int, int], open_: set[int]) -> int:
    """Return how many values a node holds with its aliases written out. Refuses bombs, circles and keys said twice."""
    if id(node) in known:
        return known[id(node)]
    if id(node) in open_:
        raise DocumentError(_line(node.start_mark), "refers to itself")
    open_.add(id(node))
    size = 1
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise DocumentError(_line(key.start_mark), "a key must be a plain word")
            if key.value in seen:
                raise DocumentError(_line(key.start_mark), f"{key.value} stands here twice")
            seen.add(key.value)
            size += _size(value, known, open_)
    elif isinstance(node, yaml.SequenceNode):
        size += sum(_size(item, known, open_) for item in node.value)
    if size > MOST_VALUES:
        raise DocumentError(_line(node.start_mark), f"more than {MOST_VALUES} values, aliases written out")
    open_.remove(id(node))
    known[id(node)] = size
    return size
