# PyTorch as a second oracle: what nothing is drawn for equals its dirac_ and eye_, and sparse leaves
# as many zeros in each column as its sparse_; an upsampling by PyTorch's own transposed convolution.
. "$(dirname "$0")/lib.sh"

python=
for candidate in python3 /usr/bin/python3; do
    [ -z "$python" ] && $candidate -c 'import numpy, torch' 2>/dev/null && python=$candidate
done
[ -n "$python" ] || {
    echo 'skipped: python3 has no torch and numpy'
    exit 77
}

draw() { try 0 init --scheme "$1" --shape "$2" --dtype f32 --seed 5 -o "$3.npy"; }

draw identity 7,11 eye
draw 'dirac(groups=1)' 9,4,3,5 dirac2
draw 'dirac(groups=3)' 12,2,3 dirac1
draw 'dirac(groups=2)' 8,4,3,3,3 dirac3
for sparsity in 0.1 0.35 0.9; do
    draw "sparse(sparsity=$sparsity, std=0.01, per=input)" 37,50 "sparse$sparsity"
done
draw bilinear 3,3,4,4 bilinear

cat >check.py <<'EOF'
import numpy, torch

def equal(ours, wanted):
    ours = torch.from_numpy(numpy.load(ours + ".npy"))
    assert ours.shape == wanted.shape and torch.equal(ours, wanted), (ours, wanted)

equal("eye", torch.nn.init.eye_(torch.empty(7, 11)))
equal("dirac2", torch.nn.init.dirac_(torch.empty(9, 4, 3, 5), 1))
equal("dirac1", torch.nn.init.dirac_(torch.empty(12, 2, 3), 3))
equal("dirac3", torch.nn.init.dirac_(torch.empty(8, 4, 3, 3, 3), 2))
for sparsity in (0.1, 0.35, 0.9):
    ours = numpy.load(f"sparse{sparsity}.npy")
    theirs = torch.nn.init.sparse_(torch.empty(37, 50), sparsity).numpy()
    assert ((ours == 0).sum(0) == (theirs == 0).sum(0)).all(), sparsity

# A ramp in two directions, upsampled by two, away from the border.
w = torch.from_numpy(numpy.load("bilinear.npy")).double()
y, x = torch.meshgrid(torch.arange(8.0), torch.arange(8.0))
ramp = (torch.stack([3 * y + x, y - 2 * x, x])[None]).double()
up = torch.nn.functional.conv_transpose2d(ramp, w, stride=2, padding=1)
wanted = torch.nn.functional.interpolate(ramp, scale_factor=2, mode="bilinear", align_corners=False)
assert torch.allclose(up[..., 2:-2, 2:-2], wanted[..., 2:-2, 2:-2], atol=1e-12)
EOF
$python check.py 2>"$streams/err" >"$streams/out" || fail 'PyTorch disagrees'
