// Input of checks.includes_finds_violations; never compiled. Packing may allocate.
#include <vector>
