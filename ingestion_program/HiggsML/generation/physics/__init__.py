"""The physics that processes share: kinematics, taus, radiation, jets of quarks, the detector."""
