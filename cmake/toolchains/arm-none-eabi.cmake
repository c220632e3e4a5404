# 32-bit ARM without an operating system: gcc-arm-none-eabi with newlib nano. Included by the files
# of the CPUs, which set LINNET_CPU_FLAGS.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_C_FLAGS_INIT "${LINNET_CPU_FLAGS}")
set(CMAKE_CXX_FLAGS_INIT "${LINNET_CPU_FLAGS}")
set(CMAKE_ASM_FLAGS_INIT "${LINNET_CPU_FLAGS}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "--specs=nano.specs -nostartfiles")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
