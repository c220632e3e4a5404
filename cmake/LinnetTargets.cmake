# How Linnet's targets are compiled. Nothing here touches global flags, so that the project can be
# nested in another.

# Flags for every target of the project. -ffp-contract=off: without it a compiler for ARM fuses
# multiplications and additions, and neither the scalar reference nor the weights that the converter
# transforms would be the same bytes everywhere.
function(linnet_common target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE ${LINNET_TRIM_DEFINITIONS})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                         -ffp-contract=off)
  if(LINNET_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(LINNET_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${LINNET_SANITIZERS}
                                             -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${LINNET_SANITIZERS})
    target_compile_definitions(${target} PRIVATE LINNET_SANITIZED)
    if(LINNET_SANITIZERS STREQUAL "memory")
      # The standard library's code is not instrumented: as much as possible comes from its headers.
      target_compile_definitions(${target} PRIVATE _GLIBCXX_EXTERN_TEMPLATE=0)
      target_compile_options(${target} PRIVATE -fsanitize-memory-track-origins)
    endif()
  endif()
  if(LINNET_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# The runtime: C++17, no exceptions, no RTTI, no hidden calls.
function(linnet_runtime target)
  linnet_common(${target})
  set_target_properties(${target} PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON
                        CXX_EXTENSIONS OFF)
  # So that it may go into a shared library; an image without an operating system has none.
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  endif()
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti
    -fno-threadsafe-statics> -fno-math-errno -ffunction-sections -fdata-sections)
endfunction()

# Host programs and their libraries: C++20.
function(linnet_host target)
  linnet_common(${target})
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
                        CXX_EXTENSIONS OFF)
  # Else a 32-bit system reads neither large files nor folders of a large file system. Elsewhere it
  # would only give functions other names (open64), which the tests of faults replace by theirs.
  if(CMAKE_SIZEOF_VOID_P EQUAL 4)
    target_compile_definitions(${target} PRIVATE _FILE_OFFSET_BITS=64)
  endif()
  # Programs are linked without what they do not call.
  target_compile_options(${target} PRIVATE -ffunction-sections -fdata-sections)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    target_link_options(${target} PRIVATE -Wl,--gc-sections)
  endif()
endfunction()

# Code that runs when a model is opened or once a picture, not once a pixel: small rather than fast.
function(linnet_cold)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS
                              $<$<OR:$<CONFIG:Release>,$<CONFIG:RelWithDebInfo>>:-Os>)
endfunction()

# Loops over pixels: fast, also where the rest is to be small.
set(LINNET_HOT_OPTIONS $<$<CONFIG:MinSizeRel>:-O2>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(unaligned -falign-functions=4 -falign-jumps=1 -falign-loops=4)
  list(APPEND LINNET_HOT_OPTIONS "$<$<CONFIG:MinSizeRel>:${unaligned}>")
endif()
function(linnet_hot)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${LINNET_HOT_OPTIONS}")
endfunction()
