"""Papers: forms, sheets and reports laid out once and printed as a page, a PDF and a spreadsheet."""
