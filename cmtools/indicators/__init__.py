"""The figures of a month: records as frames, the catalogue of indicators, plan and fact."""
