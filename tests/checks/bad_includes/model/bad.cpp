// Input of checks.includes_finds_violations; never compiled.
#include "engine/session.h"
#include "kernels/pool_f32/pool_f32.h"
#include "model/format.h"
