#!/bin/sh
# Make a Python for aarch64 that runs here under emulation: tests/arm/build.sh FOLDER
#
# On Debian 12 as root, with qemu-user-static and Python 3.11 installed (apt-get install
# qemu-user-static). FOLDER takes 2 GB: Debian's arm64 packages unpacked, and the aarch64 wheels.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$1"
to=$(cd "$1" && pwd)
python=${PYTHON:-python3.11}

# An apt of its own that believes the machine to be an empty arm64 one, so that it fetches all.
mkdir -p "$to/apt/lists/partial" "$to/apt/cache/archives/partial" "$to/system" "$to/wheels" "$to/site"
: > "$to/apt/status"
apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 \
        -o Dir::State::lists="$to/apt/lists" -o Dir::State::status="$to/apt/status" \
        -o Dir::Cache="$to/apt/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=true "$@"
}
apt update
apt install --yes --no-install-recommends --download-only python3.11 libgl1 libglib2.0-0 libgomp1
for package in "$to"/apt/cache/archives/*.deb; do
    dpkg -x "$package" "$to/system"
done

# Wheels are for aarch64 where compiled; what is pure Python comes with them.
$python -m pip download --quiet --dest "$to/wheels" --only-binary=:all: \
    --implementation cp --python-version 3.11 --abi cp311 --abi abi3 --abi none \
    --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 \
    --platform manylinux_2_17_aarch64 --platform manylinux2014_aarch64 --platform any \
    "numpy" "opencv-contrib-python" "scipy" "numba" "pillow" "av" "imageio" "click" "rich" "pydantic" "uniseg" "budoux"
for wheel in "$to"/wheels/*.whl; do
    $python -m zipfile -e "$wheel" "$to/site"
done
echo "run tests/arm/compare.sh $to"
