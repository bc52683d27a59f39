"""Unpacking: whole or not at all, and never out of the folder."""

import re
import stat
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace

import pytest

from HiggsML.errors import DownloadError
from HiggsML.fetching import archives
from HiggsML.fetching.archives import extract_zip


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "a.zip"


def refused(*words: str) -> AbstractContextManager[object]:
    everywhere = "".join(f"(?=.*{re.escape(word)})" for word in (*words, "Fix: "))
    return pytest.raises(DownloadError, match=f"(?s)^{everywhere}")


def assert_nothing_was_written(tmp_path: Path) -> None:
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_files_and_folders(tmp_path: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("top/", b"")
        file.writestr("top/b/c.txt", b"c" * 50)
        file.writestr("d.txt", b"d")
    extract_zip(archive, tmp_path / "out")
    found = {
        str(p.relative_to(tmp_path / "out")): p.read_bytes()
        for p in (tmp_path / "out").rglob("*")
        if p.is_file()
    }
    assert found == {"top/b/c.txt": b"c" * 50, "d.txt": b"d"}
    assert {p.name for p in tmp_path.iterdir()} == {"a.zip", "out"}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (member("../evil"), "leads out"),
        (member("a/../../evil"), "leads out"),
        (member("/evil"), "leads out"),
        (member("a\\..\\evil"), "leads out"),
        (member("C:/evil"), "drive"),
        (member("link", stat.S_IFLNK | 0o777), "link"),
        (member("device", stat.S_IFCHR | 0o666), "device"),
    ],
)
def test_members_that_lead_elsewhere(
    tmp_path: Path, archive: Path, info: zipfile.ZipInfo, words: str
) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("good", b"x")
        file.writestr(info, b"/etc/passwd")
    with refused(words, repr(info.filename)):
        extract_zip(archive, tmp_path / "out")
    assert_nothing_was_written(tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice(tmp_path: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("same", b"1")
        file.writestr("same", b"2")
    with refused("twice"):
        extract_zip(archive, tmp_path / "out")


def test_too_many_members(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(4):
            file.writestr(str(number), b"")
    with refused("too many", "at most 3"):
        extract_zip(archive, tmp_path / "out")


def test_a_bomb(tmp_path: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", bytes(10_000_000))
    with refused("suspiciously", "10000000"):
        extract_zip(archive, tmp_path / "out")
    assert_nothing_was_written(tmp_path)


def declare_less(content: bytes) -> bytes:
    """Both headers say that the member unpacks to 10 bytes."""
    return content.replace((5_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"<html>please log in</html>",
        lambda content: b"",
        lambda content: content.replace(b"cababc", b"cababd", 1),
        declare_less,
    ],
    ids=["half", "page", "empty", "flipped", "more than declared"],
)
def test_damaged_archives(tmp_path: Path, archive: Path, damage: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr("good", b"x")
        file.writestr("text", b"abcab" * 1_000)
    archive.write_bytes(damage(archive.read_bytes()))
    with refused("damaged", "a.zip"):
        extract_zip(archive, tmp_path / "out")
    assert_nothing_was_written(tmp_path)


def test_encrypted(tmp_path: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("secret", b"x")
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory
    archive.write_bytes(content)
    with refused("encrypted"):
        extract_zip(archive, tmp_path / "out")


def test_a_full_disk(tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("text", b"abc")
    usage = SimpleNamespace(free=2)
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: usage)
    with refused("does not fit", "2 bytes are free"):
        extract_zip(archive, tmp_path / "out")
    assert_nothing_was_written(tmp_path)
