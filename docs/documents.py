"""The hook of mkdocs.yml: documents come into the site from where they stand in the repository.

They keep their paths, so that the links between them are the same in the repository and in the
site.
"""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CITATION.cff",
    "LICENSE",
    "pages/*.md",
    "pages/*.png",
    "pages/*.svg",
    "examples/*/README.md",
    "starting_kit/README.md",
)
"""Patterns of the paths, from the root of the repository."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents to the files of docs/."""
    for pattern in DOCUMENTS:
        for path in sorted(ROOT.glob(pattern)):
            name = str(path.relative_to(ROOT))
            files.append(File.generated(config, name, abs_src_path=str(path)))
    files.remove(files.src_uris["documents.py"])
    return files
