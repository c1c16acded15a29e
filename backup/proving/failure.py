"""What a proof ends with when it proves nothing, in words for the operator."""


class ProofError(Exception):
    """The proof was not made, or what it found is no proof."""
