# Sets `lines` to what NM says of ARCHIVE, line by line.
execute_process(COMMAND ${NM} ${ARCHIVE} OUTPUT_VARIABLE output RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${NM} ${ARCHIVE} failed: ${result}")
endif()
string(REPLACE ";" "" output "${output}")
string(REPLACE "\n" ";" lines "${output}")
