"""What is installed: the package lists of Linux, and what all systems have in common of software."""
