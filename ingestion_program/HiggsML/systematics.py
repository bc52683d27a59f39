"""Systematic shifts of frames, under the names of HiggsML 0.1.5.

Around the definition (`definitions.shifts`) stand functions on frames; they return new objects and
never change their arguments. `pages/differences.md` lists where the numbers differ from 0.1.5, and
why.

This module is long because notebooks for HiggsML 0.1.5 find all of these functions here.
"""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Mapping
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from .arrays import Array
from .concurrency import map_ahead
from .definitions.shifts import select, shift
from .derived_quantities import DER_data, primary_columns
from .errors import DataError, SettingsError, did_you_mean
from .experiments import EventPool
from .experiments.pool.packed_frames import pool_of_frames
from .experiments.protocol import draw_pseudo_experiment
from .four_vector import V4
from .nuisances import NUISANCES, NuisanceValues
from .schema import DETAILED_LABELS, LABELS, PROCESSES, WEIGHTS

__all__ = [
    "V4",
    "all_bkg_weight_norm",
    "diboson_bkg_weight_norm",
    "generate_pseudo_exp_data",
    "get_bootstrapped_dataset",
    "get_systematics_dataset",
    "make_unweighted_set",
    "mom4_manipulate",
    "postprocess",
    "repeat_rows_by_weight",
    "systematics",
    "ttbar_bkg_weight_norm",
]

_BLOCK = 100_000  # events of a frame that are shifted at once: bounds the memory beside it


def mom4_manipulate(
    data: pd.DataFrame,
    systTauEnergyScale: float,
    systJetEnergyScale: float,
    soft_met: float,
    seed: int = 31415,
) -> pd.DataFrame:
    """A copy of `data` with `shift` applied to its primary features.

    Args:
        data: a frame with the sixteen primary features.
        systTauEnergyScale: tau energy scale.
        systJetEnergyScale: jet energy scale.
        soft_met: width of the normal distribution of each component of the soft momentum, GeV.
        seed: seed of the soft momentum. The stream is that of 0.1.5, so that one seed gives one
            noise in both; pseudo-experiments have streams of their own.

    Raises:
        SettingsError: a shift is not within the bounds of its nuisance parameter.
    """
    _check_shifts(tes=systTauEnergyScale, jes=systJetEnergyScale, soft_met=soft_met)
    noise = _soft_momentum(len(data), soft_met, seed)
    return _shifted(data, systTauEnergyScale, systJetEnergyScale, noise)


def _soft_momentum(n: int, soft_met: float, seed: int) -> Array:
    """The soft momentum of n events along x and y, GeV, (2, n)."""
    if not soft_met:
        return np.zeros((2, n))
    return np.random.RandomState(seed).normal(0.0, soft_met, (2, n))


def _shifted(data: pd.DataFrame, tes: float, jes: float, noise: Array) -> pd.DataFrame:
    return data.assign(**shift(primary_columns(data), tes, jes, tuple(noise)))


def postprocess(data: pd.DataFrame) -> pd.DataFrame:
    """The events of `data` that pass `select`, with their jets cut; the index starts from 0.

    Args:
        data: a frame with the sixteen primary features of each event, energies in GeV.
    """
    primaries, kept = select(primary_columns(data))
    return data[kept].reset_index(drop=True).assign(**primaries)


def ttbar_bkg_weight_norm(
    weights: ArrayLike, detailedlabel: ArrayLike, systBkgNorm: float
) -> Array:
    """The weights, those of ttbar events multiplied by `systBkgNorm`.

    Args:
        weights: expected events of each event, (n,).
        detailedlabel: the process of each event, (n,).
        systBkgNorm: the factor, 1 at the nominal rate.
    """
    return _scaled(weights, np.asarray(detailedlabel) == "ttbar", systBkgNorm)


