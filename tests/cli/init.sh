# init: what it writes, that slices equal the whole, what it refuses and that nothing is left.
. "$(dirname "$0")/lib.sh"

size() { wc -c <"$1" | tr -d ' '; }
# The data behind a header of 128 bytes.
data() { tail -c +129 "$1"; }

try 0 init --scheme he_normal --shape 256,784 --seed 42 -o w.npy
silent_out
err '^w.npy: he_normal, 256 x 784 f32, fan_in 784, fan_out 256, std 0.0505076, seed 42, crc32 '
[ "$(size w.npy)" -eq $((128 + 4 * 256 * 784)) ] || fail 'wrong size'
head -c 128 w.npy | grep -aq "{'descr': '<f4', 'fortran_order': False, 'shape': (256, 784), }" ||
    fail 'wrong header'

# Defaults written out are the same file; so is standard output; so is a locale with commas.
try 0 init --scheme kaiming_normal --shape=256,784 --seed=42 --name weight --layout torch \
    --dtype f32 --role weight --output again.npy
same w.npy again.npy
"$alvor" init --scheme he_normal --shape 256,784 -o - 2>/dev/null >piped.npy
same w.npy piped.npy
try_with LC_ALL=pt_BR.UTF-8 0 init --scheme 'normal(std=0.25)' --shape 9 -o pt.npy
err 'normal\(std=0.25\), 9 f32, std 0.25, '
try 0 init --scheme 'normal(std=0.25)' --shape 9 -o en.npy; same pt.npy en.npy

# What names a draw changes it: seed, name, type. What does not: the old file.
for other in '--seed 43' '--name fc2.weight' '--dtype f64' '--layout keras'; do
    # shellcheck disable=SC2086
    try 0 init --scheme he_normal --shape 256,784 $other -o other.npy
    cmp -s w.npy other.npy && fail "$other changes nothing"
done
# The layout changes the fans, so the scale, and nothing else: a scheme without fans is the same.
try 0 init --scheme 'uniform(r=1)' --shape 30,20 -o torch.npy
try 0 init --scheme 'uniform(r=1)' --shape 30,20 --layout keras -o keras.npy; same torch.npy keras.npy
try 0 init --scheme he_normal --shape 784,256 --layout keras -o keras.npy; err 'fan_in 784, fan_out 256'

# Two slices are the whole, across the writer's chunk of 1 MiB, in every width.
for dtype in f32 f64 bf16 f8_e5m2; do
    draw="init --scheme trunc_normal_rel --shape 700,1001 --dtype $dtype --seed 7"
    # shellcheck disable=SC2086
    {
        try 0 $draw -o whole.npy
        try 0 $draw --slice :333333 -o lo.npy
        try 0 $draw --slice 333333: -o hi.npy
        try 0 $draw --slice 262143:262145 -o seam.npy
    }
    data whole.npy >whole
    { data lo.npy; data hi.npy; } >halves
    same whole halves
    case $dtype in f64) bytes=8 ;; f32) bytes=4 ;; bf16) bytes=2 ;; *) bytes=1 ;; esac
    data seam.npy >seam
    tail -c +$((262143 * bytes + 1)) whole | head -c $((2 * bytes)) >cut
    same seam cut
done
head -c 128 seam.npy | grep -aq "'shape': (2,), " || fail 'a slice is not one axis'

