// Input of checks.includes_finds_violations; never compiled.
#include "converter/error.h"
#include "host/file.h"
