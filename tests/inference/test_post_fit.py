from HiggsML.inference.intervals import fit_mu
from HiggsML.inference.likelihood import BinnedLikelihood
from HiggsML.inference.post_fit import diagnostic_numbers
from HiggsML.running.diagnostics import check_diagnostics


def test_a_fit_with_fixed_nuisances_tells_none(templates):
    """A part without names is refused, and all others would go with it."""
    counts = templates.expected({}).sum(axis=0)
    result = fit_mu(BinnedLikelihood(templates, counts, ()))
    told = check_diagnostics(diagnostic_numbers(templates, counts, result))
    assert set(told) == {"templates", "post_fit", "goodness"}
    assert told["goodness"] == {"chi2": result.chi2, "p_value": result.p_value}
