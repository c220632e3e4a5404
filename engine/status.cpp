#include "linnet/linnet.h"

extern "C" const char* linnet_status_name(linnet_status status) {
  switch (status) {
    case LINNET_OK: return "ok";
    case LINNET_INVALID_ARGUMENT: return "invalid argument";
    case LINNET_BAD_MODEL: return "bad model";
    case LINNET_UNSUPPORTED: return "unsupported by this build";
    case LINNET_ARENA_TOO_SMALL: return "arena too small";
    case LINNET_MISALIGNED: return "misaligned";
    case LINNET_BUSY: return "busy";
  }
  return "unknown status";
}
