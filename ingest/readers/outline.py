"""Paragraph designators of law, `(a)(1)(i)(B)`, to their place in the outline.

"(i)" may be the letter after (h) or the first roman number, and text that came out of a PDF sets "(3)" and "(4)" on
lines of their own before the paragraphs that belong to them. So every reading of the sequence is weighed (a beam search
over outlines) and the one with the fewest breaks of order is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Style = Literal["alpha", "digit", "roman", "ALPHA", "ROMAN", "double"]
CFR: tuple[Style, ...] = ("alpha", "digit", "roman", "ALPHA", "digit", "roman")
USC: tuple[Style, ...] = ("alpha", "digit", "ALPHA", "roman", "ROMAN", "double")
BEAM = 24
# What a break of order costs; only their order of size matters.
GAP, NOT_FIRST, RESTART, SKIPPED_LEVEL, POP, RESUMED = 3.0, 4.0, 6.0, 1.5, 0.05, 0.5
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class Token(NamedTuple):
    """A designator: its value without parentheses, whether text follows it, and what ignoring it would cost."""

    value: str
    bare: bool = False  # nothing but the next designator follows
    ignore: float = 5.0
    deep: bool | None = None  # set in italics: a level below the first four; None where the source may not say


class _State(NamedTuple):
    cost: float
    numbers: tuple[int, ...]  # ordinal at each level; 0 where a level is left out
    waiting: tuple[int, ...]  # designators of that level that were named already but not yet filled
    last: int  # level of the token before, where it was bare; else -1
    path: tuple[tuple[str, ...] | None, ...]  # one outline place a token; None where it was no designator


def places(tokens: Sequence[Token], styles: Sequence[Style]) -> tuple[tuple[str, ...] | None, ...]:
    """The outline place of each token, e.g. ("a", "1", "i"), or None where it is a word and no designator."""
    states = [_State(0.0, (), (), -1, ())]
    for token in tokens:
        following: dict[tuple[object, ...], _State] = {}
        for state in states:
            for new in _steps(state, token, styles):
                key = (new.numbers, new.waiting, new.last)
                if key not in following or new.cost < following[key].cost:
                    following[key] = new
        states = sorted(following.values(), key=lambda s: s.cost)[:BEAM]
    return states[0].path


def _steps(state: _State, token: Token, styles: Sequence[Style]) -> list[_State]:
    found = [state._replace(cost=state.cost + token.ignore, last=-1, path=(*state.path, None))]
    for level, style in enumerate(styles):
        number = ordinal(token.value, style)
        if number is None or (token.deep is not None and token.deep != (level >= 4)):
            continue
        found.append(_at(state, token, styles, level, number))
    return found


def _at(state: _State, token: Token, styles: Sequence[Style], level: int, number: int) -> _State:
    depth = len(state.numbers)
    numbers, waiting, cost = list(state.numbers), list(state.waiting), 0.0
    if level >= depth:
        cost = SKIPPED_LEVEL * (level - depth) + (0.0 if number == 1 else NOT_FIRST)
        numbers += [0] * (level - depth) + [number]
        waiting += [0] * (level - depth + 1)
    else:
        expected = numbers[level] + waiting[level] + 1
        if state.last == level and number == expected and level == depth - 1:
            waiting[level] += 1  # "(3)" and "(4)" in a row: their paragraphs follow one after the other
        elif number == 1 and level and waiting[level - 1]:
            numbers, waiting = numbers[:level], waiting[:level]
            numbers[-1] += 1
            waiting[-1] -= 1
            numbers.append(number)
            waiting.append(0)
            cost = RESUMED
        else:
            cost = POP * (depth - 1 - level)
            cost += 0.0 if number == expected else GAP if number > expected else RESTART
            numbers, waiting = [*numbers[:level], number], [*waiting[:level], 0]
    place = tuple(written(n, style) for n, style in zip(numbers, styles, strict=False) if n)
    last = level if token.bare else -1
    return _State(state.cost + cost, tuple(numbers), tuple(waiting), last, (*state.path, place))


def ordinal(value: str, style: Style) -> int | None:
    """1 for `a`, `1`, `i`, `A`, `I` or `aa` in their style; None where the value isn't of the style."""
    if style == "digit":
        return int(value) if value.isdigit() else None
    if style in ("alpha", "ALPHA"):
        same = len(set(value)) == 1 and len(value) <= 2 and value.isalpha() and value.isascii()
        if not same or value.isupper() != (style == "ALPHA"):
            return None
        return ord(value[0].lower()) - 96 + 26 * (len(value) - 1)
    if style == "double":
        return ord(value[0]) - 96 if len(value) == 2 and value[0] == value[1] and value.islower() else None
    if not value.isalpha() or value.isupper() != (style == "ROMAN"):
        return None
    return next((n for n in range(1, 40) if _roman(n) == value.lower()), None)


def written(number: int, style: Style) -> str:
    """The designator of an ordinal in a style."""
    if style == "digit":
        return str(number)
    if style == "double":
        return chr(96 + number) * 2
    if style in ("roman", "ROMAN"):
        return _roman(number) if style == "roman" else _roman(number).upper()
    text = chr(97 + (number - 1) % 26) * (1 + (number - 1) // 26)
    return text.upper() if style == "ALPHA" else text


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        while number >= value:
            text, number = text + sign, number - value
    return text
