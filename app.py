"""Inkling: train a neural network from nothing, then draw for it."""

import streamlit as st

st.set_page_config(page_title="Inkling", layout="wide")

st.title("Inkling")
st.caption("Train a network from nothing. Then draw for it.")
