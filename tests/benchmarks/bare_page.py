"""A page of nothing but a canvas, run by ``streamlit run``: what Streamlit itself takes to open."""

from streamlit_drawable_canvas import st_canvas

if __name__ == "__main__":
    st_canvas(width=280, height=280, key="canvas")
