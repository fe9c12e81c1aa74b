"""Find the files that Inkling brings along beside its modules: ``app.py``, its settings, weights and licences."""

from pathlib import Path

_installed = Path(__file__).with_name("shipped")  # where a wheel puts them

SHIPPED = _installed if _installed.is_dir() else Path(__file__).parents[1]
"""The folder of ``app.py``, ``models/`` and ``.streamlit/``: the one that was cloned, or one inside of the package."""

APP = SHIPPED / "app.py"
MODELS = SHIPPED / "models"
