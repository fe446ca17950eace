"""The report of a month drawn as a workbook: its face, charts, months, managers, source rows."""
