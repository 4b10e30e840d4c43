/* The engine for float, which trains, and for double, which checks gradients. */
#include "nn/parts.h"

#include "math/math.h"
#include "model/nodes.h"

#define real float
#define FN(name) name##_f32
#include "nn/net.inc"
#undef real
#undef FN

#define real double
#define FN(name) name##_f64
#include "nn/net.inc"
