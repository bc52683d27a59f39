"""Figures, by what they show; `HiggsML.visualization` is their public door."""
