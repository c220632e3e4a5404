# Who may include whom (docs/architecture.md). Fails with one line for each forbidden include.
#   cmake -DSOURCE_DIR=<root> -P check_includes.cmake
cmake_minimum_required(VERSION 3.20)

set(standard "cfloat|cstddef|cstdint|cstring|new|atomic|limits|type_traits|utility|stddef\\.h|stdint\\.h")
set(target_headers "arm_neon\\.h|immintrin\\.h|cpuid\\.h|sys/auxv\\.h|asm/hwcap\\.h")

get_filename_component(SOURCE_DIR ${SOURCE_DIR} ABSOLUTE)

# Layer by layer: "..." includes and, for the runtime, <...> includes that it may use.
set(layers kernels model engine host converter examples bench tools)
set(kernels_quoted "kernels/.*")
set(kernels_angle "${standard}|${target_headers}")
# The verifier must know how many bytes a weight layout takes.
set(model_quoted "model/.*|kernels/base\\.h|kernels/(igemm_f32/igemm_f32|dwconv_f32/dwconv_f32|winograd_f32/winograd_f32|igemm_s8/igemm_s8|igemm_s8/small_sums|dwconv_s8/dwconv_s8|table_s8/table_s8|eltwise_s8/eltwise_s8|quantize/quantize)\\.h")
set(model_angle "${standard}")
set(engine_quoted "linnet/.*|engine/.*|model/.*|kernels/.*")
set(engine_angle "${standard}")
# PNG has the same CRC-32 as the flat binary.
set(host_quoted "host/.*|linnet/.*|model/crc32\\.h")
set(converter_quoted "converter/.*|host/.*|linnet/.*|model/.*|kernels/(base|requantize|igemm_s8/small_sums)\\.h|kernels/[a-z0-9_]+/pack\\.h")
set(examples_quoted "examples/.*|[a-z_]+\\.h|host/.*|linnet/.*")
set(bench_quoted "bench/.*|host/.*|linnet/.*|kernels/.*|model/.*")
set(tools_quoted "tools/.*|host/.*")
set(packing "kernels/[a-z0-9_]+/pack\\.h")  # allocates: not for the device

set(violations 0)
set(checked 0)

function(check_include layer file kind header)
  if(NOT DEFINED ${layer}_${kind})
    return()
  endif()
  set(ok OFF)
  if(header MATCHES "^(${${layer}_${kind}})$")
    set(ok ON)
  endif()
  if(layer MATCHES "^(kernels|model|engine)$" AND header MATCHES "^${packing}$")
    set(ok OFF)
  endif()
  if(file MATCHES "/pack\\.h$" AND header MATCHES "^(vector|cstring|${packing})$")
    set(ok ON)
  endif()
  if(NOT ok)
    message("${file}: must not include ${header}")
    math(EXPR violations "${violations} + 1")
    set(violations ${violations} PARENT_SCOPE)
  endif()
endfunction()

foreach(layer IN LISTS layers)
  file(GLOB_RECURSE files RELATIVE ${SOURCE_DIR}
       ${SOURCE_DIR}/${layer}/*.h ${SOURCE_DIR}/${layer}/*.hpp ${SOURCE_DIR}/${layer}/*.c
       ${SOURCE_DIR}/${layer}/*.cpp ${SOURCE_DIR}/${layer}/*.inc ${SOURCE_DIR}/${layer}/*.S)
  list(SORT files)
  foreach(file IN LISTS files)
    math(EXPR checked "${checked} + 1")
    file(STRINGS ${SOURCE_DIR}/${file} lines REGEX "^[ \t]*#[ \t]*include[ \t]")
    foreach(line IN LISTS lines)
      if(line MATCHES "include[ \t]+\"([^\"]*)\"")
        check_include(${layer} ${file} quoted "${CMAKE_MATCH_1}")
      elseif(line MATCHES "include[ \t]+<([^>]*)>")
        check_include(${layer} ${file} angle "${CMAKE_MATCH_1}")
      else()
        message("${file}: cannot read '${line}'")
        math(EXPR violations "${violations} + 1")
      endif()
    endforeach()
  endforeach()
endforeach()

if(checked EQUAL 0)
  message(FATAL_ERROR "no source files in ${SOURCE_DIR}")
endif()
if(violations GREATER 0)
  message(FATAL_ERROR "${violations} forbidden includes in ${checked} files")
endif()
message("${checked} files, no forbidden include")
