#!/bin/sh
# Compare an emulated aarch64 with this machine's hashes: tests/arm/compare.sh FOLDER [NAME...]
#
# FOLDER is what tests/arm/build.sh made; NAMEs are samples (three of them if none is named), whose
# frames are compared with tests/golden.json. The self-test comes first. The first run takes
# fifteen minutes, most of it compiling under emulation; compiled kernels stay in FOLDER.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
to=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- candle living-room lake
system=$to/system
python() {
    qemu-aarch64-static -L "$system" \
        -E LD_LIBRARY_PATH="$system/usr/lib/aarch64-linux-gnu" -E PYTHONHOME="$system/usr" \
        -E PYTHONPATH="$root/engine:$root/cli:$root/tests:$to/site" \
        -E NUMBA_CACHE_DIR="$to/kernels" -E PYTHONDONTWRITEBYTECODE=1 \
        "$system/usr/bin/python3.11" "$@"
}
result=0
python -m livingstill_cli doctor --system || result=1
python -m golden "$@" || result=1
exit $result
