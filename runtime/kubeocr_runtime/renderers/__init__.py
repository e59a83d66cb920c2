"""PDFs in processes of their own, as the server sees them: which process has which file, and what to do when one is no more."""
