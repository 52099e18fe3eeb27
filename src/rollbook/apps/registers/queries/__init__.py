"""What people are shown of the attendance register; every query takes the viewer first."""
