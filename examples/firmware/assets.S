/* The model and the picture, in read-only memory: used where they lie. */
  .section .rodata.assets, "a"
  .global asset_model
  .balign 64
asset_model:
  .incbin FIRMWARE_MODEL
asset_model_end:

  .global asset_model_bytes
  .balign 4
asset_model_bytes:
  .long asset_model_end - asset_model

  .global asset_picture
asset_picture:
  .incbin FIRMWARE_PICTURE, FIRMWARE_PICTURE_OFFSET

#if defined(__linux__)
  .section .note.GNU-stack, "", %progbits
#endif
