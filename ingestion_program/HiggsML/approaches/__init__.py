"""Classifiers of events, as estimators in the manner of scikit-learn, and what they look at."""
