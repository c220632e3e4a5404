// Input of checks.includes_finds_violations; never compiled.
#include "engine/session.h"
#include <vector>
