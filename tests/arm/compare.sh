#!/bin/sh
# Compare frames made on an emulated aarch64 with tests/golden.json: tests/arm/compare.sh FOLDER [NAME...]
#
# FOLDER is what tests/arm/build.sh made; NAMEs are samples (three of them if none is named). The
# first takes ten minutes, most of it compiling under emulation; compiled kernels stay in FOLDER.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
to=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- candle living-room lake
system=$to/system
exec qemu-aarch64-static -L "$system" \
    -E LD_LIBRARY_PATH="$system/usr/lib/aarch64-linux-gnu" -E PYTHONHOME="$system/usr" \
    -E PYTHONPATH="$root/engine:$root/cli:$root/tests:$to/site" \
    -E NUMBA_CACHE_DIR="$to/kernels" -E PYTHONDONTWRITEBYTECODE=1 \
    "$system/usr/bin/python3.11" -m golden "$@"
