"""Docstrings as Markdown: examples become blocks of code."""

import re
from typing import Any

from griffe import Extension, Object

FREE_EXAMPLE = re.compile(r"^( *)>>> .*(?:\n(?!\s*$).*)*", re.MULTILINE)


class Docstrings(Extension):
    """Fences around examples that stand free, and one colon where the source has two."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Change the docstring of one object."""
        if obj.docstring is None:
            return
        text = re.sub(r"^Example::$", "For example:", obj.docstring.value, flags=re.MULTILINE)
        text = re.sub(r"::$", ":", text, flags=re.MULTILINE)
        obj.docstring.value = FREE_EXAMPLE.sub(r"\1```pycon\n\g<0>\n\1```", text)
