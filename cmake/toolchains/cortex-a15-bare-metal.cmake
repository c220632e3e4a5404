# Cortex-A15 without an operating system.
set(CMAKE_SYSTEM_PROCESSOR armv7-a)
set(LINNET_CPU_FLAGS "-mcpu=cortex-a15 -mthumb -mfpu=neon-vfpv4 -mfloat-abi=hard")
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
