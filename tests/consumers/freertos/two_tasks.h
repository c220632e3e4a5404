#ifndef TWO_TASKS_H
#define TWO_TASKS_H

#include "linnet/linnet.h"

linnet_config two_task_config(void);

#endif
