from dataclasses import replace
from pathlib import Path

import pytest

from HiggsML.errors import SettingsError
from HiggsML.nuisances import NUISANCES
from HiggsML.settings import DataSettings, Seeds, Settings
from HiggsML.settings_reader import find_settings, read_settings

SHIPPED = Path(__file__).parents[1] / "input_data" / "settings.yaml"


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_the_shipped_settings_are_the_official_protocol() -> None:
    settings = read_settings(SHIPPED)
    assert settings.protocol.num_of_sets == 10
    assert settings.protocol.num_pseudo_experiments == 100
    assert settings.protocol.mu_range == (0.1, 3.0)
    assert settings.protocol.enabled == tuple(NUISANCES)
    assert settings.data.test_events["ztautau"] > 1_000_000


def test_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path, "data:\n  source: parquet\n")
    assert settings == Settings(data=DataSettings(source="parquet"))
    assert settings.protocol.random_seed == settings.data.seed == "fresh"
    assert settings.limits.total_seconds < 7201


def test_values_are_converted_to_their_type(tmp_path: Path) -> None:
    settings = read(tmp_path, "data: {source: parquet}\nlimits: {fit_seconds: 5}\n")
    assert isinstance(settings.limits.fit_seconds, float)


def test_nuisances_left_out_do_not_vary(tmp_path: Path) -> None:
    text = "data: {source: parquet}\nprotocol:\n  systematics: {jes: true, tes: false}\n"
    assert read(tmp_path, text).protocol.enabled == ("jes",)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("data:\n  source: parquet\n  sede: 3\n", 3, "did you mean 'seed'"),
        ("data: {source: parquet}\nprotocl: {}\n", 2, "did you mean 'protocol'"),
        ("data: {source: web}\n", 1, "generator or parquet"),
        ("data: {source: parquet}\nprotocol:\n  num_of_sets: ten\n", 3, "whole number.*'ten'"),
        ("data: {source: parquet}\nprotocol:\n  num_of_sets: true\n", 3, "whole number"),
        ("data: {source: parquet}\nprotocol:\n  num_of_sets: 0\n", 3, "out of range"),
        ("data: {source: parquet}\nprotocol:\n  mu_range: [3, 0.1]\n", 3, "low, high"),
        ("data: {source: parquet}\nprotocol:\n  mu_range: 3\n", 3, "low, high"),
        ("data: {source: parquet}\nprotocol:\n  systematics: {tess: true}\n", 3, "'tes'"),
        ("data: {source: parquet}\nprotocol:\n  systematics: {tes: 1}\n", 3, "true or false"),
        ("data: {source: parquet}\nlimits:\n  fit_seconds: .nan\n", 3, "finite"),
        ("data: {source: parquet}\nlimits:\n  fit_seconds: 1\n  fit_seconds: 2\n", 4, "twice"),
        ("data: {source: parquet}\nprotocol:\n  random_seed: null\n", 3, "fresh, or a whole"),
        ("data: {source: parquet}\nprotocol:\n  random_seed: -1\n", 3, "0 or more"),
        ("data: {source: parquet, seed: frehs}\n", 1, "fresh, or a whole number"),
        ("data: {source: parquet, test_size: 1.5}\n", 1, "between 0 and 1"),
        ("data: {source: generator, test_events: {zz: 5}}\n", 1, "known are htautau"),
        ("data: {source: generator}\n", 1, "needs train_events"),
        ("data:\n  source: parquet\n  luminosity: 5\n", 3, "ignores.*'luminosity'.*generator"),
        ("data:\n  test_size: 0.2\n  source: generator\n", 2, "ignores.*'test_size'.*parquet"),
        ("data: {source: parquet, train_events: {ttbar: 5}}\n", 1, "ignores.*'train_events'"),
        ("protocol: {}\n", 1, "'data' is missing"),
        ("data: {}\n", 1, "'source' is missing"),
        ("data: parquet\n", 1, "section with keys"),
        ("data: [\n", 2, "not valid YAML"),
    ],
)
def test_mistakes_are_reported_with_their_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(SettingsError, match=f"settings.yaml, line {line}.*(?s:{message})"):
        read(tmp_path, text)


def test_files_that_are_no_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is empty"):
        read(tmp_path, "")
    with pytest.raises(SettingsError, match="larger than"):
        read(tmp_path, "#" * 200_000)
    (tmp_path / "settings.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        read_settings(tmp_path / "settings.yaml")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_settings(tmp_path / "none.yaml")


def test_a_folder_with_a_parquet_file_alone_has_defaults(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"neither settings.yaml nor a parquet"):
        find_settings(tmp_path)
    (tmp_path / "events.parquet").touch()
    assert find_settings(tmp_path).data.source == "parquet"


def test_the_digest_tells_settings_apart() -> None:
    settings = read_settings(SHIPPED)
    assert settings.digest() == read_settings(SHIPPED).digest()
    changed = replace(settings, data=replace(settings.data, seed=1))
    assert changed.digest() != settings.digest()


def test_fresh_seeds_have_128_bits_and_are_drawn_each_time() -> None:
    """Two bits of 64 draws that are all equal: a chance of 1e-16."""
    settings = read_settings(SHIPPED)
    drawn = [seed for _ in range(32) for seed in settings.draw_seeds()]
    assert len(set(drawn)) == 64
    for bit in range(128):
        assert len({seed >> bit & 1 for seed in drawn}) == 2
    assert max(drawn) < 2**128


def test_fixed_seeds_stay() -> None:
    settings = read_settings(SHIPPED).with_seeds(Seeds(2**100, 7))
    assert settings.draw_seeds() == (2**100, 7)
    assert replace(settings.data, seed="fresh") == read_settings(SHIPPED).data
