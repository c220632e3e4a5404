# Builds Linnet trimmed in several ways, looks for what must not be in the archive and opens models.
#   cmake -DSOURCE_DIR=… -DWORK_DIR=… -DCONVERT=linnet-convert -DNM=nm -DEMULATOR=… -DISAS=scalar;…
#         -DARGUMENTS=<of configure> -P trim.cmake
cmake_minimum_required(VERSION 3.20)
set(problems "")

macro(problem text)
  message("${text}")
  string(APPEND problems "x")
endmacro()

function(configure name result output)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE_DIR}/tests/trim -B ${WORK_DIR}/${name}
                          -DLINNET_SOURCE_DIR=${SOURCE_DIR} -DCMAKE_BUILD_TYPE=MinSizeRel
                          ${ARGUMENTS} ${ARGN}
                  RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} ${code} PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

# A build `name` with options ARGN.
function(build name)
  configure(${name} code text ${ARGN})
  if(code EQUAL 0)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK_DIR}/${name} --parallel 2
                    RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  endif()
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${name} (${ARGN}): ${text}")
  endif()
endfunction()

# No symbol of the archive may match `pattern`.
macro(expect_absent name pattern)
  execute_process(COMMAND ${NM} ${WORK_DIR}/${name}/linnet/engine/liblinnet.a
                  OUTPUT_VARIABLE symbols ERROR_QUIET)
  if(NOT symbols MATCHES "linnet_open")
    problem("${name}: nm shows no linnet_open")
  endif()
  string(REGEX MATCHALL "[^\n]*(${pattern})[^\n]*" found "${symbols}")
  if(found)
    list(JOIN found "\n  " text)
    problem("${name}: contains\n  ${text}")
  endif()
endmacro()

macro(expect_open name model expected)
  execute_process(COMMAND ${EMULATOR} ${WORK_DIR}/${name}/open_model ${WORK_DIR}/${model}
                  OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
  if(NOT "${text}" STREQUAL "${expected}\n")
    problem("${name}, ${model}: expected '${expected}', found '${text}' (${code})")
  endif()
endmacro()

macro(expect_refused expected)
  configure(refused code text -ULINNET_ISAS -ULINNET_TYPES -ULINNET_OPS ${ARGN})
  string(REGEX REPLACE "[ \n]+" " " text "${text}")
  string(FIND "${text}" "${expected}" at)
  if(code EQUAL 0 OR at EQUAL -1)
    problem("${ARGN}: expected a message with '${expected}', found '${text}'")
  endif()
endmacro()

file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})
set(demo ${SOURCE_DIR}/model/demo)
set(int8 --int8 --calibrate ${demo}/pictures/demo.ppm)
foreach(type f32 int8)
  execute_process(COMMAND ${EMULATOR} ${CONVERT} ${demo}/demo.onnx --quiet -o ${WORK_DIR}/${type}.lnt
                          ${${type}} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(COMMAND ${EMULATOR} ${CONVERT} --ops ${WORK_DIR}/int8.lnt OUTPUT_VARIABLE options
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(options)

# What linnet-convert --ops says is enough. Without instruction sets.
build(int8 -DLINNET_ISAS=scalar ${options})
expect_absent(int8 "neon|dotprod|i8mm|avx|igemm_f32|dwconv_f32|pool_f32|winograd|eltwise_f32|k_op_mul|k_op_concat|_peak")
expect_open(int8 int8.lnt "open")
expect_open(int8 f32.lnt
            "unsupported by this build: type f32: add it to the CMake option LINNET_TYPES (at index 0)")

# With one instruction set in place of the scalar kernels.
list(LENGTH ISAS count)
set(isa scalar)
set(others "avx|neon|dotprod|i8mm")
if(count GREATER 1)
  list(GET ISAS 1 isa)
  set(others "_scalar|avx512|avxvnni|dotprod|i8mm")
endif()
build(f32 -DLINNET_ISAS=${isa} -DLINNET_TYPES=f32 -DLINNET_OPS=conv2d,dwconv2d,add,upsample)
expect_absent(f32 "igemm_s8_[0-9]|dwconv_s8_|pool_s8|table_s8|eltwise_s8|quantize_|k_op_[a-z0-9_]*s8|k_op_max_pool|pool_f32")
if(NOT isa STREQUAL "scalar")
  # Families whose only variant for this CPU is scalar keep it.
  expect_absent(f32 "(igemm|dwconv|eltwise)_[a-z0-9_]*(${others})")
endif()
expect_open(f32 f32.lnt
            "unsupported by this build: op max_pool: add it to the CMake option LINNET_OPS (at index 1)")
expect_open(f32 int8.lnt
            "unsupported by this build: type int8: add it to the CMake option LINNET_TYPES (at index 0)")

# Wrong names.
expect_refused("LINNET_OPS: expected all or some of conv2d, dwconv2d," -DLINNET_OPS=conv)
expect_refused("found 'f16'" -DLINNET_TYPES=f16)
expect_refused("LINNET_ISAS: expected all or some of scalar" -DLINNET_ISAS=sve)
expect_refused("LINNET_OPS: expected conv2d among 'add'" -DLINNET_OPS=add)

if(problems)
  message(FATAL_ERROR "trimming does not do what it says")
endif()
