"""What languages a page is in, where its request does not say: script first, by its letters, then language. Pure but for the
detector that is handed in; `pipelines` asks, and `turns` for a page's own text.
"""

import dataclasses
import functools
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from kubeocr_contract import detected, languages
from kubeocr_runtime import alphabets, bidi, identifying, reading, results, tries

NO_SCRIPT = languages.AUTO.script
Rank = Callable[[str], Mapping[str, float]]
"""Text -> probability of each ISO 639 code."""
_SURE = 0.85
"""Of 2,300 texts of which the detector was surer than this, all were told right."""
_LIKELY = 0.5
"""Of 350 lines between the two, nine in ten; of those below, half."""
_KANA = 0.05
"""Of Chinese characters and kana together: less than that is a Japanese name in a Chinese text."""
_CHINESE = frozenset({"Hans", "Hant", "Jpan"})
"""Scripts with Chinese characters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Guess:
    """A language and how likely it is."""

    language: str
    script: str
    probability: float


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What is in one script may be in."""

    script: str
    tongues: tuple[languages.Language, ...]
    named: bool
    """Whether a request named them."""


def direction(lines: Iterable[results.Line]) -> str:
    """That most of the lines' letters are read in."""
    right = bidi.mostly_right_to_left(line.text for line in lines)
    return reading.RIGHT_TO_LEFT if right else reading.LEFT_TO_RIGHT


def told(page: results.PageResult, candidates: Sequence[str], rank: Rank = identifying.rank) -> results.PageResult:
    """The page with its languages, of those with these ids; as it is where none is asked for."""
    if not candidates:
        return page
    guesses = _guesses(page.lines, candidates, rank)
    named = {line: dataclasses.replace(line, language=_named(guesses[line])) for line in page.lines}
    rows = tuple(tuple(named[line] for line in row) for row in page.rows)
    return dataclasses.replace(page, rows=rows, shares=tuple(_shares(guesses)))


def total(shares: Iterable[detected.Share]) -> list[detected.Share]:
    """Of several pages together, the largest first; there is always one."""
    kept: dict[str, detected.Share] = {}
    for share in shares:
        other = kept.get(share.language, dataclasses.replace(share, letters=0))
        letters = share.letters + other.letters
        weighted = share.letters * share.confidence + other.letters * other.confidence
        kept[share.language] = dataclasses.replace(share, letters=letters, confidence=weighted / letters if letters else 0.0)
    found = sorted(kept.values(), key=lambda share: -share.letters)
    return found or [detected.Share(languages.UNDETERMINED.id, NO_SCRIPT, 0, 0.0)]


def script(text: str) -> str:
    """That most of the letters are of (ISO 15924); Zyyy where there are none."""
    letters = Counter(filter(None, map(_script, text)))
    chinese, kana = letters.pop("Hani", 0), letters.pop("Hrkt", 0)
    if kana >= _KANA * (chinese + kana) and kana:
        letters["Jpan"] = chinese + kana
    elif letters["Kore"] >= chinese:  # a Chinese character among Korean ones
        letters["Kore"] += chinese
    else:
        letters[_chinese(text)] = chinese
    best = letters.most_common(1)
    return best[0][0] if best and best[0][1] else NO_SCRIPT


def _guesses(lines: Sequence[results.Line], candidates: Sequence[str], rank: Rank) -> dict[results.Line, Guess]:
    possible = [languages.by_id()[each] for each in candidates]
    named = len(possible) < len(languages.catalogue())
    ways = {x.script for x in possible if named} & _CHINESE
    guesses: dict[results.Line, Guess] = {}
    for found, group in _by_script(lines, ways).items():
        known = Known(found, tuple(x for x in possible if x.script == found), named=named)
        guesses |= _of_script(group, known, rank)
    return guesses


def _by_script(lines: Sequence[results.Line], ways: Collection[str]) -> dict[str, list[results.Line]]:
    """Lines by script. Those with Chinese characters are in one script, unless several that have them were named (`ways`): a
    Japanese line may have no kana, and most characters are no more simplified than traditional.
    """
    found: dict[str, list[results.Line]] = {}
    for line in lines:
        found.setdefault(script(line.text), []).append(line)
    chinese = [line for each in found.keys() & _CHINESE for line in found[each]]
    if not chinese or len(ways) > 1:
        return found
    others = {each: group for each, group in found.items() if each not in _CHINESE}
    return {**others, next(iter(ways), None) or script(" ".join(line.text for line in chinese)): chinese}


def _of_script(group: Sequence[results.Line], known: Known, rank: Rank) -> dict[results.Line, Guess]:
    """Lines of one script are in one language, unless that is unlikely, or several were asked for by name."""
    together = " ".join(line.text for line in group)
    whole = _guess(rank(together) if len(known.tongues) > 1 else {}, known)
    if len(known.tongues) < 2 or not (known.named or whole.probability < _SURE):
        return dict.fromkeys(group, whole)
    ranks = {line: rank(line.text) for line in group}
    if not known.named:
        alone = [_guess(each, known) for each in ranks.values()]
        sure = {guess.language for guess in alone if guess.probability >= _LIKELY} | {whole.language}
        known = dataclasses.replace(known, tongues=tuple(x for x in known.tongues if x.id in sure))
    return {line: _guess(each, known) for line, each in ranks.items()}


def _guess(ranks: Mapping[str, float], known: Known) -> Guess:
    if len(known.tongues) < 2:
        only = known.tongues[0].id if known.tongues else languages.UNDETERMINED.id
        return Guess(only, known.script, float(len(known.tongues)))
    likely = {x.id: ranks.get(x.iso639_1 or x.id, 0.0) for x in known.tongues}
    best = max(likely, key=likely.__getitem__)
    together = sum(likely.values())
    return Guess(best, known.script, likely[best] / together if together else 1 / len(likely))


def _shares(guesses: Mapping[results.Line, Guess]) -> list[detected.Share]:
    return total(
        detected.Share(guess.language, guess.script, _letters(line.text), guess.probability * _sureness(line))
        for line, guess in guesses.items()
    )


def _named(guess: Guess) -> str:
    return "" if guess.language == languages.UNDETERMINED.id else guess.language


def _sureness(line: results.Line) -> float:
    start, end, _, below = line.polygon
    height = math.dist(start, below)
    return tries.sureness(line.text, line.confidence, math.dist(start, end) / height if height else 0.0)


def _letters(text: str) -> int:
    return sum(bool(_script(character)) for character in text)


def _chinese(text: str) -> str:
    """Simplified or traditional, by what only one of the two character sets has; simplified where nothing tells."""
    own = [c for c in text if _script(c) == "Hani"]
    simplified = sum(_fits(c, "gb2312") and not _fits(c, "big5") for c in own)
    traditional = sum(_fits(c, "big5") and not _fits(c, "gb2312") for c in own)
    return "Hant" if traditional > simplified else "Hans"


@functools.cache
def _script(character: str) -> str:
    return alphabets.script(character)


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
