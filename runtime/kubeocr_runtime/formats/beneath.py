"""Takes out of a PDF's page what another OCR has laid under it: text that nobody sees (render mode 3; ISO 32000-1, 9.3.6).

`pdf` comes here before it lays its own. Whatever paints stays where it is: only what shows hidden text goes; where that could
move or change anything else, the page is left as it is.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

_HIDDEN = 3
_SHOWS = frozenset({"Tj", "TJ", "'", '"'})
_MOVES = frozenset({"Td", "TD", "Tm", "T*", "BT"})
"""What sets where text goes on, wherever the text before it ended."""
_LEAPS = frozenset({"Td", "Tm", "T*"})
"""Those that do nothing else: without text behind them in its text object, they are for nothing."""
_MOST = 2**19
"""Bytes of instructions, of a page and all forms that it draws; a word of ours takes some 80. Parsed, so many take up to 94 MiB
and 3 s."""
_FORM = 2**12
"""Bytes that a form counts for besides: a few can draw each other a million times."""
_DEPTH = 8
"""Of forms within forms."""


class _Doubtful(Exception):
    """What is hidden cannot be told from what is seen, or not be taken out alone."""


def clear(file: pikepdf.Pdf, page: pikepdf.Page, resources: Any) -> bool:
    """Takes a page's hidden text out; False where it is left as it is. `resources` are the page's, its own or inherited."""
    try:
        cleared = _Content(file, resources, _Room()).read(page.obj, _State(), 0)
    except (_Doubtful, pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, MemoryError):
        return False
    if cleared.is_changed:
        page.obj.Contents = file.make_stream(cleared.stream)
        page.obj.Resources = cleared.resources
    return True


@dataclasses.dataclass(frozen=True, slots=True)
class _State:
    """Of what q saves and Q brings back: what text is drawn with."""

    mode: int = 0
    font: str = ""
    """Name among the resources; empty where it is not known, or paints whatever the mode says."""

    @property
    def is_hidden(self) -> bool:
        return self.mode == _HIDDEN and bool(self.font)


@dataclasses.dataclass(frozen=True, slots=True)
class _Cleared:
    """Content without its hidden text."""

    stream: bytes
    resources: Any
    is_changed: bool


@dataclasses.dataclass(slots=True)
class _Room:
    """What may still be parsed for a page."""

    left: int = _MOST

    def take(self, content: Any) -> None:
        """Raises `_Doubtful` where it is too much."""
        self.left -= _FORM if isinstance(content, pikepdf.Stream) else 0
        for stream in _streams(content):
            self.left -= len(stream.read_bytes())
            if self.left < 0:
                raise _Doubtful


class _Content:
    """A page's or a form's content, as it is read from its beginning to its end."""

    def __init__(self, file: pikepdf.Pdf, resources: Any, room: _Room) -> None:
        self._file, self._resources, self._room = file, resources, room
        self._saved: list[_State] = []
        self._state = _State()
        self._is_short = False
        """Whether text was taken out since the last move, so that text right behind it would stand elsewhere."""
        self._forms: dict[str, tuple[int, Any]] = {}
        """Those that are drawn: in which mode, and without their hidden text; None for one that has none."""
        self._removed = 0

    def read(self, content: Any, state: _State, depth: int) -> _Cleared:
        """Raises `_Doubtful`, and what pikepdf does."""
        if depth > _DEPTH:
            raise _Doubtful
        self._room.take(content)
        self._state = state
        drawn = [kept for one in pikepdf.parse_content_stream(content) for kept in self._kept(one, depth)]
        changed = {name: form for name, (_, form) in self._forms.items() if form is not None}
        stream = pikepdf.unparse_content_stream(list(_without_leaps(drawn)))
        return _Cleared(stream, _with_forms(self._resources, changed), bool(self._removed or changed))

    def _kept(self, one: Any, depth: int) -> Iterator[Any]:
        """An instruction, or what is left of it."""
        word = str(one.operator)
        if word in _SHOWS:
            yield from self._shown(one, word)
            return
        if word in _MOVES:
            self._is_short = False
        elif word == "Do":
            self._draw(str(one.operands[0]), depth)
        else:
            self._set(word, one.operands)
        yield one

    def _shown(self, one: Any, word: str) -> Iterator[Any]:
        if not self._state.is_hidden:
            if self._is_short and word in {"Tj", "TJ"}:
                raise _Doubtful
            self._is_short = False
            yield one
            return
        self._removed += 1
        self._is_short = True
        if word == '"':
            yield [one.operands[0]], pikepdf.Operator("Tw")
            yield [one.operands[1]], pikepdf.Operator("Tc")
        if word in {"'", '"'}:
            yield [], pikepdf.Operator("T*")

    def _set(self, word: str, operands: Any) -> None:
        """What changes the state."""
        if word == "q":
            self._saved.append(self._state)
        elif word == "Q" and self._saved:
            self._state = self._saved.pop()
        elif word == "Tr":
            self._state = dataclasses.replace(self._state, mode=int(operands[0]))
        elif word == "Tf":
            self._state = dataclasses.replace(self._state, font=self._font(str(operands[0])))
        elif word == "gs" and Name.Font in self._resources[Name.ExtGState][str(operands[0])]:
            self._state = dataclasses.replace(self._state, font="")

    def _font(self, name: str) -> str:
        """A Type 3 font paints in any mode."""
        found = self._resources.get(Name.Font, Dictionary()).get(name)
        return name if isinstance(found, Dictionary) and found.get(Name.Subtype) != Name.Type3 else ""

    def _draw(self, name: str, depth: int) -> None:
        form = self._resources.get(Name.XObject, Dictionary()).get(name)
        if not isinstance(form, pikepdf.Stream) or form.get(Name.Subtype) != Name.Form:
            return
        if name not in self._forms:
            self._forms[name] = self._state.mode, self._form(form, depth)
        if self._forms[name][0] != self._state.mode:
            raise _Doubtful

    def _form(self, form: Any, depth: int) -> Any:
        """Without its hidden text; None where it has none. It begins with the state of who draws it, its fonts are its own."""
        inside = _Content(self._file, form.get(Name.Resources, self._resources), self._room)
        cleared = inside.read(form, _State(self._state.mode), depth + 1)
        if not cleared.is_changed:
            return None
        told = {key: value for key, value in form.items() if key not in {"/Length", "/Filter", "/DecodeParms"}}
        made = self._file.make_stream(cleared.stream, Dictionary(told))
        made.Resources = cleared.resources
        return made


def _streams(content: Any) -> Sequence[Any]:
    """That have a page's or a form's instructions."""
    found = content if isinstance(content, pikepdf.Stream) else content.get(Name.Contents, [])
    return [found] if isinstance(found, pikepdf.Stream) else list(found)


def _with_forms(resources: Any, forms: dict[str, Any]) -> Any:
    """Others draw the same forms as they were."""
    if not forms:
        return resources
    made = Dictionary(resources)
    made.XObject = Dictionary(resources[Name.XObject])
    for name, form in forms.items():
        made.XObject[name] = form
    return made


def _without_leaps(drawn: Sequence[Any]) -> Iterator[Any]:
    """Of a text object that shows nothing any more, what sets only where it would."""
    begin = None
    for at, one in enumerate(drawn):
        word = _word(one)
        if word == "BT":
            begin = at
        elif begin is None:
            yield one
        elif word == "ET":
            inside = drawn[begin : at + 1]
            shows = any(_word(each) in _SHOWS for each in inside)
            yield from (each for each in inside if shows or _word(each) not in _LEAPS)
            begin = None
    yield from drawn[begin:] if begin is not None else ()


def _word(one: Any) -> str:
    return str(one[1] if isinstance(one, tuple) else one.operator)
