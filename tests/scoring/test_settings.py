"""The organiser's reference settings are read strictly."""

from pathlib import Path

import pytest

from higgsml_scoring.errors import SettingsError
from higgsml_scoring.settings import ReferenceSettings, read_reference_settings


def write(folder, text):
    (folder / "settings.yaml").write_text(text)
    return folder


def test_reads_every_key(tmp_path):
    text = "show_truth: true\nnum_of_sets: 10\nnum_pseudo_experiments: 100\n"
    settings = read_reference_settings(write(tmp_path, text + 'settings_digest: "00ff00ff"\n'))
    assert settings == ReferenceSettings(
        show_truth=True, num_of_sets=10, num_pseudo_experiments=100, settings_digest="00ff00ff"
    )


def test_settings_of_this_repository_hide_the_truth():
    settings = read_reference_settings(Path(__file__).parents[2] / "reference_data")
    assert settings.show_truth is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "keys and values"),
        ("- show_truth", "keys and values"),
        ("show_truth: [", "not valid YAML"),
        ("show_truth: 1", "show_truth: must be true or false. Found: 1."),
        ("num_of_sets: 3", "must be true or false"),
        (
            "show_truth: true\nshow_thruth: true",
            "unknown key 'show_thruth'.*did you mean 'show_truth'",
        ),
        ("show_truth: true\nzebra: 1", "known keys"),
        (
            "show_truth: true\nnum_of_sets: 0",
            "num_of_sets: must lie between .* Found: 0. Fix: correct",
        ),
        (
            "show_truth: true\nnum_of_sets: ten",
            "num_of_sets: must be a whole number, not a text. Found: 'ten'",
        ),
        ("show_truth: true\nnum_pseudo_experiments: true", "whole number"),
        ("show_truth: true\nsettings_digest: 12", "digest"),
    ],
)
def test_refuses_other_content(tmp_path, text, reason):
    with pytest.raises(SettingsError, match=reason) as caught:
        read_reference_settings(write(tmp_path, text))
    assert "settings.yaml" in str(caught.value)


def test_refuses_a_folder_without_settings(tmp_path):
    with pytest.raises(SettingsError, match="missing"):
        read_reference_settings(tmp_path)
