"""How many heaps the allocator keeps, as it says itself."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

THREADS = """
import ctypes, threading
from pathlib import Path
from service.runtime.heap import keep_few_heaps
if LIMITED:
    keep_few_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
together = threading.Barrier(17)

def allocate():
    libc.malloc(1000)
    together.wait()
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(16)]
for thread in threads:
    thread.start()
together.wait()
said = libc.fopen(b"FILE", b"w")
libc.malloc_info(0, said)
libc.fclose(said)
together.wait()
print(Path("FILE").read_text().count("<heap nr="))
"""


def heaps(tmp_path: Path, *, limited: bool) -> int:
    code = THREADS.replace("FILE", str(tmp_path / "info.xml")).replace("LIMITED", str(limited))
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(ran.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library than glibc")
def test_many_threads_share_few_heaps(tmp_path: Path) -> None:
    assert heaps(tmp_path, limited=True) <= 2 < heaps(tmp_path, limited=False)
