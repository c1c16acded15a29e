"""Where a Linux system tells what happened on it: its journal, its text logs, its folders of units."""
