"""The officer's API: the pages' and the commands' own values and acts, as JSON, and their document."""
