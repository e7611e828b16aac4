"""Files, pictures and text from users, read and written safely."""
