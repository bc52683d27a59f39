"""Numbers of the full public sample after the cuts of an experiment, at 10/fb: facts, no events.

As the HEPHY team published them in its code repository (HephyAnalysisSW/GOLLUM, commit d9f5db3),
from 49.5 million H, 90 million Z, 4.1 million ttbar and 0.34 million diboson rows.
"""

__all__ = ["FEATURES_OF_REGION", "INCLUSIVE", "RESPONSES", "ROWS", "YIELDS"]

INCLUSIVE = {"htautau": 965.97, "ztautau": 901137.52, "ttbar": 41283.42, "diboson": 3433.57}
"""Expected events, by process."""

YIELDS = {
    "lowMT_VBFJet": {"htautau": 225.83, "ztautau": 41280.43, "ttbar": 15425.87, "diboson": 313.36},
    "lowMT_noVBFJet_ptH100to200": {
        "htautau": 44.56,
        "ztautau": 15494.22,
        "ttbar": 622.36,
        "diboson": 65.36,
    },
    "lowMT_noVBFJet_ptH200": {
        "htautau": 12.42,
        "ztautau": 1885.56,
        "ttbar": 52.18,
        "diboson": 13.69,
    },
    "highMT_VBFJet": {"htautau": 14.68, "ztautau": 721.7, "ttbar": 16768.56, "diboson": 193.2},
    "lowMT_noVBFJet_ptH0to100": {
        "htautau": 642.46,
        "ztautau": 837928.69,
        "ttbar": 3360.13,
        "diboson": 1438.54,
    },
    "highMT_noVBFJet_ptH0to100": {
        "htautau": 23.51,
        "ztautau": 3588.86,
        "ttbar": 4216.95,
        "diboson": 1339.68,
    },
    "highMT_noVBFJet_ptH100to200": {
        "htautau": 2.03,
        "ztautau": 207.66,
        "ttbar": 780.23,
        "diboson": 56.11,
    },
    "highMT_noVBFJet_ptH200": {"htautau": 0.48, "ztautau": 30.4, "ttbar": 57.12, "diboson": 13.63},
}
"""Expected events, by region (`regions.REGIONS`) and process."""

ROWS = {
    "lowMT_VBFJet": {"htautau": 11571586, "ztautau": 4128040, "ttbar": 1542363, "diboson": 31358},
    "lowMT_noVBFJet_ptH100to200": {
        "htautau": 2281593,
        "ztautau": 1549421,
        "ttbar": 62270,
        "diboson": 6548,
    },
    "lowMT_noVBFJet_ptH200": {"htautau": 636019, "ztautau": 188556, "ttbar": 5224, "diboson": 1369},
    "highMT_VBFJet": {"htautau": 749892, "ztautau": 72170, "ttbar": 1676582, "diboson": 19144},
    "lowMT_noVBFJet_ptH0to100": {
        "htautau": 32880937,
        "ztautau": 83792816,
        "ttbar": 336189,
        "diboson": 143965,
    },
    "highMT_noVBFJet_ptH0to100": {
        "htautau": 1202182,
        "ztautau": 358886,
        "ttbar": 421910,
        "diboson": 133950,
    },
    "highMT_noVBFJet_ptH100to200": {
        "htautau": 103834,
        "ztautau": 20766,
        "ttbar": 78068,
        "diboson": 5599,
    },
    "highMT_noVBFJet_ptH200": {"htautau": 24642, "ztautau": 3040, "ttbar": 5719, "diboson": 1361},
}
"""Rows of the sample, by region and process."""

