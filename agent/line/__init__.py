"""The Internet line as this PC finds it: questions over the network, each with its time."""
