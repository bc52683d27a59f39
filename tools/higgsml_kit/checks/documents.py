"""The files that the platform shows: logo, pages, terms."""

import warnings
from collections.abc import Iterator
from pathlib import Path

from ..bundle import COMPETITION
from ..codabench import LOGO_FORMATS
from .problems import Problem

__all__ = ["check_logo", "check_page"]


def check_logo(root: Path, name: str) -> Iterator[Problem]:
    """What is wrong with the logo, by the library with which the platform opens it."""
    from PIL import Image, UnidentifiedImageError

    if not (root / name).is_file():
        yield Problem(name, "there is no such image.", "check the path in 'image'.")
        return
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(root / name) as image:
            kind = image.format
            image.verify()
    except UnidentifiedImageError:
        what = "is not a PNG, JPEG, GIF or WebP file; the platform takes no other image."
        yield Problem(name, what, "name a PNG file in 'image'.")
    except (OSError, SyntaxError, ValueError) as error:
        yield Problem(name, f"is a damaged image: {error}.", "save it again.")
    else:
        if kind not in LOGO_FORMATS:
            what = f"is a {kind} image; the platform takes {', '.join(LOGO_FORMATS)}."
            yield Problem(name, what, "save it as PNG.")


def check_page(root: Path, name: str) -> Iterator[Problem]:
    """What is wrong with a page, or with the terms."""
    try:
        text = (root / name).read_text("utf-8")
    except OSError:
        yield Problem(f"{COMPETITION}: {name}", "there is no such page.", "check the path.")
    except UnicodeDecodeError:
        yield Problem(name, "is not UTF-8 text.", "save it as UTF-8.")
    else:
        if not text.strip():
            yield Problem(name, "is empty, which the platform refuses.", "write it.")
