"""The school's set-up as its pages show it."""
