# init --stream, explain --stream, list --streams: what a framework would draw, and what is refused.
. "$(dirname "$0")/lib.sh"

try 0 init --stream torch --seed 42 --module 'Linear(784,256),ReLU,Linear(256,10)' -o m.safetensors --exact
silent_out
err '^m.safetensors: 4 parameters, 814120 bytes, stream torch, seed 42, crc32 85a7b849; exact'
grep -aq '"2.weight":{"dtype":"F32","shape":\[10,256\]' m.safetensors || fail 'no 2.weight'
try 0 init --stream torch@1 --seed 42 --module 'Linear(784,256),ReLU,Linear(256,10)' -o again.safetensors
same m.safetensors again.safetensors
try 0 init --stream torch --scheme 'kaiming_uniform(a=0.2, mode=fan_out)' --shape 16,30 --dtype bf16 -o w.npy
err '^w.npy: kaiming_uniform\(a=0.2, mode=fan_out\), 480 bf16, stream torch, seed 42, '
try 0 init --stream torch --scheme normal --shape 3,4 -o few.npy; err 'once in 10\^8'
try 0 init --stream torch --scheme normal --shape 3,4 -o few.npy --lang pt; err 'uma vez em 10\^8'

# Refusals say why and leave nothing.
rm -f ./*.npy ./*.safetensors
try 2 init --stream torch --scheme normal --shape 3,4 --exact -o w.npy; err 'not exact: fewer than 16'
try 2 init --stream torch --scheme orthogonal --shape 3,4 -o w.npy; err 'LAPACK'
try 2 init --stream torch@1 --scheme trunc_normal --shape 30,4 -o w.npy; err 'erfinv'
try 2 init --stream torhc --scheme normal --shape 3,4 -o w.npy; err 'did you mean torch\?'
try 2 init --stream torch --module 'Linear(784,256),RelU' -o w.npy; err '^alvor: error: --module, column 17: .*ReLU'
try 2 init --stream torch --scheme normal --shape 3 --layout keras -o w.npy; err 'layout does not go'
try 2 init --exact --scheme he_normal --shape 3 -o w.npy; err 'belongs to --stream'
try 2 init --stream torch gpt2 -o w.npy; err "alvor's own stream"
try 2 init --stream torch --scheme normal --shape 3; err 'needs -o'
empty_here

try 0 init --stream numpy --scheme 'uniform(a=-0.1, b=0.1)' --shape 3,4 --dtype f64 --exact -o n.npy; rm n.npy
try 2 init --stream numpy --scheme xavier_normal --shape 3,4 -o w.npy; err 'no scheme'
try 2 init --stream numpy --module 'Linear(3,4)' -o m.safetensors; err "modules are PyTorch's"
try 0 init --stream keras --seed 42 --scheme 'glorot_uniform(nth=1)' --shape 784,256 --exact -o k.npy; rm k.npy
err 'stream keras, seed 42, crc32 852fadfb; exact'
try 2 init --stream keras --scheme orthogonal --shape 3,4 -o w.npy; err 'QR'
try 2 init --stream jax --scheme normal --shape 3,4 --dtype f64 -o w.npy; err 'no draw .normal. in f64'
try 2 init --stream torch-cuda --scheme xavier_uniform --shape 30,40 --exact -o w.npy; err 'no device was at hand'
try 2 init --stream torch-cuda --scheme xavier_uniform --shape 300,400 -o w.npy; err 'as in torch-cuda-a100'
# A described device draws what the named one does, and another one something else.
try 0 init --stream torch-cuda-a100 --scheme xavier_uniform --shape 900,1000 -o a.npy
try 0 init --stream torch-cuda --device 108x2048 --scheme xavier_uniform --shape 900,1000 -o b.npy
same a.npy b.npy
try 0 init --stream torch-cuda --device 40x1024 --scheme xavier_uniform --shape 900,1000 -o b.npy
cmp -s a.npy b.npy && fail 'the device changes nothing'
rm a.npy b.npy
try 2 init --stream torch-cuda --device 108 --scheme xavier_uniform --shape 3,4 -o w.npy; err '108x2048'
try 2 init --stream torch-cuda --device 108x20 --scheme xavier_uniform --shape 3,4 -o w.npy; err '--device'
try 2 init --stream torch --device 108x2048 --scheme xavier_uniform --shape 3,4 -o w.npy; err 'does not depend on a device'
empty_here

try 0 list --streams; out '^  keras-torch '; out '^  mlx '
try 0 list --streams --lang pt; out 'Keras 3 sobre TensorFlow'
try 0 explain --stream mlx --lang pt; out 'permutação +exato'
try 0 list --streams; out '^  torch@2.7 '
try 0 explain --stream torch; out '^  integers +exact'; out 'MultiheadAttention'
try 0 explain --stream torch --lang pt; out 'exato'
try 0 explain --stream torch --json; out '"exactness": "nearly_exact"'
try 2 explain --stream nope; err "there is no 'nope'"
