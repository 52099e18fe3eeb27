"""The pages, the PDFs and the files."""