FEATURES_OF_REGION = {
    "lowMT_VBFJet": {
        "PRI_lep_pt": (46.29949, 29.09005),
        "PRI_lep_eta": (-0.00011, 1.15295),
        "PRI_had_pt": (61.32894, 37.89427),
        "PRI_had_eta": (-7e-05, 1.17996),
        "PRI_jet_leading_pt": (119.7713, 71.7519),
        "PRI_jet_leading_eta": (-0.00018, 1.80542),
        "PRI_jet_subleading_pt": (61.82262, 33.63716),
        "PRI_jet_subleading_eta": (0.00031, 2.11309),
        "PRI_n_jets": (2.89415, 1.07852),
        "PRI_jet_all_pt": (216.53632, 119.09623),
        "PRI_met": (57.54524, 46.75732),
        "DER_mass_transverse_met_lep": (22.37401, 18.17256),
        "DER_mass_vis": (78.15294, 35.32125),
        "DER_pt_h": (128.62029, 81.16624),
        "DER_deltaeta_jet_jet": (2.34679, 1.70064),
        "DER_mass_jet_jet": (399.2345, 477.11764),
        "DER_prodeta_jet_jet": (-0.33746, 3.85636),
        "DER_deltar_had_lep": (1.84835, 0.69785),
        "DER_pt_tot": (33.49213, 28.45551),
        "DER_sum_pt": (324.16475, 147.14416),
        "DER_pt_ratio_lep_had": (0.96632, 0.78634),
        "DER_met_phi_centrality": (0.83432, 0.75608),
        "DER_lep_eta_centrality": (0.44613, 0.39673),
    },
    "lowMT_noVBFJet_ptH100": {
        "PRI_lep_pt": (47.97987, 29.07434),
        "PRI_lep_eta": (0.00115, 1.16694),
        "PRI_had_pt": (64.47447, 37.55458),
        "PRI_had_eta": (0.001, 1.18438),
        "PRI_jet_leading_pt": (146.9411, 67.53633),
        "PRI_jet_leading_eta": (-0.04365, 1.95198),
        "PRI_jet_subleading_pt": (-14.64973, 21.42988),
        "PRI_jet_subleading_eta": (-20.24333, 9.86479),
        "PRI_n_jets": (1.27428, 0.62597),
        "PRI_jet_all_pt": (154.88499, 66.78472),
        "PRI_met": (66.02462, 43.80994),
        "DER_mass_transverse_met_lep": (19.49574, 16.43276),
        "DER_mass_vis": (70.77005, 27.16953),
        "DER_pt_h": (156.66338, 62.55568),
        "DER_deltaeta_jet_jet": (-19.24121, 11.72671),
        "DER_mass_jet_jet": (35.95893, 203.30223),
        "DER_prodeta_jet_jet": (-19.97844, 11.08603),
        "DER_deltar_had_lep": (1.48485, 0.43688),
        "DER_pt_tot": (20.99268, 16.0856),
        "DER_sum_pt": (267.33933, 99.14311),
        "DER_pt_ratio_lep_had": (0.98014, 0.82967),
        "DER_met_phi_centrality": (1.04952, 0.43016),
        "DER_lep_eta_centrality": (-19.88603, 10.19203),
    },
    "highMT_VBFJet": {
        "PRI_lep_pt": (71.09087, 45.53706),
        "PRI_lep_eta": (-0.0013, 1.12831),
        "PRI_had_pt": (62.42185, 42.57141),
        "PRI_had_eta": (-0.00114, 1.19063),
        "PRI_jet_leading_pt": (121.01339, 71.53772),
        "PRI_jet_leading_eta": (-0.00062, 1.53761),
        "PRI_jet_subleading_pt": (71.20776, 39.86086),
        "PRI_jet_subleading_eta": (-0.0002, 1.74209),
        "PRI_n_jets": (3.46787, 1.32169),
        "PRI_jet_all_pt": (254.70457, 143.00786),
        "PRI_met": (77.01494, 45.77794),
        "DER_mass_transverse_met_lep": (110.13356, 48.88832),
        "DER_mass_vis": (120.55796, 75.62208),
        "DER_pt_h": (108.96439, 72.68859),
        "DER_deltaeta_jet_jet": (1.70187, 1.38202),
        "DER_mass_jet_jet": (298.523, 329.86166),
        "DER_prodeta_jet_jet": (0.29638, 2.7872),
        "DER_deltar_had_lep": (2.23133, 0.81233),
        "DER_pt_tot": (46.65848, 37.67644),
        "DER_sum_pt": (388.2173, 171.91639),
        "DER_pt_ratio_lep_had": (1.449, 1.13657),
        "DER_met_phi_centrality": (-0.13096, 1.05774),
        "DER_lep_eta_centrality": (0.37706, 0.38652),
    },
}
"""Mean and standard deviation of the features, by region, over the public rows of all processes as
they are (`ROWS` of each), undefined values of -25 included. Angles in phi, flat, are left out."""

RESPONSES = {
    "lowMT_VBFJet": {
        "htautau": {"tes": 0.59, "jes": 1.28},
        "ztautau": {"tes": 0.98, "jes": 2.19},
        "ttbar": {"tes": 0.87, "jes": 0.7},
    },
    "lowMT_noVBFJet_ptH100": {
        "htautau": {"tes": 0.53, "jes": 0.24},
        "ztautau": {"tes": 0.7, "jes": 1.27},
        "ttbar": {"tes": 0.75, "jes": -0.3},
    },
    "highMT_VBFJet": {
        "htautau": {"tes": -0.17, "jes": 0.95},
        "ttbar": {"tes": 0.62, "jes": 0.64},
    },
    "lowMT_noVBFJet_ptH0to100": {
        "htautau": {"tes": 0.63, "jes": -0.48},
        "ztautau": {"tes": 1.23, "jes": -0.13},
        "ttbar": {"tes": 0.83, "jes": -2.84},
        "diboson": {"tes": 1.4, "jes": -0.41},
    },
}
"""Change of the yield, percent, for +1 prior width of the energy scales of the tau (tes) and of
the jets (jes), by region and process."""
