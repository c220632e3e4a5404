/* What assets.S bakes in. */
#ifndef FIRMWARE_ASSETS_H
#define FIRMWARE_ASSETS_H

#include <stdint.h>

extern const uint8_t asset_model[]; /* a .lnt file, 64-byte aligned */
extern const uint32_t asset_model_bytes;
extern const uint8_t asset_picture[]; /* FIRMWARE_PICTURE_WIDTH x _HEIGHT pixels, RGB */

#endif
