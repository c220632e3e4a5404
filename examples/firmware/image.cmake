# firmware_image(target board model picture size arena_bytes): the application for a board. model is
# a .lnt file that exists when the target is built, picture a .ppm file.
set(firmware_folder ${CMAKE_CURRENT_LIST_DIR})
set(boards ${firmware_folder}/boards)
set(bare_metal ${boards}/start.c ${boards}/semihosting.c)
set(sources_of_host ${boards}/host/board.c)
set(sources_of_virt-a53 ${bare_metal} ${boards}/virt-a53/startup.S ${boards}/generic_timer.c
                        ${firmware_folder}/memory.c)
set(sources_of_virt-a15 ${bare_metal} ${boards}/virt-a15/startup.S ${boards}/generic_timer.c)
set(sources_of_mps2-an500 ${bare_metal} ${boards}/mps/startup.c)
set(sources_of_mps3-an547 ${bare_metal} ${boards}/mps/startup.c)
set(clock_of_mps2-an500 25)
set(clock_of_mps3-an547 32)

# Width, height and the offset of the pixels, which follow "P6 WIDTH HEIGHT 255" and a line end.
function(firmware_read_picture picture)
  if(NOT EXISTS "${picture}")
    message(FATAL_ERROR "FIRMWARE_PICTURE: expected a .ppm file, found '${picture}'")
  endif()
  file(READ ${picture} hex LIMIT 40 HEX)
  string(REGEX MATCHALL ".." bytes "${hex}")
  set(text "")
  foreach(byte IN LISTS bytes)
    math(EXPR code "0x${byte}")
    if(code GREATER 127 OR code LESS 9)
      set(code 63)
    endif()
    string(ASCII ${code} character)
    string(APPEND text "${character}")
  endforeach()
  if(NOT text MATCHES "^(P6[ \n]([0-9]+)[ \n]([0-9]+)[ \n]255[ \n])")
    message(FATAL_ERROR "FIRMWARE_PICTURE: expected a binary .ppm without comments: '${picture}'")
  endif()
  set(picture_width ${CMAKE_MATCH_2} PARENT_SCOPE)
  set(picture_height ${CMAKE_MATCH_3} PARENT_SCOPE)
  string(LENGTH "${CMAKE_MATCH_1}" offset)
  set(picture_offset ${offset} PARENT_SCOPE)
endfunction()

function(firmware_image target board model picture size arena_bytes)
  if(NOT DEFINED sources_of_${board})
    message(FATAL_ERROR "FIRMWARE_BOARD: expected host, virt-a53, virt-a15, mps2-an500 or "
                        "mps3-an547; found '${board}'")
  endif()
  if(NOT size MATCHES "^([0-9]+)x([0-9]+)$")
    message(FATAL_ERROR "FIRMWARE_SIZE: expected HEIGHTxWIDTH, found '${size}'")
  endif()
  set(height ${CMAKE_MATCH_1})
  set(width ${CMAKE_MATCH_2})
  firmware_read_picture("${picture}")
  file(REAL_PATH "${picture}" picture)

  # assets.S is compiled for each image: which model and picture it takes is said on its command
  # line, so that they are dependencies.
  add_library(${target}_assets OBJECT ${firmware_folder}/assets.S)
  target_compile_definitions(${target}_assets PRIVATE
    FIRMWARE_MODEL="${model}" FIRMWARE_PICTURE="${picture}" FIRMWARE_PICTURE_OFFSET=${picture_offset})
  add_executable(${target} ${firmware_folder}/main.c ${firmware_folder}/console.c
                 $<TARGET_OBJECTS:${target}_assets> ${sources_of_${board}})
  set_target_properties(${target} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_include_directories(${target} PRIVATE ${firmware_folder})
  target_compile_definitions(${target} PRIVATE
    FIRMWARE_HEIGHT=${height} FIRMWARE_WIDTH=${width} FIRMWARE_ARENA_BYTES=${arena_bytes}
    FIRMWARE_PICTURE_WIDTH=${picture_width} FIRMWARE_PICTURE_HEIGHT=${picture_height}
    FIRMWARE_CLOCK_MHZ=${clock_of_${board}})
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wshadow;-Wpedantic;-ffunction-sections;-fdata-sections>
    # A loop in memcpy that the compiler makes a call of memcpy of never ends.
    $<$<AND:$<COMPILE_LANGUAGE:C>,$<C_COMPILER_ID:GNU>>:-fno-tree-loop-distribute-patterns>)
  target_link_libraries(${target} PRIVATE linnet::linnet)
  target_link_options(${target} PRIVATE -Wl,--gc-sections)
  if(NOT board STREQUAL "host")
    set_target_properties(${target} PROPERTIES SUFFIX .elf)
    target_link_options(${target} PRIVATE -T${boards}/${board}/link.ld -L${firmware_folder}
      -Wl,--no-warn-rwx-segments -Wl,-Map=${CMAKE_CURRENT_BINARY_DIR}/${target}.map)
    target_link_libraries(${target} PRIVATE gcc)
    # What is written to the flash.
    add_custom_command(TARGET ${target} POST_BUILD COMMAND
      ${CMAKE_OBJCOPY} -O binary -j .text -j .assets -j .rodata -j .data $<TARGET_FILE:${target}>
      ${CMAKE_CURRENT_BINARY_DIR}/${target}.bin)
  endif()
endfunction()
