# For build systems that compile files with one set of options: LINNET_PORT_SOURCES is all that is
# portable, LINNET_PORT_DEFINITIONS says that nothing else is there, LINNET_PORT_OPTIONS are GCC's
# and Clang's options that the results depend on or that save flash.
get_filename_component(LINNET_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
file(GLOB LINNET_PORT_SOURCES ${LINNET_ROOT}/engine/*.cpp ${LINNET_ROOT}/engine/ops/*.cpp
     ${LINNET_ROOT}/model/*.cpp ${LINNET_ROOT}/kernels/*.cpp ${LINNET_ROOT}/kernels/*/*.cpp)
list(FILTER LINNET_PORT_SOURCES EXCLUDE REGEX "/(neon|dotprod|i8mm|avx[0-9a-z]*)[.]cpp$|/fma_peak/")
set(LINNET_PORT_DEFINITIONS "")
foreach(isa IN ITEMS NEON DOTPROD I8MM AVX2 AVXVNNI AVX512 AVX512VNNI)
  list(APPEND LINNET_PORT_DEFINITIONS LINNET_NO_${isa}=1)
endforeach()
set(LINNET_PORT_OPTIONS -ffp-contract=off -fno-math-errno -fno-exceptions -fno-rtti
    -fno-threadsafe-statics)
