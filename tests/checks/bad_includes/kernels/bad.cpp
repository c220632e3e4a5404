// Input of checks.includes_finds_violations; never compiled.
#include "kernels/base.h"
#include "model/format.h"
#include "kernels/x/pack.h"
#include <iostream>
