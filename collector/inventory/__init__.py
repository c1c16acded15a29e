"""The office as declared in inventory.yaml: its model, and the reader that names every mistake."""
