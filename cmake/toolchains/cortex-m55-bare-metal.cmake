# Cortex-M55 without an operating system.
set(CMAKE_SYSTEM_PROCESSOR armv8.1-m)
set(LINNET_CPU_FLAGS "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard")
include(${CMAKE_CURRENT_LIST_DIR}/arm-none-eabi.cmake)
