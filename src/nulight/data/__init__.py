"""Physics inputs as tables (fluxes, atoms, oscillations) and the reader that keeps their source."""

from nulight.data.reader import Table, TableError, read_package_table, read_table

__all__ = ["Table", "TableError", "read_package_table", "read_table"]
