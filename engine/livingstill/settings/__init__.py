"""Every setting, declared once, and the files that hold them."""