def diboson_bkg_weight_norm(
    weights: ArrayLike, detailedlabel: ArrayLike, systBkgNorm: float
) -> Array:
    """The weights, those of diboson events multiplied by `systBkgNorm`.

    Args:
        weights: expected events of each event, (n,).
        detailedlabel: the process of each event, (n,).
        systBkgNorm: the factor, 1 at the nominal rate.
    """
    return _scaled(weights, np.asarray(detailedlabel) == "diboson", systBkgNorm)


def all_bkg_weight_norm(weights: ArrayLike, label: ArrayLike, systBkgNorm: float) -> Array:
    """The weights, those of all background events (label 0) multiplied by `systBkgNorm`.

    Args:
        weights: expected events of each event, (n,).
        label: 1 of signal and 0 of background, (n,).
        systBkgNorm: the factor, 1 at the nominal rate.
    """
    return _scaled(weights, np.asarray(label) == 0, systBkgNorm)


def _scaled(weights: ArrayLike, chosen: NDArray[np.bool_], factor: float) -> Array:
    values = np.asarray(weights, dtype=np.float64)
    return np.where(chosen, values * factor, values)


@overload
def systematics(
    data_set: pd.DataFrame,
    tes: float = ...,
    jes: float = ...,
    soft_met: float = ...,
    seed: int = ...,
    ttbar_scale: float | None = ...,
    diboson_scale: float | None = ...,
    bkg_scale: float | None = ...,
    dopostprocess: bool = ...,
) -> pd.DataFrame: ...


@overload
def systematics(
    data_set: Mapping[str, Any] | None = ...,
    tes: float = ...,
    jes: float = ...,
    soft_met: float = ...,
    seed: int = ...,
    ttbar_scale: float | None = ...,
    diboson_scale: float | None = ...,
    bkg_scale: float | None = ...,
    dopostprocess: bool = ...,
) -> dict[str, Any]: ...


def systematics(
    data_set: Mapping[str, Any] | pd.DataFrame | None = None,
    tes: float = 1.0,
    jes: float = 1.0,
    soft_met: float = 0.0,
    seed: int = 31415,
    ttbar_scale: float | None = None,
    diboson_scale: float | None = None,
    bkg_scale: float | None = None,
    dopostprocess: bool = True,
) -> pd.DataFrame | dict[str, Any]:
    """Shift a data set, cut it, scale the rates of its backgrounds, derive its features.

    Args:
        data_set: a frame, or a mapping with `data` (a frame of features), `weights`, and whatever
            has one value an event (`labels`, `detailed_labels`); `settings` is passed through.
        tes: tau energy scale.
        jes: jet energy scale.
        soft_met: width of each component of the soft momentum, GeV.
        seed: seed of the soft momentum.
        ttbar_scale: factor on the weights of ttbar; needs `detailed_labels` unless it is 1.
        diboson_scale: factor on the weights of diboson; needs `detailed_labels` unless it is 1.
        bkg_scale: factor on the weights of every background; needs `labels` unless it is 1.
        dopostprocess: whether to apply the cuts of a pseudo-experiment.

    Returns:
        What was given, a frame or a dict, for the events that are left; features are float32.

    Raises:
        DataError: a feature, `data`, `weights` or a label that is needed is missing.
        SettingsError: tes, jes or soft_met is not within the bounds of its nuisance parameter, or a
            rate factor is negative or not finite. (A rate factor is exact at any value.)
    """
    if isinstance(data_set, pd.DataFrame):
        per_event: dict[str, Any] = {}
        frame = data_set
    elif isinstance(data_set, Mapping) and {"data", WEIGHTS} <= data_set.keys():
        per_event = {k: v for k, v in data_set.items() if k not in ("data", "settings")}
        frame = data_set["data"].assign(**{k: np.asarray(v) for k, v in per_event.items()})
    else:
        raise DataError(
            "data_set must be a frame, or a mapping with 'data' and 'weights'.",
            where="systematics",
            value=type(data_set).__name__,
        )
    _check_shifts(tes=tes, jes=jes, soft_met=soft_met)
    noise = _soft_momentum(len(frame), soft_met, seed)

    def of_block(some: slice) -> pd.DataFrame:
        block = _shifted(frame.iloc[some], tes, jes, noise[:, some])
        if dopostprocess:
            block = postprocess(block)
        return DER_data(_scale_rates(block, ttbar_scale, diboson_scale, bkg_scale))

    if len(frame) <= _BLOCK:
        frame = of_block(slice(None))
    else:
        blocks = [slice(start, start + _BLOCK) for start in range(0, len(frame), _BLOCK)]
        frame = pd.concat(map_ahead(of_block, blocks), ignore_index=dopostprocess)
    if isinstance(data_set, pd.DataFrame):
        return frame
    result = {key: frame.pop(key) for key in per_event} | {"data": frame}
    if "settings" in data_set:
        result["settings"] = data_set["settings"]
    return result


