# Files that are compiled for an instruction set share nothing with the rest: a function that the
# linker may take from any of several files (weak) could be taken from one that not every CPU runs.
#   cmake -DNM=nm -DARCHIVE=liblinnet.a -P check_isa_files.cmake
cmake_minimum_required(VERSION 3.20)

if(INSTRUMENTED)
  message("SKIPPED: sanitized kernels are not inlined by force (kernels/base.h)")
  return()
endif()
include(${CMAKE_CURRENT_LIST_DIR}/read_symbols.cmake)
set(member "")
set(weak "")
foreach(line IN LISTS lines)
  if(line MATCHES "^(.*)\\.o:$")
    set(member ${CMAKE_MATCH_1})
  elseif(member MATCHES "^(avx2|avx512|avx512vnni|avxvnni|neon|dotprod|i8mm)[.]cpp" AND line MATCHES " [WVu] ([^ ]+)$")
    list(APPEND weak "${member}: ${CMAKE_MATCH_1}")
  endif()
endforeach()
if(weak)
  list(JOIN weak "\n  " text)
  message(FATAL_ERROR "weak symbols in files of one instruction set:\n  ${text}")
endif()
