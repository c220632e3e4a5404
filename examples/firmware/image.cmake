# firmware_image(target board model picture arena_bytes): the application for a board. model is the
# .c file of linnet-convert --emit-c, which with its header exists when the target is built; picture a
# .ppm file; arena_bytes 0: what the model's header says.
include(${CMAKE_CURRENT_LIST_DIR}/picture.cmake)
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

function(firmware_image target board model picture arena_bytes)
  if(NOT DEFINED sources_of_${board})
    message(FATAL_ERROR "FIRMWARE_BOARD: expected host, virt-a53, virt-a15, mps2-an500 or "
                        "mps3-an547; found '${board}'")
  endif()
  get_filename_component(model_folder "${model}" DIRECTORY)
  get_filename_component(model_name "${model}" NAME_WE)
  string(MAKE_C_IDENTIFIER "${model_name}" data_name)
  string(TOUPPER "${data_name}" macro_name)
  file(REAL_PATH "${picture}" picture)
  set(picture_c ${CMAKE_CURRENT_BINARY_DIR}/${target}_picture.c)
  firmware_picture("${picture}" ${picture_c})

  add_executable(${target} ${firmware_folder}/main.c ${firmware_folder}/console.c ${model}
                 ${picture_c} ${sources_of_${board}})
  if(NOT board STREQUAL "host")
    set(section "__attribute__((section(\".rodata.assets\")))")
  endif()
  set_property(SOURCE ${model} APPEND PROPERTY COMPILE_DEFINITIONS "LINNET_MODEL_SECTION=${section}")
  set_property(SOURCE ${picture_c} APPEND PROPERTY COMPILE_DEFINITIONS "FIRMWARE_ASSET=${section}")
  file(CONFIGURE OUTPUT ${target}_model/firmware_model.h @ONLY CONTENT [[
#include "@model_name@.h"
#define FIRMWARE_MODEL_DATA @data_name@_lnt
#define FIRMWARE_MODEL_BYTES @macro_name@_BYTES
#define FIRMWARE_MODEL_ARENA_BYTES @macro_name@_DETECT_ARENA_BYTES
#define FIRMWARE_HEIGHT @macro_name@_HEIGHT
#define FIRMWARE_WIDTH @macro_name@_WIDTH
]])
  if(NOT arena_bytes EQUAL 0)
    target_compile_definitions(${target} PRIVATE FIRMWARE_ARENA_BYTES=${arena_bytes})
  endif()
  set_target_properties(${target} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_include_directories(${target} PRIVATE ${firmware_folder} ${model_folder}
                             ${CMAKE_CURRENT_BINARY_DIR}/${target}_model)
  target_compile_definitions(${target} PRIVATE
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
