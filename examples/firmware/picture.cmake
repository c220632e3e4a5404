# firmware_picture(ppm c): writes the pixels of a binary .ppm file as the C array asset_picture and
# sets picture_width and picture_height.
function(firmware_picture ppm c)
  if(NOT EXISTS "${ppm}")
    message(FATAL_ERROR "FIRMWARE_PICTURE: expected a .ppm file, found '${ppm}'")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${ppm}")
  file(READ "${ppm}" hex HEX)
  # "P6 WIDTH HEIGHT 255", each followed by a space or a line end.
  set(number "((3[0-9])+)(20|0a)")
  if(NOT hex MATCHES "^5036(20|0a)${number}${number}323535(20|0a)")
    message(FATAL_ERROR "FIRMWARE_PICTURE: expected a binary .ppm without comments: '${ppm}'")
  endif()
  string(LENGTH "${CMAKE_MATCH_0}" header)
  set(width ${CMAKE_MATCH_2})
  set(height ${CMAKE_MATCH_5})
  string(REGEX REPLACE "3([0-9])" "\\1" width "${width}")
  string(REGEX REPLACE "3([0-9])" "\\1" height "${height}")
  string(SUBSTRING "${hex}" ${header} -1 hex)
  string(LENGTH "${hex}" digits)
  math(EXPR expected "${width} * ${height} * 6")
  if(NOT digits EQUAL expected)
    message(FATAL_ERROR "FIRMWARE_PICTURE: expected ${width} x ${height} pixels: '${ppm}'")
  endif()
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REPEAT "....." 20 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  file(CONFIGURE OUTPUT "${c}" @ONLY CONTENT [[
#include <stdint.h>

extern const uint8_t asset_picture[];
FIRMWARE_ASSET const uint8_t asset_picture[] = {
@bytes@};
]])
  set(picture_width ${width} PARENT_SCOPE)
  set(picture_height ${height} PARENT_SCOPE)
endfunction()
