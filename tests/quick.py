"""What many apps of one test run would each work out anew, worked out once: addresses and templates compiled."""

from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_builders: dict[tuple[Any, ...], Any] = {}
_templates: dict[str, bytes] = {}
_compile_builder = Rule._compile_builder


def _built_once(rule: Rule, append_unknown: bool = True) -> Any:
    """Return what makes addresses by a rule; it asks the rule it is bound to for its converters."""
    key = (rule.rule, str(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


class _Kept(BytecodeCache):
    """Compiled templates of this process, known by name and by what the source says."""

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in _templates:
            bucket.bytecode_from_string(_templates[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        _templates[bucket.key] = bucket.bytecode_to_string()


def share() -> None:
    """Let apps made from now on share what they compile."""
    Rule._compile_builder = _built_once  # type: ignore[method-assign]


def share_templates(app: Flask) -> None:
    """Let ``app`` take its templates from those compiled before."""
    app.jinja_env.bytecode_cache = _Kept()
