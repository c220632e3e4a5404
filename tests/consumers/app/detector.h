/* What the firmware of docs/embedding.md makes of Linnet. */
#ifndef DETECTOR_H
#define DETECTOR_H

#include <stddef.h>

#include "linnet/linnet.h"

/* Once, at start-up. `config` says what differs from the defaults: tasks, hooks. */
linnet_status detector_start(linnet_config config);
/* Number of boxes, at most `capacity`; -1 if something went wrong. */
int detector_run(const linnet_image* image, linnet_box* boxes, size_t capacity);
/* The image of a frame as the camera delivers it. */
linnet_image yuyv_frame(const uint8_t* pixels, int width, int height);
/* What went wrong, in one line; and what to do about it. */
void detector_error(char* line, size_t capacity);
const char* what_to_do(linnet_status status);
const char* detector_class_name(const linnet_box* box);

#endif
