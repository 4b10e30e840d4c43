"""How fast `alvor inspect` reads a file larger than the memory it may use, beside `cat` of the same file.

usage: inspect_speed.py ALVOR [--gb 4] [--limit-mb 512] [--folder DIR]

Makes a safetensors file of float32 normals and bf16 uniforms with `alvor init`, then reads it cold (its pages
dropped from the cache by posix_fadvise) and warm, each in a memory cgroup of --limit-mb where one can be made
(as root; pages of mapped and read files count in it, so a larger file cannot be kept). Prints seconds, GB/s,
and the largest anonymous memory that was seen (RssAnon, sampled): what a program takes for itself, not the
pages of the file that it maps. 0: no limit. Removes what it made.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

GROUPS = (pathlib.Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"), (pathlib.Path("/sys/fs/cgroup"), "memory.max")


def make(alvor, folder, gb):
    """Half of the bytes f32, half bf16, in tensors of 64 MiB."""
    plan, path = folder / "plan.yaml", folder / "large.safetensors"
    n = max(1, round(gb * 8))
    plan.write_text("parameters:\n"
                    f"  - {{name: 'a{{i}}.weight', repeat: {n}, shape: [4096, 4096], scheme: he_normal}}\n"
                    f"  - {{name: 'b{{i}}.weight', repeat: {2 * n}, shape: [4096, 8192], dtype: bf16, scheme: xavier_uniform}}\n")
    subprocess.run([alvor, "init", str(plan), "-o", str(path)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return path


def group_of(megabytes):
    """A cgroup with that much memory; None where none can be made."""
    for root, limit in GROUPS if megabytes else ():
        group = root / f"alvor-bench-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(megabytes << 20))
            return group
        except OSError:
            if group.exists():
                group.rmdir()
    return None


def anonymous(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) >> 10
    except OSError:
        pass
    return 0


def forget(path):
    fd = os.open(path, os.O_RDONLY)
    os.fdatasync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def run(command, group):
    enter = (lambda: (group / "cgroup.procs").write_text(str(os.getpid()))) if group else None
    begin, most = time.monotonic(), 0
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=enter)
    while child.poll() is None:
        most = max(most, anonymous(child.pid))
        time.sleep(0.02)
    assert child.returncode in (0, 1), command
    return time.monotonic() - begin, most


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("alvor")
    parser.add_argument("--gb", type=float, default=4)
    parser.add_argument("--limit-mb", type=int, default=512)
    parser.add_argument("--folder", default=None)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        path = make(args.alvor, pathlib.Path(folder), args.gb)
        size = path.stat().st_size / 1e9
        group = group_of(args.limit_mb)
        print(f"{size:.2f} GB, {os.cpu_count()} processors, "
              + (f"memory limited to {args.limit_mb} MiB" if group else "memory NOT limited"))
        print(f"{'':28}{'seconds':>9}{'GB/s':>8}{'anonymous MiB':>15}")
        cases = [(f"{name}, {state}", state, command) for state in ("cold", "cold again", "warm") for name, command in
                 (("cat", ["cat", str(path)]),
                  *((f"inspect, {n} thread{'s' * (n > 1)}", [args.alvor, "inspect", str(path), "--json", "--threads", str(n)])
                    for n in sorted({1, os.cpu_count()})))]
        try:
            for name, state, command in cases:
                if state != "warm":
                    forget(path)
                seconds, most = run(command, group)
                print(f"{name:28}{seconds:9.2f}{size / seconds:8.2f}{most:15d}", flush=True)
        finally:
            if group:
                group.rmdir()


main()
