# Inkling's page in a container; see .github/HOSTING.md. `make container` takes these steps without an engine.
FROM python:3.13.5-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    MLP_CHECKPOINTS=/data/checkpoints \
    STREAMLIT_SERVER_PORT=8501
WORKDIR /inkling

COPY requirements-lock.txt ./
COPY mlp/jobs/cluster-lock.txt mlp/jobs/
RUN python -m pip install --quiet --no-cache-dir --only-binary :all: --require-hashes \
    -r requirements-lock.txt -r mlp/jobs/cluster-lock.txt

COPY app.py LICENSE ./
COPY .streamlit .streamlit
COPY models models
COPY mlp mlp

RUN mkdir -m 1777 /data /data/checkpoints

# An unprivileged user, so that breaking out of the page gives no rights in the container.
USER 10001
VOLUME ["/data"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; b = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); r.urlopen(f\"http://127.0.0.1:{os.environ['STREAMLIT_SERVER_PORT']}/{b + '/' if b else ''}_stcore/health\", timeout=4)"]
CMD ["python", "-m", "mlp", "open", "--no-browser"]
