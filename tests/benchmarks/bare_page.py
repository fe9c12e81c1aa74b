"""A page with only a canvas, run by ``streamlit run``, to measure Streamlit's own opening time."""

from streamlit_drawable_canvas import st_canvas

if __name__ == "__main__":
    st_canvas(width=280, height=280, key="canvas")
