#!/bin/sh
# Memory does not grow with the model: a gigabyte is drawn within 64 MiB, by one thread, eight and 32, and
# inspected within 16 MiB and 8 for each thread, its file's pages included, for they are not mapped; and
# so are 100,000 tensors, the header of their file besides, whether the plan repeats them or writes out
# each, in either style of YAML, and whether they go to one file or to shards with their index.
# usage: memory.sh ALVOR
set -eu
alvor=$(readlink -f "$1")
case $(nm -D "$alvor" 2>/dev/null) in *__asan*) echo "skipped: a sanitizer takes memory itself"; exit 77 ;; esac
scratch=$(mktemp -d "${TMPDIR:-/tmp}/alvor-memory-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
if [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -lt 2200000 ]; then
    echo "skipped: less than 2.2 GB free here"
    exit 77
fi
# 16 x 16 Mi elements of f32 are 1 GiB; drawn by element and by row.
cat >plan.yaml <<'END'
parameters:
  - {name: "w{i}", repeat: 10, shape: [4096, 4096], scheme: uniform(r=1)}
  - {name: "n{i}", repeat: 3, shape: [4096, 4096], scheme: nguyen_widrow}
  - {name: "s{i}", repeat: 3, shape: [4096, 4096], scheme: sparse}
END
for threads in 1 8 32; do
    python3 - "$alvor" $threads <<'END'
import os, resource, subprocess, sys
alvor, threads = sys.argv[1:]
subprocess.run([alvor, "init", "plan.yaml", "-o", "m.safetensors", "--threads", threads], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
size = os.path.getsize("m.safetensors")
print(f"{threads} threads: peak {peak} KiB for a file of {size} bytes")
sys.exit(not (peak < 64 * 1024 and size > 1 << 30))
END
    python3 - "$alvor" $threads <<'END'
import resource, subprocess, sys
alvor, threads = sys.argv[1:]
subprocess.run([alvor, "inspect", "m.safetensors", "--threads", threads], check=True, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{threads} threads: peak {peak} KiB to inspect it")
sys.exit(not peak < (16 + 8 * int(threads)) * 1024)
END
    rm m.safetensors
done
cat >repeated.yaml <<'END'
parameters:
  - {name: "layers.{i}.mlp.weight", repeat: 100000, shape: [4, 4], scheme: uniform(r=1)}
END
python3 - <<'END'
import json
names = [f"layers.{i}.mlp.weight" for i in range(100000)]
with open("block.yaml", "w") as f:
    f.write("parameters:\n")
    f.writelines(f"- name: {n}\n  shape:\n  - 4\n  - 4\n  scheme: uniform(r=1)\n" for n in names)
with open("flow.yaml", "w") as f:
    json.dump({"parameters": [{"name": n, "shape": [4, 4], "scheme": "uniform(r=1)"} for n in names]}, f)
END
for plan in repeated block flow; do
    python3 - "$alvor" $plan <<'END'
import json, resource, subprocess, sys
alvor, plan = sys.argv[1:]
subprocess.run([alvor, "init", f"{plan}.yaml", "-o", f"{plan}.safetensors"], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
header = int.from_bytes(open(f"{plan}.safetensors", "rb").read(8), "little")
dry = subprocess.run([alvor, "init", f"{plan}.yaml", "--dry-run", "--json"], check=True, stdout=subprocess.PIPE)
told = json.loads(dry.stdout)["memory"]
print(f"100000 tensors, {plan}: peak {peak} bytes, {told} foretold, with a header of {header}")
sys.exit(not peak < header + (64 << 20) or not 0.7 * peak < told < peak + header)
END
    cmp repeated.safetensors $plan.safetensors
done
python3 - "$alvor" <<'END'
import glob, json, resource, subprocess, sys
subprocess.run([sys.argv[1], "init", "repeated.yaml", "-o", "m.safetensors", "--shards", "3"], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
header = max(int.from_bytes(open(f, "rb").read(8), "little") for f in glob.glob("m-*.safetensors"))
index = json.load(open("m.safetensors.index.json"))["weight_map"]
print(f"3 shards of them: peak {peak} bytes with headers of {header} at most")
sys.exit(not peak < header + (64 << 20) or len(index) != 100000)
END
