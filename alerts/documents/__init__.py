"""Papers of the office in the form of Nghị định 30/2020/NĐ-CP: a model, and its renderers."""
