# The archive calls nothing but what a bare-metal C library has, and contains no type information,
# no static constructors and no guards of function-local statics.
#   cmake -DNM=nm -DARCHIVE=liblinnet.a -DINSTRUMENTED=OFF -P check_symbols.cmake
cmake_minimum_required(VERSION 3.20)

if(INSTRUMENTED)
  message("SKIPPED: sanitizers and fuzzers add calls of their own")
  return()
endif()

# What may be called:
set(allowed
  memcpy|memset|memmove|memcmp   # compilers call these on their own
  getauxval                      # which CPU features there are, on Linux
  _GLOBAL_OFFSET_TABLE_
  __cpu_model|__cpu_indicator_init                # the same on x86, from libgcc
  "__aeabi_[a-z0-9_]+"                            # ARMv7: division and the like, from libgcc
  "__aarch64_(cas|swp|ldadd|ldset|ldclr|ldeor)[0-9]+_[a-z_]+"  # AArch64 atomics, from libgcc
  "__(u?(div|mod|divmod)[sd]i[34]|mul[sd]i3|fix[a-z]*|float[a-z]*)")  # integer helpers, from libgcc
string(REPLACE ";" "|" allowed "${allowed}")

# What must not be defined either: type names, type information, guards, static constructors.
set(forbidden "_ZT[ISV]|_ZGV|_GLOBAL__sub_I_|__cxx_global_var_init|_Zn[wa][jm]$|_Zd[la]Pv")

include(${CMAKE_CURRENT_LIST_DIR}/read_symbols.cmake)

set(defined)
set(undefined)
foreach(line IN LISTS lines)
  if(line MATCHES "^[0-9a-fA-F]* +([A-Za-z]) ([^ ]+)$")
    set(kind ${CMAKE_MATCH_1})
    set(symbol ${CMAKE_MATCH_2})
    if(kind MATCHES "^[Uw]$")
      list(APPEND undefined ${symbol})
    else()
      list(APPEND defined ${symbol})
    endif()
  endif()
endforeach()
if(NOT defined)
  message(FATAL_ERROR "${ARCHIVE}: no symbols found")
endif()
list(REMOVE_DUPLICATES defined)
list(REMOVE_DUPLICATES undefined)
list(SORT undefined)
list(LENGTH defined defined_count)

set(violations 0)
set(external)
foreach(symbol IN LISTS undefined)
  if(NOT symbol IN_LIST defined)
    list(APPEND external ${symbol})
    if(NOT symbol MATCHES "^(${allowed})$")
      message("calls ${symbol}")
      math(EXPR violations "${violations} + 1")
    endif()
  endif()
endforeach()
list(SORT defined)
foreach(symbol IN LISTS defined)
  if(symbol MATCHES "^(${forbidden})")
    message("contains ${symbol}")
    math(EXPR violations "${violations} + 1")
  endif()
endforeach()

if(violations GREATER 0)
  message(FATAL_ERROR "${ARCHIVE}: ${violations} forbidden symbols")
endif()
string(REPLACE ";" " " external "${external}")
message("${defined_count} symbols; calls only: ${external}")
