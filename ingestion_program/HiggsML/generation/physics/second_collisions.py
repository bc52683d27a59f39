"""Jets of a second collision of partons in the same protons: two of them, back to back.

They know nothing of the boson: it does not recoil against them. Their pT follows a power law, and
the mean number of such pairs above kT is a r (kT / 15 GeV)^-p. The activity a varies from event to
event (exponentially distributed, with mean 1): more collisions also bring more soft particles,
whose measurement is the noise of the missing momentum.
"""

import math

from ...numerics.without_arrays import inlined, linked
from ..constants.radiation import SecondCollision
from ..sampling.random_numbers import Stream, cosine_and_sine, direction, normal, uniform
from .kinematics import wrapped
from .radiation import MOST_JETS, Jets, write_jet

__all__ = ["with_second_collision"]


@inlined
def with_second_collision(
    stream: Stream, collision: SecondCollision, activity: float, jets: Jets, count: int
) -> int:
    """Append the two jets of a second collision, if there is one; the new count."""
    number, rate = uniform(stream), activity * collision.rate
    if number > rate:
        return count
    return _append(stream, collision, number / rate, jets, min(count, MOST_JETS - 2))


@linked
def _append(
    stream: Stream, collision: SecondCollision, number: float, jets: Jets, count: int
) -> int:
    kt = collision.lowest * number ** (-1.0 / collision.power)
    phi, cosine, sine = direction(stream)
    write_jet(jets, count, kt, _eta(stream, collision), phi, cosine, sine)
    phi = wrapped(wrapped(phi + math.pi) + wrapped(collision.imbalance * normal(stream)))
    kt *= math.exp(collision.imbalance * normal(stream))
    cosine, sine = cosine_and_sine(phi)
    write_jet(jets, count + 1, kt, _eta(stream, collision), phi, cosine, sine)
    return count + 2


@inlined
def _eta(stream: Stream, collision: SecondCollision) -> float:
    """A pseudorapidity on a plateau with blurred edges."""
    return collision.plateau * (2.0 * uniform(stream) - 1.0) + collision.edge * normal(stream)
