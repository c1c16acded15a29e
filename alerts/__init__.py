"""Judgement: rules, targets, incidents, legal clocks, and the papers made from them."""
