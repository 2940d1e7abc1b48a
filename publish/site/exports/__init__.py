"""Any filtered view as a file that says what it is: CSV, XLSX, JSON, JSON Lines, Parquet."""
