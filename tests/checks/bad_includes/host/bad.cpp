// Input of checks.includes_finds_violations; never compiled.
#include <vector>
#include "engine/session.h"
