#include "converter/ir/graph.h"
