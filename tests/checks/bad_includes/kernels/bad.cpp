// Input of checks.includes_finds_violations; never compiled.
#include <iostream>
#include "kernels/base.h"
#include "kernels/x/pack.h"
#include "model/format.h"
