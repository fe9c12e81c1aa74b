"""Reading files of strangers: heads, texts, names, shapes, types and finite numbers."""
