# Footnote as an image: the built wheel, its pinned dependencies, the encoder and the starter documents.
#
#   docker build --tag footnote .
#   docker run --publish 8000:8000 --volume footnote-data:/data footnote
#
# tests/end_to_end/test_image.py carries out the build stage without a Docker engine: keep its RUN steps in shell form,
# and what they write below /opt and /src.

# The digest is of the image for all processors; `make lock` renews it here and below.
FROM python:3.11-slim-bookworm@sha256:0a310eeecf4e1f5a0743f9a6520c90c88d089c903ca5fd283f501e3a805f5f89 AS build

# PyPI's torch for Linux brings CUDA libraries that Footnote does not use. This index has the same version with the
# local part "+cpu", which pip prefers. An ARG is an environment variable of the RUN steps, and pip reads it there.
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

WORKDIR /src
COPY requirements requirements

# What builds is kept apart from what is built, so that neither pip nor hatchling is in the final image's environment.
# Each file is held to its hash in requirements/, and none is built.
RUN python -m venv /opt/build \
 && /opt/build/bin/python -m pip install --require-hashes --no-deps --only-binary :all: \
        --requirement requirements/image.txt \
 && python -m venv --without-pip /opt/footnote

# The dependencies come before the source, so that a change to the source leaves this layer as it is.
RUN /opt/build/bin/python -m pip --python /opt/footnote/bin/python install \
        --require-hashes --no-deps --only-binary :all: --requirement requirements/run.txt

# PyTorch is fetched before it is held to its hash, because pip takes PyPI's build where the other index says no hashes.
RUN /opt/build/bin/python -m pip download --no-deps --only-binary :all: --dest torch \
        $(grep --only-matching '^torch==[0-9.]*' requirements/torch.txt) \
 && /opt/build/bin/python -m pip --python /opt/footnote/bin/python install --no-index --find-links torch \
        --require-hashes --no-deps --only-binary :all: --requirement requirements/torch.txt \
 && rm -r torch

# An index that fails to offer the CPU build would go unnoticed until someone looks at the size of the image.
RUN /opt/footnote/bin/python -I -c "import sys, torch; \
        sys.exit(None if torch.version.cuda is None else \
            'This torch is a CUDA build. Set PIP_EXTRA_INDEX_URL to an index of CPU builds.')"

COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY corpus corpus
COPY embeddings embeddings
COPY service service
COPY eval eval
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --check-build-dependencies \
        --wheel-dir dist . \
 && /opt/build/bin/python -m pip --python /opt/footnote/bin/python install --no-deps dist/*.whl \
 && /opt/build/bin/python -m pip --python /opt/footnote/bin/python check

# What the image is made of, for whoever has to know: a CycloneDX bill of materials of the environment above.
RUN /opt/build/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --no-validate \
        --output-file /opt/footnote/sbom.cdx.json /opt/footnote/bin/python

# An image that would have to fetch its encoder is no use offline, and one that has to prepare it starts late. -I keeps
# Python from importing the source in /src.
RUN HF_HUB_OFFLINE=1 /opt/footnote/bin/python -I -c "from pathlib import Path; \
        from embeddings.encoder import DEFAULT_ENCODER, Encoder; \
        encoder = Encoder(DEFAULT_ENCODER, 'int8', Path('/opt/footnote/encoder')); \
        encoder.encode_question('Is the encoder here?')"


# The same image again: the virtual environment's Python is a link to the one that made it.
FROM python:3.11-slim-bookworm@sha256:0a310eeecf4e1f5a0743f9a6520c90c88d089c903ca5fd283f501e3a805f5f89

LABEL org.opencontainers.image.title="Footnote" \
      org.opencontainers.image.licenses="MIT"

# The user is given by number because Kubernetes cannot tell whether a name is root (runAsNonRoot). It owns the data
# folder, and a new volume takes that over; a folder of the host's that is mounted there must be writable for it.
RUN groupadd --gid 10001 footnote \
 && useradd --uid 10001 --gid 10001 --create-home --home-dir /home/footnote --shell /usr/sbin/nologin footnote \
 && install --directory --owner=10001 --group=10001 /data

# To the path that it was made at, which its scripts name; owned by root, so that the service cannot change itself.
COPY --from=build /opt/footnote /opt/footnote

# HF_HUB_OFFLINE: the encoder is here, so nothing is to be asked for. To name one that must be fetched, set it to 0.
# FOOTNOTE_EXPORTS: the encoder as it was prepared above.
# FOOTNOTE_HOST: published ports do not reach a container's loopback address.
ENV PATH=/opt/footnote/bin:$PATH \
    HOME=/home/footnote \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    FOOTNOTE_DATA=/data \
    FOOTNOTE_EXPORTS=/opt/footnote/encoder \
    FOOTNOTE_HOST=0.0.0.0

WORKDIR /home/footnote
VOLUME ["/data"]
EXPOSE 8000
USER 10001:10001

# A first start loads the encoder and ingests the starter documents before it listens: seconds on a laptop, longer on a
# share of a core. Checks that fail in that time do not count, and the first that passes ends it. The slim image has no
# curl. The empty ProxyHandler keeps a proxy in the container's environment from being asked for 127.0.0.1.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-I", "-c", "from urllib.request import ProxyHandler, build_opener; \
        build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/health/ready', timeout=4)"]

# In exec form footnote is process 1 and gets the SIGTERM of `docker stop`. Other commands take the place of `serve`:
#
#   docker run --volume footnote-data:/data --volume "$PWD/documents:/documents:ro" footnote ingest /documents
#
# With the encoder it comes with, it writes below /data only. A --read-only container also needs --tmpfs /tmp, because
# the lexical index is read from a private copy there.
ENTRYPOINT ["footnote"]
CMD ["serve"]
