# Linnet as a component of ESP-IDF, whose build system reads the project's CMakeLists.txt. Portable
# kernels only: the chips have no vector unit that Linnet knows.
include(${CMAKE_CURRENT_LIST_DIR}/../sources.cmake)
idf_component_register(SRCS ${LINNET_PORT_SOURCES}
                       INCLUDE_DIRS ${LINNET_ROOT}/engine/include
                       PRIV_INCLUDE_DIRS ${LINNET_ROOT})
target_compile_definitions(${COMPONENT_LIB} PRIVATE ${LINNET_PORT_DEFINITIONS} LINNET_NO_OS=1)
target_compile_options(${COMPONENT_LIB} PRIVATE ${LINNET_PORT_OPTIONS})
