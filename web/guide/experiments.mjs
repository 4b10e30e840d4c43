// Every experiment of the guide: a name for the text, and the command, as a reader would type it
// after "alvor". `holds` lists what the prose says of the results in words: where one of them is
// false, the build fails, and the prose has to be written anew.
const SIX = "'zeros,normal(std=0.01),torch_default,xavier_uniform,he_normal,normal(std=1)'";
const THREE = "torch_default,xavier_uniform,he_normal";
const depth = (n) =>
  `compare --hidden 64x${n} --act relu --init ${THREE} --lr 0.05 --batch 64 --steps 400 --seeds 5 --no-extra --light`;

const commands = {
  deep: `compare --hidden 64x12 --act relu,tanh --init ${SIX} --lr 0.05 --batch 64 --steps 600 --seeds 5 --no-extra`,
  shallow: `compare --hidden 64x2 --act relu --init ${SIX} --lr 0.05 --batch 64 --steps 600 --seeds 5 --no-extra --light`,
  depth2: depth(2),
  depth4: depth(4),
  depth8: depth(8),
  depth12: depth(12),
  depth16: depth(16),
  depth24: depth(24),
  laws: "compare --hidden 64x8 --act relu --init 'uniform(r=0.30619),normal(std=0.17678)' --lr 0.05 --batch 64 --steps 400 --seeds 10 --no-extra",
  scale:
    "compare --hidden 64x8 --act relu --init 'normal(std=0.02),normal(std=0.05),normal(std=0.08),normal(std=0.11),normal(std=0.14),normal(std=0.177),normal(std=0.22),normal(std=0.28),normal(std=0.36),normal(std=0.5)' --lr 0.05 --batch 64 --steps 400 --seeds 5 --no-extra --light",
  widths: "compare --hidden 256x8 --act relu --init 'normal(std=0.177),he_normal' --lr 0.05 --batch 64 --steps 200 --seeds 3 --no-extra --light",
  glorot: "reproduce glorot2010",
  old: "compare --hidden 64x12 --act tanh --init 'variance_scaling(scale=0.333333,mode=fan_in,distribution=uniform),xavier_uniform,xavier_normal' --lr 0.05 --batch 64 --steps 400 --seeds 5 --no-extra",
  bottle:
    "compare --model 2-200-20-200-20-200-20-3 --act relu --init 'he_normal,he_normal(mode=fan_out),he_normal(mode=fan_avg)' --lr 0.05 --batch 64 --steps 300 --seeds 5 --no-extra",
  missing:
    "compare --hidden 64x12 --act relu --init 'variance_scaling(scale=0.666667,mode=fan_in,distribution=uniform),he_uniform' --lr 0.05 --batch 64 --steps 600 --seeds 5 --no-extra",
  he2015: "reproduce he2015",
  zero: "compare --hidden 32x2 --act relu --init 'zeros,constant(0.1),he_normal' --lr 0.1 --batch 64 --steps 400 --seeds 5 --no-extra",
  zerobias:
    "compare --hidden 32x2 --act relu --init zeros,he_normal --bias 'uniform(r=0.5)' --lr 0.1 --batch 64 --steps 400 --seeds 5 --no-extra --light",
  cure: "compare --hidden 64x8 --act relu --init 'he_normal,normal(std=0.5)' --lr 0.000001,0.00001,0.0001,0.001,0.01,0.1 --batch 64 --steps 400 --seeds 3 --no-extra --light",
  sigmoid:
    "compare --hidden 64x6 --act relu,tanh,sigmoid --init xavier_uniform,he_normal --lr 0.05 --batch 64 --steps 400 --seeds 5 --no-extra",
  rates: `compare --hidden 64x8 --act relu --init ${THREE} --lr auto --batch 64 --steps 300 --seeds 5 --no-extra --light`,
  blobs: `compare --data blobs --hidden 64x12 --act relu --init ${SIX} --lr 0.02 --batch 64 --steps 500 --seeds 3 --no-extra --light`,
  shapes: `compare --data shapeset --train 1500 --test 500 --model 1024-128x6-9 --act relu --init ${THREE} --lr 0.05 --batch 64 --steps 250 --seeds 3 --no-extra --light`,
  long: `compare --hidden 64x10 --act relu --init xavier_uniform,he_normal --lr 0.02 --batch 64 --steps 3000 --seeds 5 --no-extra --light`,
  blocks:
    "compare --hidden '64x31 residual=2' --act relu --init torch_default,he_normal --lr 0.05 --batch 64 --steps 300 --seeds 3 --no-extra --light",
  norms:
    "compare --hidden '64x31 norm=layer residual=2' --act relu --init torch_default,he_normal --lr 0.05 --batch 64 --steps 300 --seeds 3 --no-extra --light",
  optimizers: `compare --hidden 64x12 --act relu --init 'normal(std=0.01),torch_default,xavier_uniform,he_normal' --optimizer 'sgd(lr=0.05),momentum(lr=0.01),rmsprop(lr=0.001),adam(lr=0.002)' --batch 64 --steps 500 --seeds 5 --no-extra --light`,
  regularizers: `compare --train 200 --hidden 64x8 --act relu --init ${THREE} --regularizer 'none,l2(0.003),dropout(0.1)' --lr 0.05 --batch 32 --steps 1200 --seeds 5 --no-extra --light`,
  schedules: `compare --hidden 64x12 --act relu --init ${THREE} --schedule 'constant,warmup(warmup=0.2),cosine,cosine(warmup=0.2)' --lr 0.2 --batch 64 --steps 600 --seeds 5 --no-extra --light`,
  p_he: "predict --act relu --init he_normal --depth 30 --width 64",
  p_xavier: "predict --act relu --init xavier_normal --depth 30 --width 64",
  p_torch: "predict --act relu --init torch_default --depth 30 --width 64",
  p_std1: "predict --act relu --init 'normal(std=1)' --depth 12 --width 64",
  p_small: "predict --act relu --init 'normal(std=0.01)' --depth 12 --width 64",
  p_tanh: "predict --act tanh --init xavier_normal --depth 30 --width 64",
  p_sigmoid: "predict --act sigmoid --init xavier_normal --depth 30 --width 64",
  p_narrow: "predict --act relu --init he_normal --depth 40 --width 30",
  p_wide: "predict --act relu --init he_normal --depth 40 --width 1000",
};

// Networks train on the portable backend, which gives the same bits on every processor: what the
// prose says of a result then holds wherever the guide is built.
export const experiments = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [
    name,
    command.startsWith("compare ") ? `${command} --backend portable` : command,
  ]),
);
