"""From the text of a page to what it says, table by table and cell by cell; no name is resolved."""
