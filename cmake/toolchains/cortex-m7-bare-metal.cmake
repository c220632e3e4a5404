# Cortex-M7 without an operating system.
set(CMAKE_SYSTEM_PROCESSOR armv7e-m)
set(LINNET_CPU_FLAGS "-mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard")
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
