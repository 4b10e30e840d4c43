// English. {holes} are filled by t(); the only markup is *emphasis* and `code`.
export default {
  language: "Language",
  theme: "Light or dark",
  skip: "Skip to the figures",
  tagline: "the first weights of a neural network, and what they do to its training",
  playground: "playground",
  guide: "Guide",

  lessons: "Try this",
  "lesson.own": "Your own settings: press play and watch both networks learn, or fail to.",
  "lesson.depth": "Depth kills the signal",
  "lesson.depth.text":
    "Twenty ReLU layers. PyTorch's default draws weights that are too small for ReLU: the signal fades on its way up, no error comes back, and the loss stays at that of guessing. He's weights are just √6 times larger, and the network trains.",
  "lesson.shallow": "Two layers forgive",
  "lesson.shallow.text":
    "The same two schemes with two hidden layers: both train. What an initialization is worth shows only in depth.",
  "lesson.symmetry": "All units alike",
  "lesson.symmetry.text":
    "Weights that are all equal, zero or not, make every unit of a layer the same. They get the same gradient and stay the same for ever: the layer is worth one unit. Watch the symmetry meter.",
  "lesson.explode": "Too large explodes",
  "lesson.explode.text":
    "Weights between −1 and 1, as they are sometimes drawn by hand. Every layer more than doubles the signal; the first step throws the network off, and nothing is left to train.",
  "lesson.sigmoid": "The sigmoid's ceiling",
  "lesson.sigmoid.text":
    "The sigmoid's slope is at most 1/4, so every layer takes most of the error away on its way down, whatever the scheme. Eight layers are enough to see it.",
  "lesson.orthogonal": "Fifty layers of tanh",
  "lesson.orthogonal.text":
    "Orthogonal weights keep all directions at their length, where random ones stretch some and lose others. In fifty layers that adds up.",
  "lesson.adam": "Adam forgives",
  "lesson.adam.text":
    "The first lesson with Adam, which divides each gradient by its own size: even a gradient that has all but vanished moves the weights. What the forecast says holds for plain SGD.",

  play: "Play",
  pause: "Pause",
  "step.one": "One step",
  reset: "Start over",
  speed: "Speed",
  "speed.slow": "step by step",
  "speed.normal": "normal",
  "speed.fast": "fast",
  "step.n": "step {n}",
  settings: "Settings",
  none: "none",
  arguments: "Formula and arguments",
  refused: "These settings cannot be trained:",

  "group.scheme": "First weights",
  "group.network": "Network",
  "group.training": "Training",
  "group.data": "Data and seed",
  "field.scheme": "Scheme",
  "field.other": "Compare with",
  "field.gain": "Gain",
  "gain.own": "the scheme's own",
  "gain.auto": "of the activation: {gain}",
  "gain.hand": "by hand",
  "gain.value": "Gain by hand",
  "gain.none": "none",
  "gain.args": "This scheme takes no gain: its arguments are its scale.",
  "gain.fixed": "This scheme takes no gain: its rule says the scale.",
  "field.depth": "Hidden layers",
  "field.width": "Units per layer",
  "field.act": "Activation",
  "field.optimizer": "Optimizer",
  "field.lr": "Learning rate",
  "field.batch": "Samples per step",
  "field.data": "Data set",
  "field.seed": "Seed",
  "field.ten": "Ten seeds",

  forecast: "Forecast.",
  why: "Why, and what to try",
  "so.far": "So far:",
  "so.far.text": "{word}. After {step} steps the loss is {loss}; guessing gives {chance}.",
  "so.far.lost": "{word}. From step {step} on the loss is no longer a finite number.",
  "will.train": "expected to train",
  "will.not": "not expected to train",
  "card.loss": "training loss",
  "card.accuracy": "test accuracy",
  "card.forward": "signal per layer",
  "card.backward": "error per layer",
  symmetry: "Symmetry",
  "symmetry.hint": "Share of hidden units whose weights are a copy of another unit's",
  "symmetry.locked": "for ever",

  boundary: "What the network answers",
  "boundary.read":
    "Dots are training samples; the ground shows the class that the network gives to every place, stronger where it is surer.",
  "boundary.label": "Decision boundary of {scheme} over the training samples.",
  "accuracy.label": "After step {step} it tells {share} of the test samples.",
  images: "What the network sees",
  "images.read": "Test images, with the class that the network takes each for, and how sure it is.",
  "images.label": "Test images as {scheme} tells them",
  confusion: "Which class it takes for which",
  "confusion.read":
    "Rows are true classes, columns what the network says: a good network fills the diagonal.",
  "confusion.label": "Confusion of the classes by {scheme}; right answers:",

  loss: "Training loss",
  "loss.read":
    "Mean loss of the mini-batches. The dotted line is what guessing by class frequency gives.",
  "loss.read.band":
    "The line is the median of ten seeds, the band goes from the lowest to the highest. The dotted line is what guessing gives.",
  "loss.label": "Training loss until step {step}: {list}.",
  "loss.chance": "guessing: {loss}",
  "save.title": "Every loss, as a table",
  "scale.log": "log scale",
  "axis.loss": "loss",
  "axis.step": "step",
  "axis.layer": "layer",
  "axis.signal": "deviation of z",
  "axis.error": "size of ∂L/∂z",
  "axis.shares": "units",

  layers: "Layer by layer",
  "layers.read":
    "From the first layer on the left to the last on the right, measured now on 128 training samples.",
  "strip.signal": "The signal, on its way up",
  "strip.signal.read":
    "How much the pre-activations differ from sample to sample. A line that falls is a signal that fades. Pale band: where theory expects 95 % of networks before training.",
  "strip.error": "The error, on its way down",
  "strip.error.read":
    "How large the gradient is at each layer; it comes from the right. Pale band: theory, from the last layer's size.",
  "strip.shares": "Units that take no part",
  "strip.shares.read":
    "Filled: dead, flat for every sample. Dashed: the share of outputs in a flat part of the activation (for ReLU about half is normal).",
  "signal.label": "Deviation of the pre-activations, first layer → last. {list}.",
  "error.label": "Size of the gradient at the pre-activations, first layer → last. {list}.",
  "shares.label": "Largest share of dead units in a layer. {list}.",

  map: "Gradients over time",
  "map.read":
    "Each column is a moment, each row a layer, the first one at the bottom: how large the gradient of the layer's weights is.",
  "map.legend": "root mean square of the gradient",
  "map.zero": "exactly zero",
  "map.label": "Gradient of every layer over the steps, {scheme}.",

  command: "The same on the command line",
  "command.read": "These losses, to the last bit, and a report with everything measured.",
  copy: "Copy",
  copied: "Copied",
};
