"""Our values behave as the frozen, slotted dataclasses of the standard library, which are the reference here."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from copy import copy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from inspect import signature

import msgspec
import pytest

from hybridchat.value import value


@value
class Place:
    name: str
    far: bool = False
    notes: Mapping[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    far: bool = False
    notes: Mapping[str, int] = field(default_factory=dict, compare=False)


@value
class Other:
    name: str
    far: bool = False
    notes: Mapping[str, int] = field(default_factory=dict, compare=False)


@value
class Empty:
    pass


@value
class Told:
    secret: str = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


def test_values_are_equal_by_what_counts_and_within_their_class() -> None:
    assert Place("a", notes={"x": 1}) == Place("a")
    assert Place("a") != Place("a", far=True)
    assert Place("a") != Other("a")
    assert Place("a") != "a"
    assert Empty() == Empty()


def test_equal_values_hash_alike() -> None:
    assert len({Place("a", notes={"x": 1}), Place("a"), Place("b")}) == 2
    assert len({Empty(), Empty()}) == 1


def test_the_text_is_the_reference_s() -> None:
    assert repr(Place("a", notes={"x": 1})) == repr(Reference("a", notes={"x": 1})).replace("Reference", "Place")
    assert repr(Told("hunter2")) == "Told()"


def test_a_value_cannot_be_changed() -> None:
    place = Place("a")
    with pytest.raises(FrozenInstanceError):
        place.name = "b"
    with pytest.raises(FrozenInstanceError):
        del place.name
    assert not hasattr(place, "__dict__")


def test_a_class_keeps_what_it_defines_itself() -> None:
    assert Told("a") == 3
    assert hash(Told("b")) == 1


def test_the_tools_for_dataclasses_take_values() -> None:
    place = Place("a", True, {"x": 1})
    assert replace(place, name="b") == Place("b", True)
    assert asdict(place) == {"name": "a", "far": True, "notes": {"x": 1}}
    assert pickle.loads(pickle.dumps(place)).notes == copy(place).notes == {"x": 1}
    assert Place("a").notes is not Place("a").notes
    assert str(signature(Place)).startswith("(name: 'str', far: 'bool' = False")
    assert msgspec.json.decode(msgspec.json.encode(place), type=Place) == place
    match place:
        case Place(name, True):
            assert name == "a"
        case _:
            pytest.fail("positional patterns do not fit")
