import llvmlite.binding as llvm
import numba
import numpy as np
import pytest
from livingstill.kernels import warp, yuv


def test_the_sampling_loops_gather_with_vectors():
    if not llvm.get_host_cpu_features().get("avx2"):
        pytest.skip("this machine has no AVX2")
    colour = np.zeros(64, np.uint32)
    place, out = np.zeros(32, np.float32), np.zeros((4, 32), np.float32)
    for sample in (warp._bilinear, warp._cubic):
        fresh = numba.njit(nogil=True, error_model="numpy")(sample.py_func)  # not from the cache
        fresh(colour, 0, 8, 8, place, place, out, None)
        assert "vpgather" in "".join(fresh.inspect_asm().values())


@pytest.mark.parametrize("shape", [(2, 2), (34, 50), (64, 66)])
def test_yuv_is_bt709_limited(shape):
    rng = np.random.default_rng(0)
    rgba = rng.integers(0, 256, (*shape, 4), np.uint8)
    packed = rgba.view(np.uint32)[..., 0]
    y = np.zeros((shape[0], shape[1] + 14), np.uint8)
    u, v = (np.zeros((shape[0] // 2, shape[1] // 2 + 7), np.uint8) for _ in range(2))
    yuv.to_yuv420(packed, y, u, v)
    r, g, b = (rgba[..., c].astype(float) for c in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    assert np.abs(y[:, : shape[1]] - (16 + 219 / 255 * luma)).max() < 0.51

    def half(a):
        return a.reshape(shape[0] // 2, 2, shape[1] // 2, 2).mean((1, 3))

    cb, cr = 128 + 224 / 255 * half(b - luma) / 1.8556, 128 + 224 / 255 * half(r - luma) / 1.5748
    assert np.abs(u[:, : shape[1] // 2] - cb).max() < 0.52
    assert np.abs(v[:, : shape[1] // 2] - cr).max() < 0.52
    assert not y[:, shape[1] :].any() and not u[:, shape[1] // 2 :].any()
    rgb = np.zeros((shape[0], shape[1] * 3), np.uint8)
    yuv.to_rgb24(packed, rgb)
    assert (rgb.reshape(*shape, 3) == rgba[..., :3]).all()
