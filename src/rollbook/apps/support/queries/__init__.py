"""What is done for pupils' attendance; every query takes the viewer first and sees the viewer's school only."""
