"""Production modes of Higgs bosons that decay to two photons: from mini trees to a measurement."""
