# Builds an image of examples/firmware, runs it in QEMU and compares what it prints with what the
# same application prints as a program of this computer.
#   cmake -DSOURCE_DIR=… -DWORK_DIR=… -DBOARD=… -DMODEL=… -DPICTURE=… -DEXPECTED=<program>
#         -DARENA_BYTES=… -DCOMPILER=… -DTOOLCHAIN=… -DQEMU=<command;arguments> -DOPTIONS=…
#         -DGENERATOR=… -DLAUNCHER=… -P run_image.cmake
# Leaves report.txt in WORK_DIR: arena, stack and nanoseconds.
cmake_minimum_required(VERSION 3.20)

list(GET QEMU 0 qemu)
foreach(program ${COMPILER} ${qemu})
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message("SKIPPED: ${program} is not installed")
    return()
  endif()
endforeach()

function(run output)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR} TIMEOUT 300
                  OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nfailed (${code}):\n${text}")
  endif()
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${WORK_DIR})
run(ignored ${CMAKE_COMMAND} -S ${SOURCE_DIR}/examples/firmware -B ${WORK_DIR} -G ${GENERATOR}
    --toolchain ${SOURCE_DIR}/cmake/toolchains/${TOOLCHAIN}.cmake -DCMAKE_BUILD_TYPE=MinSizeRel
    -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -DLINNET_WERROR=ON -DFIRMWARE_BOARD=${BOARD}
    -DFIRMWARE_MODEL=${MODEL} -DFIRMWARE_PICTURE=${PICTURE} -DFIRMWARE_ARENA_BYTES=${ARENA_BYTES}
    ${OPTIONS})
run(built ${CMAKE_COMMAND} --build ${WORK_DIR} --parallel 2)
if(built MATCHES "warning:")
  message(FATAL_ERROR "warnings:\n${built}")
endif()
# -icount: an instruction takes a nanosecond, so that what the image prints of time counts them.
# Without -nic none QEMU wants the ROM of a network card, which Debian has in a package of its own.
run(printed ${QEMU} -nographic -nic none -semihosting -icount shift=0)
run(expected ${EXPECTED})

string(REGEX MATCHALL "(box|portable) [^\n]*" boxes "${printed}")
string(REGEX MATCHALL "(box|portable) [^\n]*" expected_boxes "${expected}")
list(LENGTH expected_boxes count)
if(count LESS 3)
  message(FATAL_ERROR "${EXPECTED}: expected boxes, found:\n${expected}")
endif()

# Bits of floats that NEON and the kernels of this computer, with other orders of additions, may
# differ by: 64 units in the last place.
function(expect_near line expected)
  string(REGEX REPLACE " \\(.*" "" line "${line}")
  string(REGEX REPLACE " \\(.*" "" expected "${expected}")
  separate_arguments(words UNIX_COMMAND "${line}")
  separate_arguments(expected_words UNIX_COMMAND "${expected}")
  foreach(word expected_word IN ZIP_LISTS words expected_words)
    if(word MATCHES "^[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$")
      math(EXPR distance "0x${word} - 0x${expected_word}")
      if(distance GREATER 64 OR distance LESS -64)
        message(FATAL_ERROR "expected nearly\n  ${expected}\nfound\n  ${line}")
      endif()
    elseif(NOT word STREQUAL expected_word)
      message(FATAL_ERROR "expected\n  ${expected}\nfound\n  ${line}")
    endif()
  endforeach()
endfunction()

list(LENGTH boxes found_count)
if(NOT found_count EQUAL count)
  message(FATAL_ERROR "expected\n${expected}\nfound\n${printed}")
endif()
set(is_f32 OFF)
if(expected MATCHES "portable ")
  set(is_f32 ON)
endif()
foreach(line wanted IN ZIP_LISTS boxes expected_boxes)
  if(is_f32 AND line MATCHES "^box ")
    expect_near("${line}" "${wanted}")
  elseif(NOT line STREQUAL wanted)
    message(FATAL_ERROR "expected, bit for bit,\n${expected}\nfound\n${printed}")
  endif()
endforeach()

set(report "")
foreach(name arena stack nanoseconds)
  if(NOT printed MATCHES "${name} ([0-9]+)\n")
    message(FATAL_ERROR "expected a line '${name} NUMBER', found\n${printed}")
  endif()
  string(APPEND report "${name} ${CMAKE_MATCH_1}\n")
endforeach()
file(WRITE ${WORK_DIR}/report.txt "${report}")
message("${count} boxes as on this computer\n${printed}")
