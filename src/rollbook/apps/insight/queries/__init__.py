"""What the figures of a school are made of; every query takes the viewer first."""
