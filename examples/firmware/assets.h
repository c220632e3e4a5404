/* What is baked in: the arrays that linnet-convert --emit-c made of the model, and the picture. */
#ifndef FIRMWARE_ASSETS_H
#define FIRMWARE_ASSETS_H

/* Written by image.cmake: includes the model's header and says with FIRMWARE_... what its names
 * are. */
#include "firmware_model.h"

/* FIRMWARE_PICTURE_WIDTH x _HEIGHT pixels, RGB; picture.cmake makes it of a .ppm file. */
extern const uint8_t asset_picture[];

/* What the header found enough for the model, unless the build says how much there is. */
#ifndef FIRMWARE_ARENA_BYTES
#define FIRMWARE_ARENA_BYTES FIRMWARE_MODEL_ARENA_BYTES
#endif

#endif
