# One consumer: builds it from nothing, runs it, compares what it prints.
#   cmake -DSETTINGS=settings.cmake -DNAME=find_package -P run.cmake
cmake_minimum_required(VERSION 3.16)
include(${SETTINGS})

set(here ${CMAKE_CURRENT_LIST_DIR})
set(demo ${SOURCE_DIR}/model/demo)
set(build ${BINARY_DIR}/${NAME})
set(prefix ${BINARY_DIR}/moved/prefix)  # where the library was not installed: it has been moved

function(run_in folder)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${folder} RESULT_VARIABLE result
                  OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}\nfailed: ${result}")
  endif()
endfunction()

# Runs `program` on the demo picture. What it prints goes to `result`.
function(detect program result)
  execute_process(COMMAND ${EMULATOR} ${program} ${demo}/pictures/demo.ppm
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${program}: ${status}\n${output}\n${errors}")
  endif()
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

function(check program)
  detect(${program} output)
  file(READ ${BINARY_DIR}/reference.txt reference)
  if(NOT output STREQUAL reference)
    message(FATAL_ERROR "expected\n${reference}\nfound\n${output}")
  endif()
endfunction()

function(expect_what_is_in_the_picture output)
  if(NOT output MATCHES "^fish 0[.]8.*\ntree 0[.]8.*\nball 0[.]8.*\ncar 0[.]6.*\ntree 0[.]5.*\nhouse 0[.]2.*\n$")
    message(FATAL_ERROR "expected what is in the picture, found\n${output}")
  endif()
endfunction()

function(need tool program)
  if(NOT program)
    message("SKIPPED: ${tool} is not installed")
    set(skipped ON PARENT_SCOPE)
  endif()
endfunction()

function(build_cmake_consumer)
  set(arguments -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
      -DCMAKE_C_COMPILER_LAUNCHER=${C_LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${CXX_LAUNCHER}
      -DLINNET_WERROR=${WERROR} -DCONSUMER_APP_DIR=${here}/app -DCONSUMER_MODEL_DIR=${BINARY_DIR}/model)
  if(TOOLCHAIN_FILE)
    list(APPEND arguments -DCMAKE_TOOLCHAIN_FILE=${TOOLCHAIN_FILE})
  else()
    list(APPEND arguments -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER})
  endif()
  run_in(${BINARY_DIR} ${CMAKE_COMMAND} -S ${here}/${NAME} -B ${build} ${arguments} ${ARGN})
  run_in(${BINARY_DIR} ${CMAKE_COMMAND} --build ${build} --target detect)
endfunction()

function(cmake_consumer)
  build_cmake_consumer(${ARGN})
  check(${build}/detect)
endfunction()

# The boxes of other kernels have other last digits.
function(cmake_consumer_of_any_kernels)
  build_cmake_consumer(${ARGN})
  detect(${build}/detect output)
  expect_what_is_in_the_picture("${output}")
endfunction()

function(make_consumer model)
  need(make "${MAKE}")
  if(skipped)
    return()
  endif()
  file(MAKE_DIRECTORY ${build})
  set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
  run_in(${build} ${MAKE} -j2 -f ${here}/${NAME}/Makefile detect
         "CC=${C_LAUNCHER} ${C_COMPILER} ${C_FLAGS}" "CXX=${CXX_LAUNCHER} ${CXX_COMPILER} ${CXX_FLAGS}"
         HERE=${here}/${NAME} APP=${here}/app MODEL=${model} ${ARGN})
  check(${build}/detect)
endfunction()

# The objects in a library that the check of symbols accepts; nm and the others are named after the
# compiler.
function(check_symbols c)
  string(REGEX REPLACE "(gcc|clang)$" "" tools ${c})
  file(GLOB objects ${build}/*.o)
  run_in(${build} ${tools}ar rcs liblinnet.a ${objects})
  run_in(${build} ${CMAKE_COMMAND} -DNM=${tools}nm -DOBJDUMP=${tools}objdump
         -DARCHIVE=liblinnet.a -P ${here}/../checks/check_symbols.cmake)
endfunction()

# The amalgamation for another target: compiled, and run where there is an emulator.
#   amalgamation_for(C_COMPILER CXX_COMPILER EMULATOR FLAGS): EMULATOR "" = this machine, none = none
function(amalgamation_for c cxx emulator flags)
  find_program(c_path ${c})
  find_program(cxx_path ${cxx})
  need(make "${MAKE}")
  need(${cxx} "${cxx_path}")
  if(skipped)
    return()
  endif()
  file(MAKE_DIRECTORY ${build})
  set(goal detect)
  if(emulator STREQUAL "none")
    set(goal objects)
    set(flags "${flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics")
  endif()
  run_in(${build} ${MAKE} -j2 -f ${here}/amalgamation/Makefile ${goal} OPTIMIZE=-O1
         "CC=${C_LAUNCHER} ${c_path} ${flags}" "CXX=${CXX_LAUNCHER} ${cxx_path} ${flags}"
         APP=${here}/app MODEL=${BINARY_DIR}/model AMALGAMATION=${LINNET_BINARY_DIR}/amalgamation)
  if(emulator STREQUAL "none")
    check_symbols(${c})
    return()
  endif()
  if(emulator)
    list(GET emulator 0 program)
    find_program(emulator_path ${program})
    if(NOT emulator_path)
      message("SKIPPED: compiled, but ${program} is not installed")
      return()
    endif()
  endif()
  set(EMULATOR ${emulator})
  detect(${build}/detect output)
  expect_what_is_in_the_picture("${output}")
endfunction()

# The commands of the document, as they stand there.
function(convert)
  file(MAKE_DIRECTORY ${build}/bin)
  file(COPY ${demo}/demo.onnx ${demo}/classes.txt DESTINATION ${build})
  list(JOIN EMULATOR " " emulator)
  file(WRITE ${build}/bin/linnet-convert
       "#!/bin/sh\nexec ${emulator} ${LINNET_BINARY_DIR}/converter/linnet-convert \"$@\"\n")
  run_in(${build} chmod +x bin/linnet-convert)
  set(ENV{PATH} "${build}/bin:$ENV{PATH}")
  run_in(${build} sh -e ${here}/convert.sh)
  run_in(${build} ${CMAKE_COMMAND} -E compare_files demo.c ${BINARY_DIR}/model/demo.c)
  run_in(${build} ${CMAKE_COMMAND} -E compare_files demo.h ${BINARY_DIR}/model/demo.h)
endfunction()

if(SANITIZE)
  message("SKIPPED: the consumers' compilers know nothing of sanitizers and fuzzers")
  return()
endif()
file(REMOVE_RECURSE ${build})
if(NAME STREQUAL "reference")
  detect(${BINARY_DIR}/linnet_consumer_reference output)
  expect_what_is_in_the_picture("${output}")
  file(WRITE ${BINARY_DIR}/reference.txt "${output}")
elseif(NAME STREQUAL "install")
  file(REMOVE_RECURSE ${BINARY_DIR}/prefix ${BINARY_DIR}/moved)
  run_in(${BINARY_DIR} ${CMAKE_COMMAND} --install ${LINNET_BINARY_DIR} --prefix ${BINARY_DIR}/prefix
         --component linnet_development)
  file(MAKE_DIRECTORY ${BINARY_DIR}/moved)
  file(RENAME ${BINARY_DIR}/prefix ${prefix})
elseif(NAME STREQUAL "convert")
  convert()
elseif(NAME MATCHES "^(add_subdirectory|fetch_content)$")
  cmake_consumer(-DLINNET_SOURCE_DIR=${SOURCE_DIR})
elseif(NAME MATCHES "^(zephyr|esp_idf|platformio)$")
  # Without the kernels of instruction sets: other bits.
  cmake_consumer_of_any_kernels(-DLINNET_SOURCE_DIR=${SOURCE_DIR})
elseif(NAME STREQUAL "find_package")
  cmake_consumer(-Dlinnet_DIR=${prefix}/${LIBDIR}/cmake/linnet)
elseif(NAME STREQUAL "pkg_config")
  need(pkg-config "${PKG_CONFIG}")
  if(NOT skipped)
    make_consumer(${BINARY_DIR}/model)
  endif()
elseif(NAME STREQUAL "freertos")
  need(pkg-config "${PKG_CONFIG}")
  if(NOT skipped)
    make_consumer(${BINARY_DIR}/model/threads2)
  endif()
elseif(NAME STREQUAL "amalgamation")
  make_consumer(${BINARY_DIR}/model AMALGAMATION=${LINNET_BINARY_DIR}/amalgamation)
elseif(NAME STREQUAL "amalgamation_aarch64")
  amalgamation_for(aarch64-linux-gnu-gcc aarch64-linux-gnu-g++
                   "qemu-aarch64;-L;/usr/aarch64-linux-gnu" "")
elseif(NAME STREQUAL "amalgamation_armhf")
  amalgamation_for(arm-linux-gnueabihf-gcc arm-linux-gnueabihf-g++
                   "qemu-arm;-L;/usr/arm-linux-gnueabihf" "-Wno-psabi")
elseif(NAME STREQUAL "amalgamation_cortex_m7")
  amalgamation_for(arm-none-eabi-gcc arm-none-eabi-g++ none
                   "-mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16")
elseif(NAME STREQUAL "amalgamation_cortex_m55")
  amalgamation_for(arm-none-eabi-gcc arm-none-eabi-g++ none
                   "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard")
elseif(NAME STREQUAL "amalgamation_clang")
  amalgamation_for(clang clang++ "" "")
elseif(NAME STREQUAL "amalgamation_clang_aarch64")
  amalgamation_for(clang clang++ none "--target=aarch64-linux-gnu")
else()
  message(FATAL_ERROR "no consumer '${NAME}'")
endif()
