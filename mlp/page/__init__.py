"""The page: the only folder that imports streamlit, one section a file."""
