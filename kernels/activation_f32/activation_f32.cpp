// filled by the activation_f32 family
#include "kernels/activation_f32/activation_f32.h"
