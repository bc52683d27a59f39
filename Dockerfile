# The image that the programs run in: Python, the pinned packages and compiled kernels; the programs
# themselves come with the bundle.
#
# The platform starts commands as words, so there is no ENTRYPOINT; it drops the capabilities with
# which another user could write the output folder, so there is no USER.
# Build it for linux/amd64, which the workers are: make image
FROM python:3.12.12-slim-bookworm

# cpu: small, without PyTorch. gpu: XGBoost and PyTorch with CUDA, several GB; the worker brings the
# driver.   docker build --build-arg DEVICE=gpu --platform linux/amd64 --tag higgsml:gpu .
ARG DEVICE=cpu
# PyTorch for networks on CPUs: 0.7 GB more, from the index that has its build for processors (the
# default one brings CUDA).   docker build --build-arg TORCH_VERSION=2.13.0 \
#     --build-arg TORCH_INDEX=... --platform linux/amd64 --tag higgsml:torch .
ARG TORCH_VERSION=
ARG TORCH_INDEX=

# Caches that can be written to while programs run; the program folder may not be.
ENV NUMBA_CACHE_DIR=/var/cache/higgsml/numba \
    MPLCONFIGDIR=/var/cache/higgsml/matplotlib

# Kernels are compiled for every processor with AVX2 (from 2013 on), not for the one that builds:
# machine code is looked for under the name of the processor that it was made for.
# An older worker needs NUMBA_CPU_NAME=generic.
ENV NUMBA_CPU_NAME=x86-64-v3 \
    NUMBA_CPU_FEATURES=

COPY requirements.txt /tmp/requirements.txt

# The file is complete, and leaves out what a dependency asks for but the programs do not need.
# XGBoost for processors is the same module in a tenth of the size.
# The import fills matplotlib's cache of fonts.
RUN mkdir -p "$NUMBA_CACHE_DIR" "$MPLCONFIGDIR" \
    && if [ "$DEVICE" = cpu ]; then sed -i "s/^xgboost==/xgboost-cpu==/" /tmp/requirements.txt; fi \
    && pip install --no-cache-dir --no-deps --requirement /tmp/requirements.txt \
    && if [ "$DEVICE" = gpu ]; then \
        pip install --no-cache-dir --constraint /tmp/requirements.txt "torch==${TORCH_VERSION:-2.13.0}"; \
    elif [ -n "$TORCH_VERSION" ]; then \
        pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} \
            --constraint /tmp/requirements.txt "torch==$TORCH_VERSION"; fi \
    && python3 -c "import matplotlib.font_manager" \
    && rm /tmp/requirements.txt

WORKDIR /app/program

# Machine code of the kernels, kept under the names and the contents of their sources: the bundle
# brings the same ones. They themselves do not stay. A few events go the way of a run, into a pool on
# disk, so that each kernel is compiled for the types of arrays that a run gives it.
COPY ingestion_program/HiggsML HiggsML
RUN python3 -c "from HiggsML.experiments import compile_kernels; compile_kernels()" \
    && python3 -c "from pathlib import Path; \
        from HiggsML.experiments import EventPool; \
        from HiggsML.generation import DEFAULT_COUNTS, GeneratedData; \
        from HiggsML.settings import DataSettings; \
        few = dict.fromkeys(DEFAULT_COUNTS, 9); \
        settings = DataSettings(source='generator', seed=0, train_events=few, test_events=few); \
        data = GeneratedData(settings); \
        data.load_train_set(); \
        EventPool.from_blocks(data.test_blocks(), Path('pool'), data.digest)" \
    && rm -r HiggsML pool

CMD ["python3"]
