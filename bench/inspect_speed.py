"""How fast `alvor inspect` reads a file larger than the memory it may use, beside `cat` and `dd` of the same file.

usage: inspect_speed.py ALVOR [--gb 2.4] [--limit-mb 256] [--rounds 5] [--folder DIR] [--beside OLD-ALVOR]

Makes safetensors files of float32 normals, of bf16 uniforms, and of both (half of the bytes each) with `alvor init`,
then reads each in turn: "limited" in a memory cgroup of --limit-mb (version 1 or 2; as root, and it says where none
can be made), its pages dropped from the cache before (posix_fadvise), so that it comes from the disk; "cached" in all
of the machine's memory, from its cache. Prints medians over the rounds, in which the programs take turns: GB/s,
seconds of CPU per GB (the program's and the system's for it), and the largest anonymous memory that was seen
(RssAnon, sampled): what a program takes for itself. A disk that a host throttles measures the host: put the file on
a loop device over /dev/shm (--folder) to see what the program can do. Removes what it made.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

GROUPS = (pathlib.Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"), (pathlib.Path("/sys/fs/cgroup"), "memory.max")
TENSORS = {"f32": "shape: [4096, 4096], scheme: he_normal", "bf16": "shape: [4096, 8192], dtype: bf16, scheme: xavier_uniform"}


def make(alvor, folder, kinds, gb):
    """Tensors of 64 MiB, equal bytes of each kind."""
    plan, path = folder / "plan.yaml", folder / ("-".join(kinds) + ".safetensors")
    n = max(1, round(gb * 1e9 / 2**26 / len(kinds)))
    plan.write_text("parameters:\n" + "".join(f"  - {{name: '{kind}.{{i}}.weight', repeat: {n}, {TENSORS[kind]}}}\n" for kind in kinds))
    subprocess.run([alvor, "init", str(plan), "-o", str(path)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def group_of(megabytes):
    """A cgroup with that much memory; None where none can be made."""
    for root, limit in GROUPS:
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
    """Seconds, seconds of CPU, MiB."""
    enter = (lambda: (group / "cgroup.procs").write_text(str(os.getpid()))) if group else None
    begin, most = time.monotonic(), 0
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=enter)
    while True:
        most = max(most, anonymous(child.pid))
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.005)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 1), command
    return time.monotonic() - begin, used.ru_utime + used.ru_stime, most


def measure(programs, path, rounds, group):
    """Programs take turns; medians. Without a group: from the cache."""
    seen = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            if group:
                forget(path)
            seen[name].append(run([*command, str(path)] if name != "dd, direct" else [*command, f"if={path}"], group))
    return {name: [statistics.median(column) for column in zip(*runs)] for name, runs in seen.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("alvor")
    parser.add_argument("--beside", help="another build of alvor")
    parser.add_argument("--gb", type=float, default=2.4)
    parser.add_argument("--limit-mb", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default=None)
    args = parser.parse_args()
    programs = {"cat": ["cat"], "dd, direct": ["dd", "bs=4M", "iflag=direct", "of=/dev/null"]}
    for label, alvor in (("inspect", args.alvor), ("beside", args.beside)):
        for n in sorted({1, os.cpu_count()}) if alvor else ():
            programs[f"{label}, {n} thread{'s' * (n > 1)}"] = [alvor, "inspect", "--json", "--threads", str(n)]
    group = group_of(args.limit_mb)
    print(f"{os.cpu_count()} processors, " + (f"limited to {args.limit_mb} MiB" if group else "memory NOT limited: no cgroup can be made"))
    print(f"{'':32}{'GB/s':>8}{'CPU s/GB':>10}{'MiB':>6}")
    try:
        for kinds in (["f32"], ["bf16"], ["f32", "bf16"]):
            with tempfile.TemporaryDirectory(dir=args.folder) as folder:
                path = make(args.alvor, pathlib.Path(folder), kinds, args.gb)
                size = path.stat().st_size / 1e9
                for state, where in (("limited", group), ("cached", None)) if group else (("cached", None),):
                    path.read_bytes() if not where else None
                    for name, (seconds, cpu, most) in measure(programs, path, args.rounds, where).items():
                        if where or name != "dd, direct":
                            print(f"{'+'.join(kinds) + ', ' + state + ': ' + name:32}{size / seconds:8.2f}{cpu / size:10.2f}{most:6.0f}", flush=True)
    finally:
        if group:
            group.rmdir()


main()
