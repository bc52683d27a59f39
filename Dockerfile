# The image that the programs run in: Python, the pinned packages and compiled kernels; the programs
# themselves come with the bundle.
#
# The platform starts commands as words, so there is no ENTRYPOINT; it drops the capabilities with
# which another user could write the output folder, so there is no USER.
# Build it for linux/amd64, which the workers are: make image
FROM python:3.12.12-slim-bookworm

# Caches that can be written to while programs run; the program folder may not be.
ENV NUMBA_CACHE_DIR=/var/cache/higgsml/numba \
    MPLCONFIGDIR=/var/cache/higgsml/matplotlib

# PyTorch, in its build for processors, for submissions that need it: 0.7 GB more.
# docker build --build-arg TORCH_VERSION=2.13.0 --platform linux/amd64 --tag higgsml:torch .
ARG TORCH_VERSION=
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

COPY requirements.txt /tmp/requirements.txt

# The file is complete, and leaves out what a dependency asks for but the programs do not need.
# The import fills matplotlib's cache of fonts.
RUN mkdir -p "$NUMBA_CACHE_DIR" "$MPLCONFIGDIR" \
    && pip install --no-cache-dir --no-deps --requirement /tmp/requirements.txt \
    && if [ -n "$TORCH_VERSION" ]; then pip install --no-cache-dir --index-url "$TORCH_INDEX" \
        --constraint /tmp/requirements.txt "torch==$TORCH_VERSION"; fi \
    && python3 -c "import matplotlib.font_manager" \
    && rm /tmp/requirements.txt

WORKDIR /app/program

# Machine code of the kernels, kept under the path and the content of their sources: the bundle
# brings the same ones to the same place. They themselves do not stay.
COPY ingestion_program/HiggsML HiggsML
RUN python3 -c "from HiggsML.experiments import compile_kernels; compile_kernels()" \
    && python3 -c "from HiggsML.generation import DEFAULT_COUNTS, generate; \
        generate(dict.fromkeys(DEFAULT_COUNTS, 1), seed=0)" \
    && rm -r HiggsML

CMD ["python3"]
