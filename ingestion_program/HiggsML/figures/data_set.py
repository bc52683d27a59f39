"""Figures of one data set, as methods: the class of the competition's repository."""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..errors import DataError
from ..schema import DETAILED_LABELS, FEATURES, LABELS, WEIGHTS
from .events import correlation_plots, pair_plots, stacked_histogram
from .shifts import compare_histograms, event_vise_syst, histogram_syst, pair_plots_syst

__all__ = ["Dataset_visualise"]


class Dataset_visualise:
    """A data set and its figures; each method returns a figure (or a table), and prints nothing.

    Args:
        data_set: a frame with features, `weights`, `labels` and `detailed_labels` (what
            `Data.get_train_set` returns), or a mapping with these and `data`, a frame of features.
        name: name of the data set.
        columns: features that are shown where a method is given none.

    Attributes:
        dfall: the features.
        target: 1 for signal, 0 for background.
        weights: expected events each event stands for.
        detailed_label: the process of each event.
        columns: names of the features.
        name: name of the data set.

    Raises:
        DataError: a column is missing.
    """

    def __init__(
        self,
        data_set: pd.DataFrame | Mapping[str, Any],
        name: str = "dataset",
        columns: Sequence[str] | None = None,
    ) -> None:
        missing = [key for key in (WEIGHTS, LABELS, DETAILED_LABELS) if key not in data_set]
        if missing:
            raise DataError(
                "columns are missing.",
                where="data_set",
                value=missing,
                fix="pass what Data.get_train_set() returns.",
            )
        frame = data_set if isinstance(data_set, pd.DataFrame) else data_set["data"]
        self.name = name
        self.columns = (
            [c for c in frame.columns if c in FEATURES] if columns is None else [*columns]
        )
        self.dfall: pd.DataFrame = frame[[c for c in frame.columns if c in FEATURES]]
        self.target = np.asarray(data_set[LABELS])
        self.weights = np.asarray(data_set[WEIGHTS], dtype=np.float64)
        self.detailed_label = np.asarray(data_set[DETAILED_LABELS])

    def __repr__(self) -> str:
        return f"Dataset_visualise({self.name!r}): {len(self.dfall):,} events"

    def examine_dataset(self) -> pd.DataFrame:
        """Rows and expected events of each process."""
        table = pd.DataFrame({"process": self.detailed_label, "expected events": self.weights})
        by_process = table.groupby("process", observed=True)["expected events"]
        return by_process.agg(rows="size", expected_events="sum")

    def histogram_dataset(self, columns: Sequence[str] | None = None, nbin: int = 25) -> Figure:
        """Distributions of features for background and signal, and their ratio.

        Args:
            columns: names of the features; None: all.
            nbin: bins of each feature.
        """
        sides = [(self.dfall[self.target == i], self.weights[self.target == i]) for i in (0, 1)]
        return compare_histograms(sides, ("background", "signal"), columns or self.columns, nbin)

    def correlation_plots(self, columns: Sequence[str] | None = None) -> Figure:
        """`visualization.correlation_plots` of this data set.

        Args:
            columns: names of the features; None: all.
        """
        return correlation_plots(self.dfall, self.target, columns or self.columns)

    def pair_plots(self, sample_size: int = 10, columns: Sequence[str] | None = None) -> Figure:
        """`visualization.pair_plots` of this data set.

        Args:
            sample_size: events of each class.
            columns: names of the features; None: all.
        """
        return pair_plots(self.dfall, self.target, sample_size, columns)

    def stacked_histogram(
        self, field_name: str, mu_hat: float = 1.0, bins: int = 30, y_scale: str = "linear"
    ) -> Figure:
        """`visualization.stacked_histogram` of this data set.

        Args:
            field_name: the feature.
            mu_hat: signal strength that the signal is scaled to.
            bins: their number.
            y_scale: "linear" or "log".
        """
        events = self.dfall, self.target, self.weights, self.detailed_label
        return stacked_histogram(*events, field_name, mu_hat, bins, y_scale)

    def pair_plots_syst(self, df_syst: pd.DataFrame, sample_size: int = 100) -> Figure:
        """`visualization.pair_plots_syst` of this data set and a shifted one.

        Args:
            df_syst: events under a shift.
            sample_size: events of each of the two.
        """
        return pair_plots_syst(self.dfall, df_syst, sample_size)

    def histogram_syst(
        self,
        df_syst: pd.DataFrame,
        weight_syst: ArrayLike,
        columns: Sequence[str] | None = None,
        nbin: int = 25,
    ) -> Figure:
        """`visualization.histogram_syst` of this data set and a shifted one.

        Args:
            df_syst: events under a shift.
            weight_syst: (n,) weights of these.
            columns: names of the features; None: all.
            nbin: bins of each feature.
        """
        return histogram_syst(self.dfall, df_syst, self.weights, weight_syst, columns, nbin)

    def event_vise_syst(
        self, df_syst: pd.DataFrame, columns: Sequence[str] | None = None, sample_size: int = 100
    ) -> Figure:
        """`visualization.event_vise_syst` of this data set and a shifted one.

        Args:
            df_syst: the same events under a shift, a row for each.
            columns: names of the features; None: all.
            sample_size: events that are drawn.
        """
        return event_vise_syst(self.dfall, df_syst, columns, sample_size)
