"""Two copies of one book brought together by rows and cells, so that no edit is lost."""
