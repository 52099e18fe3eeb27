"""Missing pupils as the pages show them."""
