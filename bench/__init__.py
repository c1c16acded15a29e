"""Long and heavy measurements, run by hand: none of them belongs to the tests."""