def _scale_rates(
    frame: pd.DataFrame, ttbar: float | None, diboson: float | None, bkg: float | None
) -> pd.DataFrame:
    """Apply the rate factors to the weights (ones where the frame has none)."""
    steps = (
        (ttbar, ttbar_bkg_weight_norm, DETAILED_LABELS, "ttbar_scale"),
        (diboson, diboson_bkg_weight_norm, DETAILED_LABELS, "diboson_scale"),
        (bkg, all_bkg_weight_norm, LABELS, "bkg_scale"),
    )
    for factor, scaled, labels, name in steps:
        if factor is None or factor == 1.0:
            continue
        NuisanceValues(**{name: factor})
        if labels not in frame.columns:
            raise DataError(
                f"{name} needs the column '{labels}'.",
                where="systematics",
                fix=f"pass '{labels}' in data_set.",
            )
        weights = frame[WEIGHTS] if WEIGHTS in frame.columns else np.ones(len(frame))
        frame = frame.assign(**{WEIGHTS: scaled(weights, frame[labels], factor)})
    return frame


def _check_shifts(**shifts: float) -> None:
    """Refuse shifts beyond the bounds, which no experiment has: mostly a percentage or a typo."""
    NuisanceValues(**shifts)
    for name, value in shifts.items():
        nuisance = NUISANCES[name]
        if not nuisance.low <= value <= nuisance.high:
            raise SettingsError(
                "a nuisance parameter is beyond its bounds.",
                where=name,
                value=value,
                fix=f"give {nuisance.low:g} to {nuisance.high:g} (nominal {nuisance.nominal:g}).",
            )


# --- pseudo-experiments --------------------------------------------------------------------------


def get_bootstrapped_dataset(
    test_set: Mapping[str, pd.DataFrame],
    mu: float = 1.0,
    seed: int = 31415,
    ttbar_scale: float | None = None,
    diboson_scale: float | None = None,
    bkg_scale: float | None = None,
    poisson: bool = True,
) -> pd.DataFrame:
    """One bootstrapped data set: each event as often as Poisson(weight x rate factor) says.

    Args:
        test_set: a frame for each process, with `weights` (what `Data.get_test_set` returns).
        mu: signal strength, the rate factor of the signal.
        seed: seed of the multiplicities and the order.
        ttbar_scale: rate factor of ttbar (None: 1).
        diboson_scale: rate factor of diboson (None: 1).
        bkg_scale: rate factor of every background (None: 1).
        poisson: False gives every event once, with its expected number as `weights`.

    Returns:
        The drawn events in random order, without `weights` (each counts 1).
    """
    scales = {"ttbar_scale": ttbar_scale, "diboson_scale": diboson_scale, "bkg_scale": bkg_scale}
    given = {name: value for name, value in scales.items() if value is not None}
    factors = NuisanceValues(**given).rate_factors(mu)
    rng = np.random.default_rng(seed)
    drawn = []
    for process, events in test_set.items():
        expected = events[WEIGHTS].to_numpy(np.float64) * factors[process]
        if poisson:
            rows = np.repeat(np.arange(len(events)), rng.poisson(expected))
            drawn.append(events.iloc[rows].drop(columns=WEIGHTS))
        else:
            drawn.append(events.assign(**{WEIGHTS: expected}))
    together = pd.concat(drawn, ignore_index=True)
    return together.iloc[rng.permutation(len(together))].reset_index(drop=True)


