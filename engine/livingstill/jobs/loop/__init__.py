"""Any clip made to loop."""
