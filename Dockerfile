# livingstill in a container: no display libraries, not root, kernels compiled ahead.
#
#   docker build -t livingstill .
#   docker run --rm -v "$PWD:/work" livingstill lake.jpg

# Kernels are compiled for a family of processors, so that they serve wherever the image runs: x86
# since 2013 (AVX2), or any 64-bit ARM. The frames are the same on all of them.
FROM python:3.13-slim AS base-amd64
ENV NUMBA_CPU_NAME=x86-64-v3 NUMBA_CPU_FEATURES=""

FROM python:3.13-slim AS base-arm64
ENV NUMBA_CPU_NAME=generic NUMBA_CPU_FEATURES=""

FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/livingstill
ENV PATH=/opt/livingstill/bin:$PATH PIP_NO_CACHE_DIR=1
RUN pip install --constraint constraints.txt ".[heic]"
# The headless build of OpenCV is the same without windows, and needs none of a display's libraries.
# pip knows no way to swap a dependency; it is exchanged before the image's last stage copies it.
RUN pip uninstall --yes opencv-contrib-python \
 && pip install --constraint constraints.txt --no-deps opencv-contrib-python-headless

FROM base-${TARGETARCH}
RUN useradd --create-home livingstill \
 && install --directory --owner livingstill --mode 777 /work /var/cache/livingstill
COPY --from=build /opt/livingstill /opt/livingstill
ENV PATH=/opt/livingstill/bin:$PATH XDG_CACHE_HOME=/var/cache
USER livingstill
# Writable for all, so that `--user` may name anyone: kernels of rare options are added when used.
RUN livingstill warmup && chmod -R a+rwX /var/cache/livingstill
WORKDIR /work
ENTRYPOINT ["livingstill"]
CMD ["--help"]
