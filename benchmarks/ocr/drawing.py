"""Lines and pages of text, drawn: the same ones wherever the benchmark runs, and what they say is known."""

import pathlib
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_WORDS = """
account address adjust amount annual April archive around August balance before branch bridge business butter cabinet
capital carbon central certain charge circle clause client column common company contract corner cotton country credit
current customer decade December degree delivery deposit district document double eastern edition electric engine estate
evening example express factory February figure filter foreign forward freight garden general glass gravel ground harbour
history hundred imported income invoice island January journal kitchen ladder language leather ledger letter library line
machine manager March market measure member mercury mineral minute modern morning mountain museum narrow nation natural
northern notice November number object October office orchard order origin other package paper parcel payment pencil
permit picture plastic platform portion postage present printer private product profit public quality quarter railway
reason receipt record region register report reserve return river salary sample school season second section September
service settle seven signal silver single social southern square station steel storage street subject summer supply
surface system table teacher tenant thousand ticket timber total traffic transfer travel turnover uniform union unit
valley value vehicle village volume voucher water weather weekly western window winter wooden yellow yesterday
""".split()
_MARGIN = 16
_PAGE = (2550, 3300)
"""An American letter at 300 dpi, as scanners make them."""
_PAGE_LINES = 64


def lines(count: int, seed: int = 1) -> list[str]:
    """Lines of two to eleven words, of which some are amounts or dates."""
    chance = random.Random(seed)  # noqa: S311 - the same ones each time is what it is for
    return [" ".join(_word(chance) for _ in range(chance.randint(2, 11))) for _ in range(count)]


def crops(folder: pathlib.Path, count: int) -> list[tuple[pathlib.Path, str]]:
    """Images of one line each, in letters of 24 to 44 pixels, and what they say."""
    chance = random.Random(2)  # noqa: S311
    return [(_crop(folder / f"crop-{i}.png", text, chance.randint(24, 44)), text) for i, text in enumerate(lines(count))]


def pages(folder: pathlib.Path, count: int) -> list[tuple[pathlib.Path, str]]:
    """Pages of one column, and what they say."""
    texts = [lines(_PAGE_LINES, seed=100 + number) for number in range(count)]
    return [(_page(folder / f"drawn-{number}.png", text), "\n".join(text)) for number, text in enumerate(texts)]


def _word(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.1:
        return f"{chance.randint(1, 9999)}.{chance.randint(0, 99):02}"
    if kind < 0.15:
        return f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/20{chance.randint(10, 29)}"
    return chance.choice(_WORDS)


def _crop(path: pathlib.Path, text: str, size: int) -> pathlib.Path:
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (int(right - left) + 2 * _MARGIN, int(bottom - top) + 2 * _MARGIN), 255)
    ImageDraw.Draw(image).text((_MARGIN - left, _MARGIN - top), text, fill=20, font=font)
    image.save(path)
    return path


def _page(path: pathlib.Path, texts: Sequence[str]) -> pathlib.Path:
    image = Image.new("L", _PAGE, 255)
    draw = ImageDraw.Draw(image)
    for number, text in enumerate(texts):
        draw.text((180, 180 + 46 * number), text, fill=20, font=ImageFont.load_default(32))
    image.save(path)
    return path
