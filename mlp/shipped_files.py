"""The files that Inkling ships in addition to its modules: ``app.py``, its settings, weights and licenses."""

from pathlib import Path

_installed = Path(__file__).with_name("shipped")  # their place in an installed wheel

SHIPPED = _installed if _installed.is_dir() else Path(__file__).parents[1]
"""The folder of ``app.py``, ``models/`` and ``.streamlit/``: the cloned one, or one inside the package."""

APP = SHIPPED / "app.py"
MODELS = SHIPPED / "models"
