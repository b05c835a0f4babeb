"""How our values are made; standard library only."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """`dataclass(frozen=True, slots=True)` without its options, and without `__post_init__`; a class may have its own methods.

    The standard library writes and compiles seven methods for each class, 0.6 ms. Here only `__init__` is a class's own; the rest
    is the same for all: 35 ms less before a first answer.
    """
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    made.__init__ = _late_init(made)
    for name, method in _METHODS.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return cast("type[T]", made)


def _late_init(cls: type[Any]) -> Callable[..., None]:
    """A constructor that is written with the first value: of a hundred classes a question makes thirty, 0.15 ms each."""

    def __init__(self: object, *given: object, **named: object) -> None:  # noqa: N807 - it stands in for one
        made = _init(cls)
        if cls.__dict__["__init__"] is __init__:
            cls.__init__ = made
        made(self, *given, **named)

    __init__.__qualname__, __init__.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    return __init__


def _init(cls: type[Any]) -> Callable[..., None]:
    """A constructor that sets each field past the lock, as a frozen dataclass's does."""
    known: dict[str, object] = {"_set": object.__setattr__, "_none_given": MISSING}
    heads, lines = ["self"], []
    for f in fields(cls):
        head, content = f.name, f.name
        if f.default is not MISSING:
            known[f"_of_{f.name}"] = f.default
            head += f"=_of_{f.name}"
        elif f.default_factory is not MISSING:
            known[f"_of_{f.name}"] = f.default_factory
            head += "=_none_given"
            content = f"_of_{f.name}() if {f.name} is _none_given else {f.name}"
        heads.append(head)
        lines.append(f"_set(self, {f.name!r}, {content})")
    found: dict[str, Callable[..., None]] = {}
    exec(f"def __init__({', '.join(heads)}):\n " + "\n ".join(lines or ["pass"]), known, found)  # noqa: S102 - as dataclasses do
    made = found["__init__"]
    made.__qualname__, made.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    made.__annotations__ = {f.name: f.type for f in fields(cls)} | {"return": None}
    return made


@cache
def _reader(cls: Any) -> Callable[[Any], object]:
    names = [f.name for f in fields(cls) if f.compare]
    return attrgetter(*names) if names else _nothing


def _nothing(_: object) -> object:
    return ()


def _content(of: object) -> object:
    """What a value is compared by."""
    return _reader(cast("Hashable", type(of)))(of)


def _equal(self: object, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return _content(self) == _content(other)


def _hashed(self: object) -> int:
    return hash(_content(self))


def _told(self: Any) -> str:
    told = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({told})"


def _refuse(self: object, name: str, *_: object) -> None:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} cannot be changed")


def _restore(self: object, state: tuple[None, dict[str, object]]) -> None:
    """What copying and unpickling set."""
    for name, content in state[1].items():
        object.__setattr__(self, name, content)


_METHODS: dict[str, Callable[..., object]] = {
    "__eq__": _equal,
    "__hash__": _hashed,
    "__repr__": _told,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__setstate__": _restore,
}
