"""The parts of the section `hardware`, one module each: `part(reader, …)` reads and cleans it."""