# A bias takes the fan-in of its weight; schemes that need two axes refuse it.
try 0 init --scheme torch_default --role bias --shape 256 --fan-in 784 -o b.npy; err 'std 0.0206197'
try 2 init --scheme torch_default --role bias --shape 256 -o no.npy; err "state its weight's"
try 2 init --scheme he_normal --role bias --shape 256 --fan-in 784 -o no.npy; err 'zeros, constant'
try 2 init --scheme he_normal --shape 256 -o no.npy; err '2 axes or more'
try 2 init --scheme chrono --shape 12 --parts 3,3,3,3 -o no.npy; err '^hint: one axis is a bias.*--role bias'
try 2 init --scheme chrono --shape 12 --role bias --parts 4,8 -o no.npy; no_err '^hint'
rm -f ./*.npy whole halves seam cut
empty_here

# The kind of layer and what belongs to it decide the fans: a convolution of 2 groups and stride 2
# has fan_in 3 * 9, fan_out 8 * 9 / (2 * 4).
try 0 init --scheme he_normal --shape 8,3,3,3 --layer conv --groups 2 --stride 2,2 -o c.npy
err 'fan_in 27, fan_out 9, std 0.272166,'
try 0 init --scheme xavier_uniform --shape 12,5 --parts 4,4,4 -o c.npy; err 'fan_in 5, fan_out 4,'
rm c.npy

# A tensor without elements is a file without data, also where its fan, 0, gives no law.
for row in 'he_normal 0,5' 'he_normal 5,0' 'orthogonal 0,5' 'lsuv 3,0,2' 'normal 0'; do
    try 0 init --scheme "${row% *}" --shape "${row#* }" -o z.npy
    silent_out
    err "^z.npy: ${row% *}[,(].*, no elements, seed 42, crc32 00000000$"
    no_err ', std |warning'
    [ "$(size z.npy)" -eq 128 ] || fail 'an empty tensor has data'
    head -c 128 z.npy | grep -aq "'shape': ($(echo "${row#* }" | sed 's/,/, /g'),\?), }" ||
        fail 'an empty tensor has another shape'
    rm z.npy
done
try 0 init --stream torch --scheme normal --shape 0,5 -o z.npy; err 'normal.*, 0 f32, stream torch'
[ "$(size z.npy)" -eq 128 ] || fail "PyTorch's empty tensor has data"
rm z.npy
try 2 init --scheme he_normal --shape 0,5 --slice 0:1 -o no.npy; err '0:1 is not within the 0 elements'
try 2 init --scheme he_norml --shape 0,5 -o no.npy; err "did you mean 'he_normal'"
empty_here

# Bad words: what is wrong and what is near; nothing is written.
shape='--shape 4,4 -o no.npy'
refuse() {
    pattern=$1
    shift
    # shellcheck disable=SC2068
    try 2 init $@
    err "$pattern"
    silent_out
    empty_here
}
refuse "did you mean 'he_normal'" --scheme he_norml $shape
refuse "column 11: the argument 'a' needs a number here, not '\('" --scheme 'he_normal((' $shape
refuse "column 11: the argument 'a' needs a number, and the text ends here" --scheme 'he_normal(' $shape
refuse "did you mean 'std'" --scheme 'normal(sdt=1)' $shape
refuse 'column 12: std = nan is not a finite' --scheme 'normal(std=nan)' $shape
refuse 'column 12: std = -1 is outside' --scheme 'normal(std=-1)' $shape
refuse 'do not fit f32' --scheme 'constant(1e39)' $shape
refuse 'value: .*do not fit f16, whose largest is 65504' --scheme 'constant(7e4)' --dtype f16 $shape
refuse 'std: .*do not fit f8_e4m3fn, whose largest is 448' --scheme 'normal(std=70)' --dtype f8_e4m3fn $shape
# What a scheme makes of its arguments is refused in its own words, not those of the law inside.
refuse 'scheme: uniform\(r=1e\+300\): uniform values up to 1e\+300 do not fit f32' --scheme 'uniform(r=1e300)' $shape
refuse 'scheme: he_normal\(gain=1000000\): .* do not fit f16' --scheme 'he_normal(gain=1e6)' --dtype f16 $shape
refuse 'scheme: trunc_normal_abs\(std=0.01, a=1, b=2\): .*almost nothing' \
    --scheme 'trunc_normal_abs(std=0.01,a=1,b=2)' $shape
refuse 'range: nguyen_widrow\(range=1e-300\): weights of [0-9.]+e\+299 do not fit f32' \
    --scheme 'nguyen_widrow(range=1e-300)' $shape
refuse 'the parts add up to 5, but axis 0 has 4 places' --scheme zeros --parts 2,3 $shape
refuse 'did you mean conv' --scheme zeros --layer con $shape
refuse 'more than 8 numbers' --scheme zeros --parts 1,1,1,1,1,1,1,1,1 $shape
refuse 'did you mean keras' --scheme zeros --layout kerras $shape
refuse 'one of: f32, f64, f16, bf16, f8_e4m3fn, f8_e5m2' --scheme zeros --dtype integers $shape
refuse 'did you mean --slice' --scheme zeros --slize 1:2 $shape
refuse "'1e3' is not a whole number" --scheme zeros --seed 1e3 $shape
refuse "'-1' is not a whole number" --scheme zeros --seed -1 $shape
refuse "'99999999999999999999' is not" --scheme zeros --seed 99999999999999999999 $shape
refuse "'0' is not a whole number from 1" --scheme zeros --fan-in 0 $shape
refuse 'byte 0 is not part' --scheme zeros --shape -1,5 -o no.npy
refuse 'byte 1 is not part' --scheme zeros --shape 4x5 -o no.npy
refuse 'more than 2\^62 bytes' --scheme zeros --shape 9000000000000000000,9000000000000000000 -o no.npy
refuse 'a size below 2\^63' --scheme zeros --shape 9999999999999999999999 -o no.npy
refuse 'more than 8 axes' --scheme zeros --shape 1,1,1,1,1,1,1,1,1 -o no.npy
refuse 'is not LO:HI' --scheme zeros --slice 5 $shape
refuse 'is not LO:HI' --scheme zeros --slice 1:2:3 $shape
refuse '0:17 is not within the 16' --scheme zeros --slice 0:17 $shape
refuse '5:4 is not within' --scheme zeros --slice 5:4 $shape
refuse 'init needs a plan, or --scheme' $shape
refuse 'init needs --shape' --scheme zeros -o no.npy
refuse 'init needs -o' --scheme zeros --shape 4
refuse 'scheme is for a single tensor' extra --scheme zeros $shape

# A place that cannot be written leaves nothing; a device that fills up stays a device.
refuse 'none/w.npy: cannot write' --scheme zeros --shape 4 -o none/w.npy
mkdir sub
try 2 init --scheme zeros --shape 4 -o sub; err 'sub: cannot write'
rmdir sub
if [ -e /dev/full ]; then
    try 2 init --scheme zeros --shape 4 -o /dev/full; err '/dev/full: cannot write'
    [ -c /dev/full ] || fail '/dev/full is no device any more'
fi
# A file-size limit stands for a full disk: 64 blocks are 32 or 64 KiB. The old file survives.
echo old >kept.npy
last='init under a file-size limit'
(ulimit -f 64 && "$alvor" init --scheme zeros --shape 1000,1000 -o kept.npy) \
    >"$streams/out" 2>"$streams/err"
[ $? -eq 2 ] || fail 'exit code is not 2'
err 'kept.npy: cannot write'
[ "$(cat kept.npy)" = old ] || fail 'the old file is gone'
[ "$(ls -A)" = kept.npy ] || fail "left behind: $(ls -A)"
rm kept.npy

# Interrupted: exit code 130, nothing left.
"$alvor" init --scheme zeros --shape 2000000000 -o big.npy 2>"$streams/err" &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -n "$(ls -A)" ] && break
    sleep 0.1
done
kill -INT $pid 2>/dev/null
kill -TERM $pid 2>/dev/null
wait $pid
[ $? -eq 130 ] || fail 'an interrupted draw does not exit with 130'
empty_here

# The narrow types: as NumPy describes them, or raw.
for row in 'f16 <f2' 'bf16 <V2' 'f8_e4m3fn <V1' 'f8_e5m2 <V1'; do
    try 0 init --scheme ones --shape 3,5 --dtype "${row% *}" -o w.npy; err "${row% *}"
    head -c 128 w.npy | grep -aqF "{'descr': '${row#* }'" || fail "${row% *} is not ${row#* }"
    data w.npy | od -An -v -tx1 | tr -d '\n' >>ones
    rm w.npy
done
printf ' 00 3c%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 >expected
printf ' 80 3f%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 >>expected
printf ' 38%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 >>expected
printf ' 3c%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 >>expected
same ones expected
rm ones expected

# Memory does not grow with the tensor: 800 MB drawn within 400 MB of address space. (A sanitizer
# reserves more than that for itself.)
case $(nm -D "$alvor" 2>/dev/null) in *__asan*) limited=no ;; *) limited=yes ;; esac
if [ $limited = yes ]; then
    last='init under a memory limit'
    (ulimit -v 400000 && "$alvor" init --scheme zeros --shape 200000000 -o - >/dev/null) \
        2>"$streams/err" || fail 'memory grows with the tensor'
fi

# numpy reads it, where there is numpy.
if python3 -c 'import numpy' 2>/dev/null; then
    try 0 init --scheme xavier_uniform --shape 30,40 --dtype f64 -o w.npy
    python3 -c 'import numpy
w = numpy.load("w.npy")
assert w.shape == (30, 40) and w.dtype == numpy.float64 and w.flags.c_contiguous
assert 0.9 * (6 / 70) ** 0.5 < abs(w).max() <= (6 / 70) ** 0.5' || fail 'numpy disagrees'
    rm w.npy
    try 0 init --scheme he_normal --shape 0,5 --dtype f64 -o z.npy
    python3 -c 'import numpy
z = numpy.load("z.npy")
assert z.shape == (0, 5) and z.dtype == numpy.float64' || fail 'numpy disagrees on an empty tensor'
    rm z.npy
    # The narrow types hold the f32 tensor, rounded: f16 by numpy's own rounding, bf16 by bits.
    for dtype in f32 f16 bf16 f8_e4m3fn f8_e5m2; do
        try 0 init --scheme normal --shape 300,400 --dtype $dtype -o $dtype.npy
    done
    python3 -c 'import numpy
x = numpy.load("f32.npy")
assert (numpy.load("f16.npy").view("u2") == x.astype("f2").view("u2")).all()
bits = x.view("u4")
assert (numpy.load("bf16.npy").view("<u2") == (bits + 0x7fff + (bits >> 16 & 1)) >> 16).all()
try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None
for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2") if ml_dtypes else ():
    y = numpy.load(name.replace("float8", "f8").replace("bfloat", "bf") + ".npy")
    t = getattr(ml_dtypes, name)
    assert y.shape == x.shape and (y.view(t).view("u%d" % y.itemsize)
                                   == x.astype(t).view("u%d" % y.itemsize)).all(), name' ||
        fail 'numpy rounds otherwise'
    rm f32.npy f16.npy bf16.npy f8_e4m3fn.npy f8_e5m2.npy
else
    echo 'numpy is not installed: that numpy reads the file was not checked'
fi
empty_here

# Axes by number: three experts of 30 inputs and 20 outputs; axes that are not there are refused.
try 0 init --scheme he_normal --shape 3,30,20 --layout axes --copy-axes 0 --in-axes 1 --out-axes 2 -o e.npy
err 'fan_in 30, fan_out 20'
try 0 init --scheme he_normal --shape 3,30,20 --layout flax --copy-axes 0 -o f.npy; same e.npy f.npy
try 2 init --scheme he_normal --shape 3,30,20 --layout axes --in-axes 3 -o no.npy; err 'axes 0 to 2'
try 2 init --scheme he_normal --shape 3,30,20 --layout axes --in-axes 1 --out-axes 1 -o no.npy
try 2 init --scheme he_norml --shape 3,3 -o no.npy; err '^alvor: error: --scheme, column 1: '
