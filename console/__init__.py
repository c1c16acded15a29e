"""What the officer uses: the wardwatch command and the web pages; it wires all the parts together."""
