// Input of checks.includes_finds_violations; never compiled.
#include <cstdint>
#include <vector>

#include "converter/error.h"
