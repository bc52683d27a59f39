"""The sample submission with all nuisance parameters held at their nominal values.

It shows what the nuisance parameters are worth: the same networks in the same bins give a shorter
interval, and one that does not cover.
"""

from HiggsML.inference import AnnealedNetwork, Measurement, Scout, physics_inputs


class Model(Measurement):
    """As in `sample_submission/model.py`, but for `nuisances`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
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
            nuisances=(),
            mu_range=mu_range,
        )
