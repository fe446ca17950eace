"""New workbooks: blanks with drop-downs, filled books."""
