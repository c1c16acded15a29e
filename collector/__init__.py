"""The office's server: it takes reports in, keeps them, and shows the live state of the fleet."""
