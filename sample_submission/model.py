"""The sample submission: two networks, made into a measurement of mu.

A small network looks at all events and keeps the few that can be signal, eight in a hundred. A
larger one learns to tell the four processes apart there, with inputs that physicists compute.
`Measurement` does the rest: it counts the other events, builds templates that follow the energy
scales and the soft momentum, fits mu together with all six nuisance parameters, and reads the
interval off the profile likelihood at a level that toys have calibrated.
"""

from HiggsML.inference import AnnealedNetwork, Measurement, Scout, physics_inputs


class Model(Measurement):
    """`fit()` and `predict(test_set)` come from `Measurement`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        # any classifier with predict_proba and sample_weight can take its place
        network = AnnealedNetwork(
            hidden_layer_sizes=(128, 128, 128),
            batch_size=2048,
            learning_rate_init=3e-3,
            max_iter=6,
            random_state=1,
        )
        super().__init__(
            network,
            get_train_set,
            systematics,
            selection=Scout(keep=0.08),
            inputs=physics_inputs,
            training_rows=12_000_000,
            mu_range=mu_range,
        )
