"""What fits this machine, and what is suggested for it: by memory that is known, and never a guess where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.facts import Device, Locality, Model
from hybridchat.fits import PULLABLE, USUAL, Fit, fit, fit_of, pullable, suggestion

GB = 10**9


@pytest.mark.parametrize(
    ("size", "memory", "vram", "where"),
    [
        (2 * GB, 16 * GB, None, Fit.MEMORY),
        (2 * GB, 16 * GB, 8 * GB, Fit.GPU),
        (9 * GB, 16 * GB, 8 * GB, Fit.MEMORY),
        (40 * GB, 16 * GB, 8 * GB, Fit.NOWHERE),
        (2 * GB, 1 * GB, None, Fit.NOWHERE),
        (2 * GB, None, 8 * GB, Fit.GPU),
        (9 * GB, None, 8 * GB, Fit.UNKNOWN),
        (2 * GB, None, None, Fit.UNKNOWN),
        (None, 16 * GB, 8 * GB, Fit.UNKNOWN),
    ],
)
def test_a_model_has_room_on_the_card_in_memory_nowhere_or_nobody_knows(
    size: int | None, memory: int | None, vram: int | None, where: Fit
) -> None:
    assert fit(size, Device(memory_free=memory, vram_free=vram)) is where


def test_the_cache_of_a_first_window_counts_and_a_model_elsewhere_is_unknown() -> None:
    tight = Device(memory_free=3 * GB)
    model = Model("ollama:m", "h", Locality.ON_DEVICE, size_bytes=2 * GB, kv_bytes_per_token=0)
    assert fit_of(model, tight) is Fit.MEMORY
    assert fit(2 * GB, tight, kv_bytes_per_token=10**6) is Fit.NOWHERE
    assert fit_of(Model("lan:m", "h", Locality.LAN, size_bytes=2 * GB), tight) is Fit.UNKNOWN


@pytest.mark.parametrize(
    ("memory", "vram", "name"),
    [
        (None, None, USUAL),
        (1 * GB, None, None),
        (2_500_000_000, None, "llama3.2:1b"),
        (4 * GB, None, "llama3.2:3b"),
        (64 * GB, None, "gemma3:4b"),
        (64 * GB, 24 * GB, "gemma3:27b"),
        (16 * GB, 8 * GB, "llama3.1:8b"),
        (16 * GB, 1 * GB, "gemma3:4b"),
    ],
)
def test_the_suggestion_is_the_largest_that_answers_at_a_readers_pace(
    memory: int | None, vram: int | None, name: str | None
) -> None:
    found = suggestion(Device(memory_free=memory, vram_free=vram))
    assert (found.name if found is not None else None) == name


@given(st.integers(0, 10**12), st.none() | st.integers(0, 10**12))
def test_what_is_suggested_fits_and_more_memory_never_suggests_less(memory: int, vram: int | None) -> None:
    device = Device(memory_free=memory, vram_free=vram)
    found, better = suggestion(device), suggestion(Device(memory_free=memory * 2, vram_free=vram))
    if found is not None:
        assert fit(found.size_bytes, device) in {Fit.GPU, Fit.MEMORY}
        assert better is not None
        assert better.size_bytes >= found.size_bytes


def test_the_list_is_short_sorted_and_found_by_name_with_or_without_a_tag() -> None:
    sizes = [p.size_bytes for p in PULLABLE]
    assert sizes == sorted(sizes)
    assert len(PULLABLE) < 12
    assert pullable(USUAL) == pullable("llama3.2") == pullable("llama3.2:latest")
    assert pullable("somebody/else:7b") is None
