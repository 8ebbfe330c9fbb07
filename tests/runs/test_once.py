"""What a process makes once."""

from __future__ import annotations

from nulight.runs.once import once


def test_it_is_made_once_for_each_token():
    made = []

    def make():
        made.append(len(made))
        return object()

    first = once("one token", make)
    assert once("one token", make) is first
    assert once("another token", make) is not first
    assert made == [0, 1]


def test_only_the_last_few_are_kept():
    first = once("the first", object)
    for i in range(10):
        once(f"later {i}", object)
    assert once("the first", object) is not first
