#include "linnet/linnet.h"

linnet_config consumer_config(void);

linnet_config consumer_config(void) {
  return linnet_config_default();
}
