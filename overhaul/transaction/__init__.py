"""Write every change, or none."""