def generate_pseudo_exp_data(
    data: Mapping[str, pd.DataFrame] | EventPool,
    set_mu: float = 1.0,
    dict_systematics: Mapping[str, bool] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """One pseudo-experiment: what `predict` is given.

    Args:
        data: a frame for each process (what `Data.get_test_set` returns), or an `EventPool` made of
            them. Frames are packed into a pool by the first call; a further one with the same
            values takes that pool.
        set_mu: true signal strength.
        dict_systematics: which nuisance parameters are drawn from their priors (None: none).
        seed: seed of the experiment.

    Returns:
        `data`: the 28 features (float32) of the events after the cuts; `weights`: ones.

    Raises:
        SettingsError: `dict_systematics` names a parameter that does not exist.
        DataError: the frames cannot be packed: a feature or the weights are missing, or not finite.
    """
    chosen = {} if dict_systematics is None else dict(dict_systematics)
    unknown = sorted(chosen.keys() - NUISANCES.keys())
    if unknown:
        raise SettingsError(
            "unknown nuisance parameter.",
            where="dict_systematics",
            value=unknown,
            fix=did_you_mean(unknown[0], NUISANCES),
        )
    pool = data if isinstance(data, EventPool) else pool_of_frames(data)
    enabled = [name for name, on in chosen.items() if on]
    return draw_pseudo_experiment(pool, set_mu, enabled, np.random.SeedSequence(seed)).test_set()


# --- further names of 0.1.5 ----------------------------------------------------------------------


def get_systematics_dataset(
    data: pd.DataFrame, tes: float = 1.0, jes: float = 1.0, soft_met: float = 0.0
) -> dict[str, Any]:
    """`systematics` of a frame of features, each event with the weight 1.

    Args:
        data: a frame with the sixteen primary features of each event, energies in GeV.
        tes: tau energy scale.
        jes: jet energy scale.
        soft_met: width of each component of the soft momentum, GeV.
    """
    events = {"data": data, WEIGHTS: np.ones(len(data))}
    shifted: dict[str, Any] = systematics(events, tes, jes, soft_met)
    return shifted


def make_unweighted_set(data_set: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The events of each process, in random order (seeded).

    Args:
        data_set: `data`, a frame, and `detailed_labels` (`detailedlabel` in 0.1.5).

    Raises:
        DataError: one of them is missing.
    """
    name = next((key for key in (DETAILED_LABELS, "detailedlabel") if key in data_set), None)
    if name is None or "data" not in data_set:
        raise DataError(
            f"data_set must hold 'data' and '{DETAILED_LABELS}'.",
            where="make_unweighted_set",
            value=sorted(map(str, data_set)),
        )
    labels = np.asarray(data_set[name])
    frame: pd.DataFrame = data_set["data"]
    return {
        process: frame[labels == process].sample(frac=1, random_state=31415)
        for process in PROCESSES
    }


def repeat_rows_by_weight(data_set: pd.DataFrame, seed: int = 31415) -> pd.DataFrame:
    """Each row as often as the whole part of its weight says, in random order, without `weights`.

    Args:
        data_set: a frame with `weights`.
        seed: seed of the order.

    Raises:
        DataError: the frame has no `weights`.
    """
    if WEIGHTS not in data_set.columns:
        raise DataError(f"the frame has no column '{WEIGHTS}'.", where="repeat_rows_by_weight")
    times = data_set[WEIGHTS].to_numpy().astype(np.int64)
    rows = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(data_set)), times))
    return data_set.drop(columns=WEIGHTS).iloc[rows].reset_index(drop=True)
