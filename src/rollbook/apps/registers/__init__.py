"""The attendance register: taking it, late arrivals, amendments, closures, proof that it is whole."""
