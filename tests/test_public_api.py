"""The names, modules and arguments that notebooks for HiggsML 0.1.5 use, and our own additions."""

import importlib
import inspect

import pytest

from sources import all_modules

PUBLIC = {
    "datasets.Data": "input_dir, test_size=0.3",
    "datasets.Data.load_train_set": "self, train_size=None, selected_indices=None, seed=0",
    "datasets.Data.load_test_set": "self",
    "datasets.Data.get_train_set": "self",
    "datasets.Data.get_test_set": "self",
    "datasets.Data.delete_train_set": "self",
    "datasets.Data.get_syst_train_set": "self, *, tes=1.0, jes=1.0, soft_met=0.0, "
    "ttbar_scale=None, diboson_scale=None, bkg_scale=None, dopostprocess=False",
    "datasets.download_dataset": "input_str, directory=None, *, checksum=None",
    "derived_quantities.DER_data": "data",
    "derived_quantities.calcul_int": "data",
    "derived_quantities.f_DER_deltaeta_jet_jet": "data",
    "derived_quantities.f_DER_deltar_had_lep": "data",
    "derived_quantities.f_DER_lep_eta_centrality": "data",
    "derived_quantities.f_DER_mass_jet_jet": "data",
    "derived_quantities.f_DER_mass_transverse_met_lep": "data",
    "derived_quantities.f_DER_mass_vis": "data",
    "derived_quantities.f_DER_met_phi_centrality": "data",
    "derived_quantities.f_DER_prodeta_jet_jet": "data",
    "derived_quantities.f_DER_pt_h": "data",
    "derived_quantities.f_DER_pt_ratio_lep_had": "data",
    "derived_quantities.f_DER_pt_tot": "data",
    "derived_quantities.f_DER_sum_pt": "data",
    "derived_quantities.f_del_DER": "data",
    "ingestion.Ingestion": "data=None",
    "ingestion.Ingestion.fit_submission": "self",
    "ingestion.Ingestion.get_duration": "self",
    "ingestion.Ingestion.init_submission": "self, Model, model_type='sample_model'",
    "ingestion.Ingestion.load_train_set": "self, **kwargs",
    "ingestion.Ingestion.predict_submission": "self, test_settings, initial_seed=31415",
    "ingestion.Ingestion.process_results_dict": "self",
    "ingestion.Ingestion.save_duration": "self, output_dir=None",
    "ingestion.Ingestion.save_result": "self, output_dir=None",
    "ingestion.Ingestion.show_duration": "self",
    "ingestion.Ingestion.start_timer": "self",
    "ingestion.Ingestion.stop_timer": "self",
    "score.Scoring": "",
    "score.Scoring.MAE_score": "self, mu, mu_hat, delta_mu_hat",
    "score.Scoring.Quantiles_Score": "self, mu, p16, p84, eps=0.001",
    "score.Scoring.RMSE_score": "self, mu, mu_hat, delta_mu_hat",
    "score.Scoring.compute_scores": "self, test_settings",
    "score.Scoring.get_duration": "self",
    "score.Scoring.load_ingestion_duration": "self, ingestion_duration_file",
    "score.Scoring.load_ingestion_results": "self, prediction_dir='./', score_dir='./'",
    "score.Scoring.save_figure": "self, mu, p16s, p84s, set=0, true_mu=None, result_text=None",
    "score.Scoring.show_duration": "self",
    "score.Scoring.start_timer": "self",
    "score.Scoring.stop_timer": "self",
    "score.Scoring.write_scores": "self",
    "systematics.V4": "apx=0.0, apy=0.0, apz=0.0, ae=0.0",
    "systematics.all_bkg_weight_norm": "weights, label, systBkgNorm",
    "systematics.diboson_bkg_weight_norm": "weights, detailedlabel, systBkgNorm",
    "systematics.generate_pseudo_exp_data": "data, set_mu=1.0, dict_systematics=None, seed=0",
    "systematics.get_bootstrapped_dataset": "test_set, mu=1.0, seed=31415, ttbar_scale=None, "
    "diboson_scale=None, bkg_scale=None, poisson=True",
    "systematics.mom4_manipulate": "data, systTauEnergyScale, systJetEnergyScale, soft_met, "
    "seed=31415",
    "systematics.postprocess": "data",
    "systematics.systematics": "data_set=None, tes=1.0, jes=1.0, soft_met=0.0, seed=31415, "
    "ttbar_scale=None, diboson_scale=None, bkg_scale=None, dopostprocess=True",
    "systematics.ttbar_bkg_weight_norm": "weights, detailedlabel, systBkgNorm",
    "visualization.correlation_plots": "dfall, target, columns=None",
    "visualization.event_vise_syst": "dfall, df_syst, columns=None, sample_size=100",
    "visualization.pair_plots": "dfall, target, sample_size=10, columns=None",
    "visualization.pair_plots_syst": "dfall, df_syst, sample_size=100, columns=None",
    "visualization.stacked_histogram": "dfall, target, weights, detailed_label, field_name, "
    "mu_hat=1.0, nbins=30, y_scale='linear'",
    "visualization.visualize_coverage": "ingestion_result_dict, ground_truth_mus",
    "visualization.visualize_scatter": "ingestion_result_dict, ground_truth_mus",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_documented_names_keep_their_arguments(name: str) -> None:
    module, *path = name.split(".")
    found = importlib.import_module(f"HiggsML.{module}")
    for part in path:
        found = getattr(found, part)
    parameters = [
        p.replace(annotation=inspect.Parameter.empty)
        for p in inspect.signature(found).parameters.values()
    ]
    text = str(inspect.Signature(parameters))[1:-1]
    assert text == PUBLIC[name] or text.startswith(PUBLIC[name] + ", seed=")


@pytest.mark.parametrize("name", all_modules())
def test_a_module_says_what_it_exports(name: str) -> None:
    """`__all__` stands in every module (ruff keeps it sorted), and is true."""
    module = importlib.import_module(name)
    if all_modules()[name].public is None:
        # a folder whose modules are imported one by one
        assert all_modules()[name].path.name in ("__init__.py", "__main__.py")
        return
    assert len(set(module.__all__)) == len(module.__all__)
    for public in module.__all__:
        assert hasattr(module, public), public
