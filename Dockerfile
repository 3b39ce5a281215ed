# UNTESTED: written with care, but not yet built by anyone. Remove this line once you have built and run it.
#
#   docker build -t mayshare .
#   docker run --rm -p 127.0.0.1:8501:8501 -v mayshare-data:/srv/mayshare/data mayshare
#
# The image holds the environment, the built models and the index of the shipped corpus.
FROM python:3.12-slim

RUN apt-get update && apt-get install -y --no-install-recommends make git && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 mayshare
WORKDIR /srv/mayshare
COPY --chown=mayshare . .
RUN chown mayshare /srv/mayshare
USER mayshare
RUN make setup && .venv/bin/mayshare ingest && mkdir -p eval/feedback
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s \
  CMD .venv/bin/python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=2)"
# Listens on all addresses of the container, so everyone is a reader until sign-in is set (docs/sign-in.md).
CMD [".venv/bin/mayshare", "serve", "--address", "0.0.0.0", "--port", "8501", "--no-open"]
